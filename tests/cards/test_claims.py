"""What a household claims from its card's page, and what it is told of it."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.awards.models import AwardSource, AwardState
from moralbank.awards.service import RecordAward, record_deduction
from moralbank.cards.service import mark_lost
from moralbank.check import check_village
from moralbank.households.models import HouseholdStatus
from moralbank.households.service import EditHousehold, edit_household
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import photos_of
from moralbank.scheme.queries import scheme_on
from moralbank.scheme.rules import NewScheme, as_new_items
from moralbank.scheme.service import adopt
from tests.awards.deeds import Deeds
from tests.cards.family import Family
from tests.households.test_pages import statements
from tests.photos.phone import from_a_phone, opened, sent, snapshot, zip_named_jpg
from tests.village import Browser, Town


@pytest.fixture
def family(app: Flask, village: Town) -> Family:
    """杜仁森's household."""
    return Family(app, village)


def _words(page: str) -> str:
    """The text of a page's content, on one line."""
    content = page.partition("<main")[2].partition(">")[2].partition("</main")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", content))


def test_a_claim_with_photos_waits_for_the_grid_worker(family: Family, village: Town) -> None:
    daughter = family.member("杜小妹", "女儿")
    page = family.phone.open(f"{family.address}/claim")
    assert "女儿 杜*妹" in page
    assert "杜小妹" not in page
    blue = sent(snapshot(colour="blue"))
    answer = family.claim("志愿服务", [from_a_phone(), blue], quantity="２", member=str(daughter))
    assert answer.status_code == 303
    (deed,) = family.deeds()
    assert (deed.state, deed.source) == (AwardState.CLAIMED, AwardSource.HOUSEHOLD)
    assert (deed.recorded_by, deed.recorder) == (0, "本户")
    assert (deed.item_name, deed.points, deed.member_id) == ("志愿服务", 2, daughter)
    shown = family.phone.open(family.address)
    assert f"已收到，第 {deed.id} 条，等网格员核实" in shown
    assert "志愿服务（杜*妹）" in shown
    assert "扫了村部门前的雪" in shown
    with village.database.reading() as session:
        kept = photos_of(session, village.village_id, PhotoSubject.AWARD, [deed.id])[deed.id]
    assert len(kept) == 2
    sideways = family.phone.client.get(f"{family.address}/photos/{kept[0].name}.jpg?size=small")
    assert opened(sideways.data).size == (24, 40)
    assert sideways.headers["Cache-Control"].startswith("private")
    stranger = Family(family.app, village, "六组-042")
    for address in (stranger.address, "/c/123456789012345"):
        answer = family.phone.client.get(f"{address}/photos/{kept[0].name}.jpg")
        assert answer.status_code == 404
    assert family.phone.client.get(f"{family.address}/photos/{'0' * 32}.jpg").status_code == 404


def test_a_form_sent_twice_counts_once(family: Family, village: Town) -> None:
    photos = [from_a_phone()]
    first = family.claim("出义务工", photos)
    again = family.claim("出义务工", photos, reopen=False)
    assert (first.status_code, again.status_code) == (303, 303)
    assert len(family.deeds()) == 1
    again = family.claim("出义务工")
    assert again.status_code == 409
    assert "这件事已经记过了：本户" in again.get_data(as_text=True)
    with village.database.reading() as session:
        assert check_village(session, village.village_id) == []


def test_a_refused_claim_keeps_everything(family: Family) -> None:
    answer = family.claim(photos=[from_a_phone(), zip_named_jpg()], note="", deed_on="2026-13-01")
    assert answer.status_code == 422
    page = family.phone.page
    for said in ("请选一件", "日期不对", "这个文件不是照片"):
        assert said in page
    kept = family.phone.value("photos_kept")
    own = family.phone.client.get(f"{family.address}/photos/{kept}.jpg")
    assert own.status_code == 200  # seen again where it was sent from
    refused = family.claim(
        "捐款捐物",
        reopen=False,
        photos_kept=kept,
        quantity="3",
        note="",
        deed_on=str(clock.today() - timedelta(days=1)),
    )
    assert refused.status_code == 422
    page = family.phone.page
    assert "“捐款捐物”要有依据" in page
    assert f'value="{kept}" checked' in page
    assert family.phone.value("quantity") == "3"
    assert re.search(rf'value="{family.item("捐款捐物")}" checked', page)
    done = family.claim(
        "捐款捐物",
        reopen=False,
        photos_kept=kept,
        note="给小学捐书，收据在照片里",
    )
    assert done.status_code == 303
    assert kept in family.phone.open(family.address)


