"""Cards: issued, lost, replaced, printed; on both engines, by service, pages and commands."""

import json
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from moralbank.access.permissions import Role
from moralbank.audit import AuditEntry
from moralbank.cards import service
from moralbank.cards.models import Card, CardState
from moralbank.cards.queries import (
    CardInfo,
    CardUnknown,
    active_cards,
    card_by_token,
    cards_of,
    payload,
)
from moralbank.households.models import HouseholdStatus
from moralbank.households.queries import HouseholdUnknown
from moralbank.households.service import EditHousehold, edit_household
from moralbank.villages.service import change_setting
from tests.conftest import on_one_engine
from tests.counter.till import DU, SIQIN, WANG, Till
from tests.terminal import Terminal
from tests.village import STAFF, VILLAGERS, Browser, Town, found_village

Browse = Callable[[Role], Browser]
NEIGHBOUR = 150404103202
RECORDER, ADMIN = STAFF[Role.RECORDER], STAFF[Role.ADMIN]


def _address(town: Town, address: str = "https://bank.example.cn") -> None:
    with town.database.writing() as session:
        change_setting(session, town.actor(Role.ADMIN), "public_address", address)


def _history(town: Town, label: str) -> list[CardInfo]:
    with town.database.reading() as session:
        return cards_of(session, town.village_id, town.household(label).id)


def _prints(town: Town) -> list[AuditEntry]:
    with town.database.reading() as session:
        found = session.exec(select(AuditEntry).where(AuditEntry.act == "cards.print")).all()
        session.expunge_all()
        return list(found)


def _codes(pdf: bytes) -> list[str]:
    """What the QRs of a sheet say."""
    document = pypdfium2.PdfDocument(pdf)
    pictures = [page.render(scale=200 / 72).to_pil() for page in document]
    return [code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)]


def test_everybody_gets_one_card_and_only_one(village: Town) -> None:
    numbers = [village.household(label).id for label in (DU, WANG, SIQIN)]
    with village.database.writing() as session:
        actor = village.actor(Role.RECORDER)
        assert len(service.issue(session, actor, numbers)) == 3
        assert service.issue(session, actor, [*numbers, *numbers]) == []
    with village.database.reading() as session:
        known = active_cards(session, village.village_id)
    assert set(known) == set(numbers)
    assert len({card.token for card in known.values()}) == 3


def test_the_database_holds_to_one_active_card(village: Town) -> None:
    till = Till(village)
    card = till.card(DU)
    lost = Card(
        village_id=village.village_id,
        id=99,
        household_id=card.household_id,
        token="000079927398713",
        state=CardState.ACTIVE,
        issued_at=card.issued_at,
        ended_at=None,
    )
    with pytest.raises(IntegrityError), village.database.writing() as session:
        session.add(lost)


def test_a_token_that_is_taken_is_drawn_again(village: Town) -> None:
    draws = iter([7, 7, 8, 7, 9])
    with village.database.writing() as session:
        actor = village.actor(Role.RECORDER)
        first = service.issue(session, actor, [1, 2], draw=lambda _below: next(draws))
        second = service.issue(session, actor, [3], draw=lambda _below: next(draws))
    assert len({card.token for card in [*first, *second]}) == 3


def test_lost_works_at_once_and_once(village: Town) -> None:
    card = Till(village).card(DU)
    with village.database.writing() as session:
        service.mark_lost(session, village.actor(Role.RECORDER), card.id)
    assert _history(village, DU)[0].state == CardState.LOST
    assert _history(village, DU)[0].ended_at is not None
    with pytest.raises(service.CardEnded), village.database.writing() as session:
        service.mark_lost(session, village.actor(Role.RECORDER), card.id)
    with pytest.raises(CardUnknown), village.database.writing() as session:
        service.mark_lost(session, village.actor(Role.RECORDER), 9999)


def test_replaced(village: Town) -> None:
    old = Till(village).card(DU)
    with village.database.writing() as session:
        new = service.replace(session, village.actor(Role.RECORDER), old.household_id).token
    states = [(card.token, card.state) for card in _history(village, DU)]
    assert states == [(new, CardState.ACTIVE), (old.token, CardState.REPLACED)]


def test_after_a_loss_the_lost_card_stays_lost(village: Town) -> None:
    old = Till(village).card(DU)
    with village.database.writing() as session:
        actor = village.actor(Role.RECORDER)
        service.mark_lost(session, actor, old.id)
        service.replace(session, actor, old.household_id)
    assert [card.state for card in _history(village, DU)] == [CardState.ACTIVE, CardState.LOST]


