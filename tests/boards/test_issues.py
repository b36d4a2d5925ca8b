"""Publishing boards: frozen, numbered, hanging for objections, corrected by a new issue."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.boards.edits import save_edit
from moralbank.boards.issued import Issue, IssueState
from moralbank.boards.issues import (
    BoardNotOnline,
    IssueUnknown,
    gone_shy,
    issue,
    issue_sheet,
    issues_of,
    public_issue,
)
from moralbank.boards.issuing import (
    BoardHidden,
    CorrectedBefore,
    CorrectsAnother,
    NobodyStandsThere,
    NotBegunYet,
    PublishedBefore,
    ReasonMissing,
    ReasonTooLong,
    as_it_stands,
    changes,
)
from moralbank.boards.periods import current_quarter, read_period
from moralbank.boards.service import hide_board
from moralbank.boards.sheets import BoardSheet
from moralbank.errors import MoralbankError
from moralbank.ledger.queries import head_mark
from moralbank.ledger.requests import RequestReused
from moralbank.photos import storage
from moralbank.photos.service import keep
from moralbank.scheme.queries import scheme_in_force
from tests.boards.deeds import change, do, edit, take_back
from tests.boards.hung import (
    DU,
    NOTE,
    WANG,
    codes,
    correct,
    honour,
    lines,
    publish,
    read,
    settle,
)
from tests.notices.wall import after
from tests.photos.phone import sent, snapshot
from tests.village import Town, found_village

QUARTER = current_quarter()
FOUR = [(1, "王䶮", 15), (2, "斯琴高娃", 9), (2, "杜仁森", 9), (4, "文义", 4)]


def test_an_issue_is_frozen(village: Town) -> None:
    awards = honour(village)
    settle(village, "contact", "村务监督委员会 0476-0000000")
    with village.database.reading() as session:
        mark = head_mark(session, village.village_id)
    number = publish(village)
    first = read(village, number)
    assert (first.number, first.title, first.period_text) == (1, "善举榜", QUARTER.text)
    assert sorted(lines(first)) == sorted(FOUR)
    assert first.lines[0].deed == NOTE
    assert (first.mark, first.issuer, first.people) == (mark, "李建军", 4)
    assert (first.first_day, first.last_day) == (QUARTER.first, min(QUARTER.last, clock.today()))
    assert (first.state, first.hangs_from) == (IssueState.STANDING, None)
    assert "热心公益" in first.rule
    assert "1、2、2、4" in first.tie_rule
    take_back(village, awards[WANG])
    edit(village, DU, head="杜义")
    settle(village, "contact", "别人")
    change(village, "shanju", title="好事榜", top=1)
    assert read(village, number) == first
    # Another board counts from 1 again, and the same one goes on in another period.
    assert read(village, publish(village, "zongbang")).number == 1
    month = read_period(f"{clock.today():%Y-%m}")
    assert read(village, publish(village, period=month)).number == 2
    assert codes(village) == []


def test_it_hangs_for_its_days_and_then_stands_by_itself(village: Town) -> None:
    honour(village)
    change(village, "shanju", notice_days=3)
    settle(village, "working_days", "yes")
    friday = clock.now() + timedelta(days=(4 - clock.today().weekday()) % 7)
    with clock.at(friday):
        number = publish(village)
        shown = read(village, number)
        tuesday = clock.today() + timedelta(days=4)
        assert (shown.hangs_from, shown.hangs_until) == (clock.today(), tuesday)
        assert (shown.state, shown.state_words) == (
            IssueState.HANGING,
            f"公示中，到 {tuesday}",
        )
    with clock.at(friday + timedelta(days=4)):
        assert read(village, number).state is IssueState.HANGING
    with clock.at(friday + timedelta(days=5)):
        assert read(village, number).state is IssueState.STANDING
        assert codes(village) == []


def test_the_same_is_published_once(village: Town) -> None:
    honour(village)
    number = publish(village, request_id="publish-0001")
    assert publish(village, request_id="publish-0001") == number
    with pytest.raises(RequestReused):
        publish(village, "zuimei", request_id="publish-0001")
    with pytest.raises(PublishedBefore) as refusal:
        publish(village)
    assert "第 1 期" in refusal.value.message
    # A group's board is another one, and once too.
    group = village.household(WANG).group_id
    of_group = read(village, publish(village, group_id=group))
    assert (of_group.number, of_group.group) == (2, "六组")
    assert lines(of_group) == [(1, "王䶮", 15), (2, "文义", 4)]
    with pytest.raises(PublishedBefore):
        publish(village, group_id=group)
    with village.database.reading() as session:
        found = issues_of(session, village.village_id, "shanju")
    assert [(one.id, one.number, one.people) for one in found] == [(2, 2, 2), (1, 1, 4)]


def test_what_cannot_be_published(village: Town) -> None:
    refused: list[tuple[type[MoralbankError], dict[str, object]]] = [
        (NobodyStandsThere, {"slug": "shanju"}),
        (NobodyStandsThere, {"slug": "shanju", "period": read_period("2001-Q1")}),
        (NotBegunYet, {"slug": "shanju", "period": read_period(str(clock.today().year + 1))}),
        (ReasonMissing, {"corrects": 1, "correction": "  "}),
        (ReasonTooLong, {"corrects": 1, "correction": "更" * 201}),
        (IssueUnknown, {"corrects": 1, "correction": "没有第 1 期"}),
    ]
    for kind, what in refused:
        with pytest.raises(kind):
            publish(village, **what)  # type: ignore[arg-type]
    honour(village)
    with village.database.writing() as session:
        admin = village.actor(Role.ADMIN)
        scheme = scheme_in_force(session, village.village_id, clock.today())
        hide_board(session, admin, "shanju", scheme, hidden=True)
    with pytest.raises(BoardHidden):
        publish(village)
    with village.database.reading() as session:
        assert issues_of(session, village.village_id) == []


def test_a_correction_names_what_it_corrects(village: Town) -> None:
    awards = honour(village)
    old = publish(village)
    take_back(village, awards[WANG])
    with village.database.reading() as session:
        told = changes(read(village, old), as_it_stands(session, read(village, old)))
    assert ("王䶮", "不再上榜") in [(one.name, one.words) for one in told]
    assert ("杜仁森", "第 2 名改为第 1 名") in [(one.name, one.words) for one in told]
    new = read(village, correct(village, old, " 王家的工\n记错了户 "))
    assert (new.number, new.corrects, new.correction_words) == (
        2,
        old,
        "更正第 1 期：王家的工 记错了户",
    )
    assert lines(new)[0][0] == 1
    assert "王䶮" not in [line.name for line in new.lines]
    before = read(village, old)
    assert (before.state, before.corrected_by) == (IssueState.CORRECTED, new.id)
    assert lines(before)[0] == (1, "王䶮", 15)
    with pytest.raises(CorrectedBefore):
        correct(village, old)
    other = publish(village, "zongbang")
    with pytest.raises(CorrectsAnother):
        publish(village, corrects=other, correction="不是一个榜")
    latest = read(village, correct(village, new.id, "再更正"))
    assert (latest.number, latest.corrects_number) == (3, 2)
    assert [read(village, one).state for one in (old, new.id, latest.id)] == [
        IssueState.CORRECTED,
        IssueState.CORRECTED,
        IssueState.STANDING,
    ]
    assert codes(village) == []


def test_consent_taken_back_is_masked_by_the_correction(village: Town) -> None:
    honour(village)
    old = publish(village)
    settle(village, "public_address", "https://bank.example.cn")
    edit(village, WANG, consent=False)
    with village.database.reading() as session:
        assert gone_shy(session, village.village_id, read(village, old)) == ("六组 王䶮",)
    assert codes(village) == []  # nobody knew when it was published
    new = read(village, correct(village, old, "有一户不愿具名"))
    assert lines(new)[0] == (1, "王某某", 15)
    assert NOTE not in new.lines[0].deed
    with village.database.reading() as session:
        assert gone_shy(session, village.village_id, new) == ()
        # Online the old one says that it was corrected, and names nobody.
        shown = public_issue(session, village.village_id, "shanju", 1)[1]
        assert (shown.lines, shown.corrected_by) == ((), new.id)
        assert public_issue(session, village.village_id, "shanju")[1].id == new.id
    assert codes(village) == []


def test_pictures_of_the_first_are_frozen_and_read(village: Town, tmp_path: Path) -> None:
    honour(village)
    folder = storage.folder_of(tmp_path)
    with village.database.writing() as session:
        actor = village.actor(Role.RECORDER)
        for label, colour in ((WANG, "navy"), (DU, "gold"), ("六组-031", "gray")):
            photo = keep(session, actor, folder, sent(snapshot(colour=colour)))
            household = village.household(label).id
            what = {"deed": f"{label}的事", "photo_id": photo, "consent": True}
            save_edit(session, actor, "shanju", QUARTER.text, household, **what)  # type: ignore[arg-type]
    shown = read(village, publish(village))
    # Two share the second place, and the fourth has no medal.
    assert [bool(line.photo_id) for line in shown.lines].count(True) == 2
    assert shown.lines[3].photo_id is None
    assert shown.lines[0].deed == "六组-042的事"
    sheet = _sheet(village, folder, shown)
    assert [bool(entry.photo) for entry in sheet.entries].count(True) == 2
    jpegs = sorted(one for one in folder.rglob("*.jpg") if "small" not in one.name)
    jpegs[0].write_bytes(b"\xff\xd8\xff broken")
    jpegs[1].unlink()
    jpegs[2].unlink()
    assert not any(entry.photo for entry in _sheet(village, folder, shown).entries)
    assert sheet.issue == "第 1 期"


def _sheet(village: Town, folder: Path, shown: Issue) -> BoardSheet:
    with village.database.reading() as session:
        return issue_sheet(session, folder, shown)


def test_the_poster_says_what_was_frozen(village: Town, tmp_path: Path) -> None:
    honour(village)
    for key, value in (
        ("public_address", "https://bank.example.cn"),
        ("contact", "村务监督委员会 0476-0000000"),
        ("formal_dates", "arabic"),
        ("first_line", "left"),
    ):
        settle(village, key, value)
    change(village, "shanju", notice_days=2)
    old = publish(village)
    with after(1):
        do(village, DU, "抢险救灾", note="夜里守坝")
        shown = read(village, correct(village, old, "杜家漏记一次"))
        sheet = _sheet(village, tmp_path, shown)
        today, until = clock.today(), clock.today() + timedelta(days=1)
    assert sheet.public_url == f"https://bank.example.cn/b/{village.village_id}/shanju/2"
    assert sheet.notice == (
        f"公示期：{today.year}年{today.month}月{today.day}日"
        f"至{until.year}年{until.month}月{until.day}日"
    )
    assert (sheet.issue, sheet.correction) == ("第 2 期", "更正第 1 期：杜家漏记一次")
    assert sheet.contact == "有异议请找：村务监督委员会 0476-0000000"
    assert (sheet.ledger_mark, sheet.issued_on) == (f"账 {shown.mark}", today)
    assert sheet.rule == shown.rule + shown.tie_rule
    assert sheet.first_line_left
    assert sheet.arabic_dates
    over = today > QUARTER.last
    assert over or f"截至{today.month}月{today.day}日" in sheet.period


def test_another_villages_issues_do_not_exist(village: Town) -> None:
    honour(village)
    number = publish(village)
    settle(village, "public_address", "https://bank.example.cn")
    found_village(village.database, 150404103202, "河沿村")
    other = Town(village.database, 150404103202)
    settle(other, "public_address", "https://bank.example.cn")
    with village.database.reading() as session:
        with pytest.raises(IssueUnknown):
            issue(session, other.village_id, number)
        with pytest.raises(BoardNotOnline):
            public_issue(session, other.village_id, "shanju")
    with pytest.raises(IssueUnknown):
        correct(other, number)
    # Its numbers are its own.
    honour(other)
    assert publish(other) == 1
    assert codes(village) == codes(other) == []
    assert replace(read(other, 1), lines=()).village == "河沿村"
