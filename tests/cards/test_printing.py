"""Printing cards: on which stock and places, with which backs, and the list to sign."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import select

from moralbank.access.permissions import Role
from moralbank.audit import AuditEntry
from moralbank.cards import service
from moralbank.cards.orders import (
    NobodyToGet,
    Printing,
    Wish,
    backs_of_last,
    handout_sheet,
    last_printing,
    plan_of,
)
from moralbank.cards.stocks import CARD_STOCKS, PLAINLY
from moralbank.households.service import EditHousehold, edit_household
from moralbank.paper import jobs
from moralbank.villages.queries import settings_of
from moralbank.villages.service import change_setting
from tests.conftest import on_one_engine
from tests.counter.till import DU, WANG, Till
from tests.printing.paper import Paper
from tests.terminal import Terminal
from tests.village import STAFF, VILLAGERS, Browser, Town, found_village

Browse = Callable[[Role], Browser]
RECORDER = STAFF[Role.RECORDER]
NEIGHBOUR = 150404103202


def _set(town: Town, **values: str) -> None:
    with town.database.writing() as session:
        for key, value in values.items():
            change_setting(session, town.actor(Role.ADMIN), key, value)


def _last(town: Town, stock: str = "") -> Printing | None:
    with town.database.reading() as session:
        return last_printing(session, town.village_id, stock)


def _print(town: Town, labels: list[str], stock: str = "a4-10", skip: int = 0) -> None:
    with town.database.writing() as session:
        settings = settings_of(session, town.village_id)
        wish = Wish(plan=plan_of(settings, stock=stock, skip=skip))
        numbers = [town.household(label).id for label in labels]
        service.print_cards(session, town.actor(Role.RECORDER), numbers, wish)


def _plain(text: str) -> str:
    return "".join(text.split())


def test_the_next_card_goes_onto_the_next_place(village: Town) -> None:
    assert _last(village) is None
    _print(village, [DU, WANG], skip=3)
    _print(village, [DU], stock="label-8", skip=7)
    found_village(village.database, NEIGHBOUR, "河东村")
    _print(Town(village.database, NEIGHBOUR), [DU], skip=8)
    cards, labels, last = _last(village, "a4-10"), _last(village, "label-8"), _last(village)
    assert cards is not None
    assert labels is not None
    assert (cards.skip, cards.count, cards.next_place) == (3, 2, 5)
    assert labels.next_place == 0  # that sheet is full
    assert last == labels
    assert _last(village, "pvc") is None


@on_one_engine
def test_printings_of_older_releases_tell_no_place(village: Town) -> None:
    _print(village, [DU])
    with village.database.writing() as session:
        kept = session.exec(select(AuditEntry).where(AuditEntry.act == "cards.print")).one()
        detail = json.dumps({"households": [1]})
        older = AuditEntry(**kept.model_dump(exclude={"id"}) | {"subject": "1", "detail": detail})
        session.add(older)
    found = _last(village)
    assert found is not None
    assert found.next_place == 1


def test_a_card_for_one_household_goes_on_where_the_last_ended(
    village: Town, browse: Browse
) -> None:
    number = village.household(DU).id
    recorder = browse(Role.RECORDER)
    _print(village, [WANG, DU], skip=2)
    page = recorder.open(f"/cards/household/{number}")
    assert "印到第 4 格" in page
    assert recorder.value("skip") == "4"
    assert "印到第 4 格" in recorder.open("/cards")
    recorder.send("/cards/sheet.pdf", household=number, skip="4")
    last = _last(village)
    assert last is not None
    assert (last.skip, last.next_place) == (4, 5)
    answer = recorder.send("/cards/sheet.pdf", household=number, skip="11")
    assert answer.status_code == 422
    assert "跳过的要比它少" in recorder.page
    assert "打印这张卡" in recorder.page  # said on the page it was asked from
    assert 'value="11"' in recorder.page


@on_one_engine
def test_where_no_more_is_taken_to_be_drawn_no_card_counts_as_printed(
    village: Town, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = browse(Role.RECORDER)
    recorder.open("/cards")
    asked = {"fresh": "1", "look": "1"}
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "MOST_WAITING", 0)
        assert recorder.send("/cards/sheet.pdf", **asked).status_code == 503
    assert "在排版或在排队" in recorder.page
    assert _last(village) is None
    assert recorder.send("/cards/sheet.pdf", **asked).status_code == 303
    assert _last(village) is not None


@on_one_engine
def test_as_the_village_has_set_it_or_as_chosen(village: Town, browse: Browse) -> None:
    _set(village, card_stock="pvc", ink="saving", contact="村务监督委员会 0476-7654321")
    recorder = browse(Role.RECORDER)
    page = recorder.open("/cards")
    assert '<option selected value="pvc">' in page
    assert '<option selected value="saving">' in page
    number = village.household(DU).id
    one = Paper(recorder.send("/cards/sheet.pdf", household=number).data)
    assert one.sizes_mm == [pytest.approx((86, 54), abs=0.1)]
    chosen = {"household": number, "stock": "label-8", "ink": "full", "backs": "duplex"}
    two = Paper(recorder.send("/cards/sheet.pdf", **chosen, handout="y").data)
    assert len(two.sizes_mm) == 3
    assert "0476-7654321" in two.texts[1]
    assert "发卡登记表" in two.texts[2]
    assert recorder.send("/cards/sheet.pdf", stock="b5-7").status_code == 422
    assert "从列出的里面选" in recorder.page


def test_backs_alone_are_those_of_the_last_printing(village: Town, browse: Browse) -> None:
    recorder = browse(Role.RECORDER)
    recorder.open("/cards")
    assert recorder.send("/cards/sheet.pdf", backs="only").status_code == 404
    assert "先印正面" in recorder.page
    _print(village, [DU, WANG], stock="card-10", skip=1)
    backs = Paper(recorder.send("/cards/sheet.pdf", backs="only").data)
    assert backs.text.count("用卡须知") == 2
    assert "户主" not in backs.text
    with village.database.reading() as session:
        order = backs_of_last(session, village.village_id, PLAINLY)
        prints = session.exec(select(AuditEntry).where(AuditEntry.act == "cards.print")).all()
    assert (order.plan.stock, order.plan.skip, order.count) == (CARD_STOCKS["card-10"], 1, 2)
    assert len(prints) == 1  # nobody's name was printed


@on_one_engine
def test_the_hand_out_list(village: Town, browse: Browse) -> None:
    with (
        village.database.reading() as session,
        pytest.raises(NobodyToGet),
    ):
        handout_sheet(session, village.village_id)
    recorder = browse(Role.RECORDER)
    recorder.open("/cards/handout.pdf", expect=404)
    token = Till(village).card(DU).token
    Till(village).card(WANG)
    recorder.open("/cards")
    answer = recorder.client.get("/cards/handout.pdf")
    text = _plain(Paper(answer.data).text)
    assert "杜仁森" in text
    assert "王䶮" in text
    assert token[-4:] in text
    group = village.household(WANG).group_id
    text = _plain(Paper(recorder.client.get(f"/cards/handout.pdf?group={group}").data).text)
    assert "杜仁森" not in text
    assert "本组应发1张" in text
    browse(Role.SUPERVISOR).open("/cards/handout.pdf", expect=403)


@on_one_engine
def test_a_name_that_no_font_has_is_told_to_the_clerk(village: Town, browse: Browse) -> None:
    rare = "王\U0003abcd"
    number = village.household(DU).id
    with village.database.writing() as session:
        edit_household(session, village.actor(Role.ADMIN), number, EditHousehold(head=rare))
    recorder = browse(Role.RECORDER)
    recorder.open("/cards")
    recorder.send("/cards/sheet.pdf", household=number)
    page = recorder.open("/cards")
    assert "字体里没有" in page
    assert rare in page


def test_the_commands(village: Town, terminal: Terminal, tmp_path: Path) -> None:
    paper = tmp_path / "cards.pdf"
    to = ("-o", str(paper))
    run = terminal.run
    refused = run("cards", "print", "--backs", "only", *to, who=RECORDER, expect=1)
    assert "先印正面" in refused
    assert "还没有发过卡" in run("cards", "handout", *to, who=RECORDER, expect=1)
    how = ("--stock", "label-8", "--ink", "saving", "--backs", "duplex", "--handout")
    run("cards", "print", "--all", *how, "--skip", "3", *to, who=RECORDER)
    texts = Paper(paper.read_bytes()).texts
    assert "用卡须知" in texts[1]
    assert "发卡登记表" in texts[-1]
    last = _last(village)
    assert last is not None
    assert (last.stock.key, last.skip, last.count) == ("label-8", 3, len(VILLAGERS))
    assert "的背面" in run("cards", "print", "--backs", "only", *to, who=RECORDER)
    assert Paper(paper.read_bytes()).text.count("用卡须知") == len(VILLAGERS)
    both = ("cards", "print", "--backs", "only", "--all", *to)
    assert "不用写" in run(*both, who=RECORDER, expect=1)
    most = ("cards", "print", "--household", DU, "--stock", "pvc", "--skip", "1", *to)
    assert "一张 1 格" in run(*most, who=RECORDER, expect=1)
    askew = ("cards", "print", "--household", DU, *to, "--offset")
    run(*askew, "200 0", who=RECORDER, expect=1)
    run(*askew, "0 0", who=RECORDER)
    still = Paper(paper.read_bytes()).letters()[0]
    run(*askew, "1.5 -2", who=RECORDER)
    moved = Paper(paper.read_bytes()).letters()[0]
    assert (moved.left - still.left, moved.top - still.top) == pytest.approx((1.5, -2), abs=0.02)
    assert f"{len(VILLAGERS)} 户" in run("cards", "handout", *to, who=RECORDER)