def test_no_card_for_those_who_left_or_never_were(village: Town) -> None:
    number = village.household(DU).id
    with village.database.writing() as session:
        gone = EditHousehold(head="杜仁森", status=HouseholdStatus.MOVED)
        edit_household(session, village.actor(Role.ADMIN), number, gone)
    actor = village.actor(Role.RECORDER)
    with pytest.raises(service.HouseholdLeft), village.database.writing() as session:
        service.issue(session, actor, [number])
    with pytest.raises(HouseholdUnknown), village.database.writing() as session:
        service.issue(session, actor, [9999])
    with pytest.raises(service.NothingToPrint), village.database.writing() as session:
        service.print_cards(session, actor, [])


def test_another_villages_card_is_out_of_reach(village: Town) -> None:
    found_village(village.database, NEIGHBOUR, "河东村")
    theirs = Till(Town(village.database, NEIGHBOUR)).card(DU)
    with pytest.raises(CardUnknown), village.database.writing() as session:
        service.mark_lost(session, village.actor(Role.RECORDER), theirs.id)
    with village.database.reading() as session:
        assert card_by_token(session, theirs.token).state == CardState.ACTIVE


def test_what_the_qr_says() -> None:
    token = "000079927398713"
    assert payload("", token) == token
    assert payload("https://bank.example.cn:8443", token) == (
        f"HTTPS://BANK.EXAMPLE.CN:8443/C/{token}"
    )


def test_printing_by_the_page(village: Town, browse: Browse) -> None:
    """Missing cards are issued, prints are counted, and the trail says who printed whose."""
    _address(village)
    Till(village).card(DU)
    recorder = browse(Role.RECORDER)
    page = recorder.open("/cards")
    assert f"{len(VILLAGERS)} 户，{len(VILLAGERS) - 1} 户还没有卡" in page
    answer = recorder.send("/cards/sheet.pdf", skip=3)
    assert answer.mimetype == "application/pdf"
    with village.database.reading() as session:
        known = active_cards(session, village.village_id)
    expected = {f"HTTPS://BANK.EXAMPLE.CN/C/{card.token}" for card in known.values()}
    assert set(_codes(answer.data)) == expected
    assert len(expected) == len(VILLAGERS)
    assert {card.prints for card in known.values()} == {1}
    recorder.send("/cards/sheet.pdf", household=village.household(DU).id)
    assert _history(village, DU)[0].prints == 2
    assert [entry.user_id for entry in _prints(village)] == [
        village.actor(Role.RECORDER).user_id
    ] * 2
    assert "0 户还没有卡，0 张还没印过" in recorder.open("/cards")


def test_printing_a_group(village: Town, browse: Browse) -> None:
    recorder = browse(Role.RECORDER)
    group = village.household(WANG).group_id
    assert "补齐并打印六组" in recorder.open("/cards", group=group)
    codes = _codes(recorder.send("/cards/sheet.pdf", group=group).data)
    assert len(codes) == len([one for one in VILLAGERS if one[0] == "六组"])
    assert all(len(code) == 15 for code in codes)  # no address is set: the number alone


def test_only_what_was_not_printed_yet(village: Town, browse: Browse) -> None:
    recorder = browse(Role.RECORDER)
    recorder.open("/cards")
    recorder.send("/cards/sheet.pdf", household=village.household(DU).id)
    rest = len(VILLAGERS) - 1
    assert f"只印没印过的 {rest} 张" in recorder.open("/cards")
    assert len(_codes(recorder.send("/cards/sheet.pdf", fresh="1").data)) == rest
    assert {card.prints for card in _history(village, DU)} == {1}
    assert "只印没印过的" not in recorder.open("/cards")
    again = recorder.send("/cards/sheet.pdf", fresh="1")
    assert again.status_code == 422
    assert "都已经印过了" in recorder.page


@on_one_engine
@pytest.mark.parametrize("skip", ["10", "-1", "1.5", "一"])
def test_a_sheet_has_ten_places(village: Town, browse: Browse, skip: str) -> None:
    recorder = browse(Role.RECORDER)
    recorder.open("/cards")
    assert recorder.send("/cards/sheet.pdf", skip=skip, ink="saving").status_code == 422
    assert '<option selected value="saving">' in recorder.page  # what was chosen stays
    assert f'value="{skip}"' in recorder.page
    assert not _prints(village)