def test_levels_have_tiles_and_ranges_begin_low(family: Family) -> None:
    page = family.phone.open(f"{family.address}/claim")
    number = family.item("受到表彰")
    assert f'value="{number}-5"' in page
    assert family.claim(tile=f"{number}-5", note="镇里评的好邻居").status_code == 303
    assert family.claim("拾金不昧", note="捡到手机还给赵家").status_code == 303
    assert {(one.item_name, one.points) for one in family.deeds()} == {
        ("受到表彰", 5),
        ("拾金不昧", 1),
    }
    assert family.claim(tile=f"{number}-4", note="自己想的一级").status_code == 422


def test_what_makes_no_sense_is_said_in_place(family: Family) -> None:
    for said, words in (
        ({"tile": "999"}, "这一项已经从积分细则里取消了，请另选一项"),
        ({"tile": "垃圾"}, "请从列出的里面选一项"),
        ({"quantity": "0"}, "数量不对"),
        ({"deed_on": "2099-01-01"}, "日期不能晚于今天"),
        ({"member": "77"}, "没有这位家庭成员"),
        ({"note": "长" * 201, "request_id": "短"}, "太长：最多 200 个字"),
    ):
        answer = family.claim("参加集体清扫", **said)
        assert answer.status_code in {409, 422}
        assert words in family.phone.page
    assert family.deeds() == []


def test_a_moved_household_claims_nothing(family: Family, village: Town) -> None:
    family.phone.open(f"{family.address}/claim")
    with village.database.writing() as session:
        gone = EditHousehold(head=family.home.head, status=HouseholdStatus.MOVED)
        edit_household(session, village.actor(Role.ADMIN), family.home.id, gone)
    assert "/claim" not in family.phone.open(family.address)
    family.phone.open(f"{family.address}/claim")
    answer = family.claim("出义务工", reopen=False)
    assert answer.status_code == 409
    assert "已经迁出" in answer.get_data(as_text=True)
    assert family.deeds() == []


def test_a_lost_card_claims_nothing(family: Family, village: Town) -> None:
    family.phone.open(f"{family.address}/claim")
    with village.database.writing() as session:
        mark_lost(session, village.actor(Role.RECORDER), family.card.id)
    answer = family.claim("出义务工", [from_a_phone()], reopen=False)
    assert answer.status_code == 409
    for page in (family.phone.page, family.phone.open(f"{family.address}/claim")):
        assert _words(page).strip() == "这张卡已挂失，请到村委会补办"
        assert "报一报" not in page
    assert family.deeds() == []
    assert family.phone.send(f"{family.address}/withdraw/1").status_code == 409


def test_the_committee_asks_and_is_answered(family: Family) -> None:
    family.claim("捐款捐物", [from_a_phone()], note="捐了书")
    (deed,) = family.deeds()
    family.asked(deed.id, "收据拍一张发来")
    page = family.phone.open(family.address)
    assert "收据拍一张发来" in page
    assert "要您补充：收据拍一张发来" in page  # read aloud, too
    page = family.phone.open(f"{family.address}/claim", again=deed.id)
    assert "收据拍一张发来" in page
    assert "捐了书" in page
    receipt = sent(snapshot(colour="white"))
    answer = family.claim("捐款捐物", [receipt], again=str(deed.id), note="捐了书，有收据")
    assert answer.status_code == 303
    (amended,) = family.deeds()
    assert (amended.id, amended.state, amended.note) == (
        deed.id,
        AwardState.CLAIMED,
        "捐了书，有收据",
    )
    neighbour = Family(family.app, family.town, "六组-042")
    assert neighbour.phone.client.get(f"{neighbour.address}/claim?again=1").status_code == 404
    neighbour.phone.open(f"{neighbour.address}/claim")
    stolen = neighbour.claim("捐款捐物", reopen=False, again=str(deed.id), note="这是我家的")
    assert stolen.status_code == 404
    assert family.deeds()[0].note == "捐了书，有收据"


def test_only_ones_own_waiting_claim_is_taken_back(family: Family, village: Town) -> None:
    family.claim("出义务工")
    (deed,) = family.deeds()
    neighbour = Family(family.app, village, "六组-042")
    neighbour.phone.open(f"{neighbour.address}/claim")
    assert neighbour.phone.send(f"{neighbour.address}/withdraw/{deed.id}").status_code == 404
    staffs = Deeds(village).record("一组-012", "参加村民会议", note="签到")
    family.phone.open(family.address)
    assert family.phone.send(f"{family.address}/withdraw/{staffs}").status_code == 404
    for words in (f"第 {deed.id} 条已撤回", "处理过：已撤回"):
        assert family.phone.send(f"{family.address}/withdraw/{deed.id}").status_code == 303
        assert words in family.phone.open(family.address)
    assert [one.state for one in family.deeds()] == [AwardState.CLAIMED, AwardState.WITHDRAWN]


