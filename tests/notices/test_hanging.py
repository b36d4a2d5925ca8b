"""Hanging a notice: what is frozen, from when to when, and what can't hang."""

from datetime import date, timedelta

import pytest

from moralbank import clock
from moralbank.awards.acting import AlreadyDecided
from moralbank.awards.models import AwardState
from moralbank.awards.queries import AwardUnknown
from moralbank.errors import MoralbankError
from moralbank.ledger.queries import ClockBehind
from moralbank.notices import service
from moralbank.notices.queries import corrections_waiting, sheet_of
from tests.awards.deeds import DU, GAOWA, WANG, on
from tests.notices.wall import WORK, Wall, after


def test_what_hangs_is_frozen_by_household_in_walking_order(wall: Wall) -> None:
    earlier = wall.approved(DU, WORK)
    with after(1):
        wall.hang(earlier)
    with after(5):
        wall.close_due()
        wall.spend(DU, 2)
        wang, late, meeting = wall.approved(WANG), wall.approved(DU), wall.approved(DU, WORK)
        litter = wall.deducted(DU)
        number = wall.hang(wang, late, meeting, litter)
        again = wall.approved(GAOWA)  # after the freezing: not on this one
        with wall.town.database.reading() as session:
            sheet = sheet_of(session, wall.town.village_id, number)
    assert number == 2
    assert sheet.title == f"羊圈湾村道德银行积分公示（{sheet.first_day.year}年第2期）"
    assert [(one.place, one.head, one.balance, one.exchanged) for one in sheet.households] == [
        (1, "杜仁森", 1, 2),
        (2, "王䶮", 0, 0),
    ]
    du = sheet.households[0]
    assert (du.added, du.deducted, du.after) == (4, wall.row(litter).points, 5 - du.deducted)
    assert {one.head for one in sheet.deeds if one.place == 1} == {"杜仁森"}
    assert (sheet.first_day, sheet.last_day) == (
        clock.today() + timedelta(days=5),
        clock.today() + timedelta(days=7),
    )
    assert sheet.days_words == "3 天"
    assert sheet.public_url == f"https://bank.example.cn/n/{wall.town.village_id}/2"
    assert wall.states([wang, late, meeting, litter]) == [AwardState.NOTICED] * 4
    assert wall.state(again) is AwardState.APPROVED
    assert wall.points(DU) == 1  # nothing is posted before the last day is over


def test_sent_twice_it_hangs_once(wall: Wall) -> None:
    award = wall.approved(DU)
    first = wall.hang(award, request_id="hang-it-once")
    assert wall.hang(award, request_id="hang-it-once") == first
    with pytest.raises(AlreadyDecided):
        wall.hang(award)


def test_working_days_leave_out_weekends_and_days_off(wall: Wall) -> None:
    wall.change("working_days", "yes")
    wall.change("days_off", "2027-01-01")
    with on(2026, 12, 31), wall.town.database.reading() as session:  # a Thursday
        days = service.days_of(session, wall.town.village_id)
        assert (days.first, days.last) == (date(2026, 12, 31), date(2027, 1, 5))
        begins_on_saturday = service.days_of(session, wall.town.village_id, date(2027, 1, 2))
        assert begins_on_saturday.last == date(2027, 1, 6)


def test_what_can_not_hang(wall: Wall) -> None:
    award, claimed = wall.approved(DU), wall.record(WANG, WORK)
    today = clock.today()
    refusals: list[tuple[list[int], dict[str, object], type[MoralbankError]]] = [
        ([], {}, service.NothingToHang),
        ([claimed], {}, AlreadyDecided),
        ([award, 999_999], {}, AwardUnknown),
        ([award], {"first_day": today - timedelta(days=1)}, service.FirstDayInvalid),
        ([award], {"first_day": today + timedelta(days=31)}, service.FirstDayInvalid),
        ([award], {"days": 2}, service.DaysInvalid),
        ([award], {"days": 31}, service.DaysInvalid),
        ([award], {"title": "公" * 61}, service.TitleInvalid),
    ]
    for ids, said, kind in refusals:
        with pytest.raises(kind):
            wall.hang(*ids, **said)
    with clock.at(clock.now() - timedelta(days=1)), pytest.raises(ClockBehind):
        wall.hang(award)
    assert wall.state(award) is AwardState.APPROVED
    assert wall.hang(award, title="  第四季度公示  ") == 1  # no number was lost on the way
    assert wall.notice(1).title == "第四季度公示"


def test_a_correction_stands_on_the_next_notice_and_on_no_other(wall: Wall) -> None:
    kept, wrong = wall.approved(DU), wall.approved(WANG)
    unpaid = wall.deducted(GAOWA)  # nothing is there to be collected
    wall.hang(kept, wrong, unpaid)
    with after(4):
        wall.close_due()
        wall.reverse(wrong, "签到表上没有他")
        wall.reverse(unpaid, "垃圾不是他家的")
        with wall.town.database.reading() as session:
            assert len(corrections_waiting(session, wall.town.village_id)) == 2
        second = wall.hang()  # corrections alone are worth a notice
        with wall.town.database.reading() as session:
            sheet = sheet_of(session, wall.town.village_id, second)
        assert [(one.head, one.reason) for one in sheet.corrections] == [
            ("王䶮", "签到表上没有他"),
            ("斯琴高娃", "垃圾不是他家的"),
        ]
        with pytest.raises(service.NothingToHang):
            wall.hang()
    with after(8):
        assert wall.close_due() == [second]
        assert wall.notice(second).posted_seq is None