def test_an_address_too_long_for_a_card(village: Town, browse: Browse) -> None:
    _address(village, f"https://{'long-' * 30}name.example.cn")
    recorder = browse(Role.RECORDER)
    recorder.open("/cards")
    assert recorder.send("/cards/sheet.pdf").status_code == 409
    assert "公开网址太长" in recorder.page
    assert not _prints(village)  # refused before anything was counted
    assert not Till(village).card(DU).prints


def test_lost_and_replaced_by_the_page(village: Town, browse: Browse) -> None:
    card = Till(village).card(DU)
    recorder = browse(Role.RECORDER)
    page = f"/cards/household/{card.household_id}"
    recorder.open(page)
    assert recorder.send(f"/cards/{card.id}/lost").status_code == 303
    assert "没有在用的卡" in recorder.open(page)
    assert recorder.send(f"/cards/{card.id}/lost").status_code == 409
    assert "不用再挂失" in recorder.page
    assert "发过的卡" in recorder.page  # said in place, beside what can be done
    assert recorder.send("/cards/9999/lost").status_code == 404
    recorder.open(page)
    request_id = recorder.value("request_id")
    for _time in range(2):  # a second press must not end the card that was just printed
        assert recorder.send(f"{page}/replace", request_id=request_id).status_code == 303
    assert "已换新卡" in recorder.open(page)
    assert [one.state for one in _history(village, DU)] == [CardState.ACTIVE, CardState.LOST]
    recorder.open("/cards/household/9999", expect=404)


def test_finding_a_household(browse: Browse) -> None:
    recorder = browse(Role.RECORDER)
    page = recorder.open("/cards", q="wy")
    assert "王䶮" in page
    assert "杜仁森" not in page
    assert "没有找到" in recorder.open("/cards", q="查无此人")


def test_who_may(village: Town, browse: Browse) -> None:
    card = Till(village).card(DU)
    supervisor = browse(Role.SUPERVISOR)
    assert "补齐并打印" not in supervisor.open("/cards")
    assert "挂失马上" not in supervisor.open(f"/cards/household/{card.household_id}")
    assert supervisor.send(f"/cards/{card.id}/lost").status_code == 403
    browse(Role.SHOPKEEPER).open("/cards", expect=403)


def test_commands(village: Town, terminal: Terminal, tmp_path: Path) -> None:
    _address(village)
    paper = tmp_path / "cards.pdf"
    run = terminal.run
    said = run("cards", "print", "--group", "一组", "--skip", "2", "-o", str(paper), who=RECORDER)
    assert "共 3 张卡" in said
    (shown,) = json.loads(run("cards", "show", DU, "--json", who=RECORDER))
    assert shown["state"] == "active"
    assert shown["payload"] == f"HTTPS://BANK.EXAMPLE.CN/C/{shown['token']}"
    assert shown["payload"] in _codes(paper.read_bytes())
    assert shown["token"] in run("cards", "show", DU, who=RECORDER)
    assert "已挂失" in run("cards", "lost", DU, who=RECORDER)
    assert "还没有在用的积分卡" in run("cards", "lost", DU, who=RECORDER, expect=1)
    for _time in range(2):
        run("cards", "replace", DU, "--request-id", "new-card-012", who=RECORDER)
    states = [card["state"] for card in json.loads(run("cards", "show", DU, "--json", who=ADMIN))]
    assert states == ["active", "lost"]
    run("cards", "print", "--household", DU, "-o", str(paper), who=RECORDER)
    assert len(_codes(paper.read_bytes())) == 1
    run("cards", "print", "--all", "-o", str(paper), who=RECORDER)
    assert len(_codes(paper.read_bytes())) == len(VILLAGERS)


def test_commands_that_are_refused(village: Town, terminal: Terminal, tmp_path: Path) -> None:
    assert village.household(DU).head == "杜仁森"
    paper = ("-o", str(tmp_path / "cards.pdf"))
    run = terminal.run
    assert "只写一个" in run("cards", "print", *paper, who=RECORDER, expect=1)
    assert "只写一个" in run(
        "cards", "print", "--all", "--group", "一组", *paper, who=RECORDER, expect=1
    )
    assert "没有“九组”" in run("cards", "print", "--group", "九组", *paper, who=RECORDER, expect=1)
    run("cards", "print", "--all", "--skip", "10", *paper, who=RECORDER, expect=2)
    run("cards", "show", "九组-999", who=RECORDER, expect=1)
    run("cards", "lost", DU, who=STAFF[Role.SHOPKEEPER], expect=1)
    assert not (tmp_path / "cards.pdf").exists()