def test_what_was_refused_is_told_for_a_year(family: Family) -> None:
    family.claim("照料高龄失能老人", note="照料李大爷")
    (deed,) = family.deeds()
    family.denied(deed.id, "问过李大爷，没有这回事")
    page = _words(family.phone.open(family.address))
    assert "没有通过： 问过李大爷，没有这回事" in page
    with clock.at(clock.now() + timedelta(days=366)):
        assert "没有这回事" not in family.phone.open(family.address)


def test_statements_do_not_grow_with_deeds(family: Family) -> None:
    deeds = Deeds(family.town)

    def tell(days: range) -> int:
        for day in days:
            done = clock.today() - timedelta(days=day)
            claimed = deeds.record("一组-012", "出义务工", deed_on=done, note=f"第{day}天")
            deeds.refuse(claimed, "没有依据")
        family.phone.open(family.address)
        with statements(family.app) as sent_ones:
            family.phone.open(family.address)
        return len(sent_ones)

    assert tell(range(1)) == tell(range(1, 6))


def test_claims_are_throttled_by_card_and_address(family: Family, village: Town) -> None:
    family.phone.open(f"{family.address}/claim")
    token = family.token
    ways = [token, f"x{token}", f"{token[:5]}-{token[5:]}", token, f"0 {token}", token, f"-{token}"]
    answers = [family.phone.send(f"/c/{way}/claim").status_code for way in ways]
    assert answers == [422] * 6 + [429]
    assert Family(family.app, village, "六组-042").claim("出义务工").status_code == 303


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_half_an_upload_changes_nothing(family: Family) -> None:
    family.phone.open(f"{family.address}/claim")
    form = {"csrf_token": family.phone.token(), "item": family.item("出义务工")}
    body = "".join(
        f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form.items()
    )
    head = '--cut\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n'
    cut = (body + head).encode() + from_a_phone((900, 700))[:400]
    answer = family.phone.client.post(
        f"{family.address}/claim", data=cut, content_type="multipart/form-data; boundary=cut"
    )
    assert answer.status_code in {400, 422}
    assert family.deeds() == []
    half = from_a_phone((900, 700))
    assert family.claim("出义务工", [half[: len(half) // 2]]).status_code == 422
    assert "可能只传了一半" in family.phone.page
    assert family.deeds() == []


def test_a_deduction_is_told_kindly_and_at_home_only(family: Family, village: Town) -> None:
    deeds = Deeds(village)
    deeds.approve(deeds.record("一组-012", "参加村民会议", quantity=10, note="签到"))
    with village.database.writing() as session:
        scheme = scheme_on(session, village.village_id, clock.today())
        littering = scheme.item("乱倒垃圾")
        wanted = RecordAward(
            household_id=family.home.id,
            item=littering.number,
            points_each=littering.points_min,
            note="倒在河边，已提醒",
        )
        number = record_deduction(session, village.actor(Role.RECORDER), wanted)
    page = _words(family.phone.open(family.address))
    assert f"要扣 {littering.points_min} 分" in page
    assert "倒在河边" not in page
    deeds.approve(number)
    page = family.phone.open(family.address)
    assert f"扣 {littering.points_min} 分</strong>" in page
    assert f"用 {littering.points_min} 分" not in page
    assert re.search(rf'data-aloud="[^"]*乱倒垃圾[^"]*扣 {littering.points_min} 分', page)


def test_unknown_cards_claim_nothing(app: Flask) -> None:
    phone = Browser(app)
    nothing = phone.words("/no/such/page", expect=404)
    for path in ("claim", "photos/x.jpg"):
        assert phone.words(f"/c/123456789012345/{path}", expect=404) == nothing


def test_an_item_retired_while_the_form_lay_open_is_said_and_nothing_is_lost(
    family: Family, village: Town
) -> None:
    """The villagers' meeting struck 厚养薄葬 between opening the form and sending it."""
    tile, note = family.item("厚养薄葬"), "一切从简，待客三桌"
    family.phone.open(f"{family.address}/claim")
    with village.database.writing() as session:
        today = clock.today()
        items = as_new_items(scheme_on(session, village.village_id, today))
        left = tuple(item for item in items if item.name != "厚养薄葬")
        adopt(session, village.actor(Role.ADMIN), NewScheme("村民会议通过", today, today, left))
    answer = family.claim(tile=tile, note=note, reopen=False)
    assert answer.status_code == 409
    assert "已经从积分细则里取消了" in family.phone.page
    assert note in family.phone.page
    yesterday = str(clock.today() - timedelta(days=1))
    assert family.claim(tile=tile, note=note, reopen=False, deed_on=yesterday).status_code == 303
