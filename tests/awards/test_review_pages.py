"""Judging deeds on pages: on the spot, in the review, by several votes; and what comes back."""

import io
import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select

from moralbank import clock
from moralbank.access.models import TieKind
from moralbank.access.permissions import Role
from moralbank.access.service import add_user, assign_groups, declare_tie
from moralbank.audit import Actor, AuditEntry
from moralbank.awards import deciding
from moralbank.awards.models import AwardSource, AwardState
from moralbank.notices.service import open_notice
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import photos_of
from moralbank.photos.service import attach, keep
from moralbank.photos.storage import folder_of
from moralbank.sittings.models import Duty
from moralbank.sittings.service import Attending, open_sitting_now
from moralbank.villages.service import change_setting
from moralbank.villages.settings import (
    MONTH_BUDGET,
    NOTICE_DAYS,
    REVIEW_VOTES,
    SITTINGS,
    VERIFICATION,
    VERIFY_ALL,
)
from tests.awards.deeds import DU, GAOWA, WANG, ZHONG, Deeds, fresh_id
from tests.conftest import make_app
from tests.households.test_pages import statements
from tests.photos.phone import sent, snapshot
from tests.village import PASSWORD, STAFF, Browser, Town

Browse = Callable[[Role], Browser]
PAPER: dict[str, Any] = {"source": AwardSource.PAPER, "helper": "组长王海"}
"""A claim on paper must be verified, as the village has it from the start."""


def _set(deeds: Deeds, key: str, value: str) -> None:
    with deeds.town.database.writing() as session:
        change_setting(session, deeds.town.actor(Role.ADMIN), key, value)


def _look_after(deeds: Deeds, *labels: str) -> None:
    """Let 何志勇 look after the groups of these households."""
    grid, groups = (
        deeds.town.actor(Role.GRID),
        {deeds.town.household(one).group_id for one in labels},
    )
    with deeds.town.database.writing() as session:
        assign_groups(session, deeds.town.actor(Role.ADMIN), grid.user_id, groups)


def _tie(deeds: Deeds, who: Actor, label: str, words: str) -> None:
    household = deeds.town.household(label).id
    with deeds.town.database.writing() as session:
        admin = deeds.town.actor(Role.ADMIN)
        declare_tie(session, admin, who.user_id, household, TieKind.KIN, words)


def _second_reviewer(deeds: Deeds) -> Actor:
    with deeds.town.database.writing() as session:
        admin, town = deeds.town.actor(Role.ADMIN), deeds.town
        user = add_user(session, admin, "马玉芬", Role.REVIEWER, PASSWORD, first=False)
        return Actor(town.village_id, user.id, "马玉芬", Role.REVIEWER, "test")


def _trail(deeds: Deeds, act: str) -> list[dict[str, Any]]:
    with deeds.town.database.reading() as session:
        found = session.exec(select(AuditEntry.detail).where(AuditEntry.act == act))
        return [json.loads(detail) for detail in found]


def _photos(deeds: Deeds, award_id: int) -> int:
    """How many photos show a deed."""
    with deeds.town.database.reading() as session:
        found = photos_of(session, deeds.town.village_id, PhotoSubject.AWARD, [award_id])
    return len(found.get(award_id, []))


def _photo(colour: str = "green") -> tuple[io.BytesIO, str]:
    return io.BytesIO(sent(snapshot(colour=colour))), "IMG_0001.jpg"


def _part(page: str, award_id: int) -> str:
    """What a queue shows of one deed."""
    for part in re.split(r'<li class="claim[ "]', page.partition('id="ticked"')[0])[1:]:
        if f'id="deed-{award_id}"' in part:
            return unescape(part)
    raise AssertionError(award_id)


def test_grid_workers_verify_in_their_own_groups_alone(deeds: Deeds, browse: Browse) -> None:
    near = deeds.record(DU, "邻里互助", **PAPER)
    far = deeds.record(WANG, "邻里互助", **PAPER)
    own = deeds.record(DU, "出义务工", who=deeds.town.actor(Role.GRID), **PAPER)
    kin = deeds.record("一组-006", "邻里互助", **PAPER)
    _tie(deeds, deeds.town.actor(Role.GRID), "一组-006", "岳父家")
    grid = browse(Role.GRID)
    assert "还没有分管的小组" in grid.open("/awards/verify")
    _look_after(deeds, DU)
    page = grid.open("/awards/record")  # begins with the groups one walks through
    assert f"/awards/record?household={deeds.town.household(DU).id}" in page
    assert f"/awards/record?household={deeds.town.household(WANG).id}" not in page
    page = grid.open("/awards/verify")
    assert f'id="deed-{far}"' not in page
    assert "属实" in _part(page, near)
    for barred, why in ((own, "您自己记的，要由别人来核实"), (kin, "您须回避：岳父家")):
        part = _part(page, barred)
        assert why in part
        assert "属实" not in part
        assert " disabled" in part
    request_id = grid.value("request_id")
    for number, why in ((far, "不归您管"), (own, "是您自己记的"), (kin, "您须回避")):
        path = f"/awards/{number}/verify?queue=1"
        answer = grid.send(path, finding="right", request_id=f"{request_id}-{number}")
        assert answer.status_code == 403
        assert why in grid.page
        assert deeds.row(number).state is AwardState.CLAIMED
    assert [hit["awards"] for hit in _trail(deeds, "awards.barred")] == [[kin]]
    assert grid.send("/awards/verify", awards=[near], request_id=request_id).status_code == 303
    assert deeds.row(near).state is AwardState.VERIFIED
    assert f'id="deed-{far}"' in browse(Role.RECORDER).open("/awards/verify", group="")
    reviewer = browse(Role.REVIEWER)
    reviewer.open("/awards/review")
    assert reviewer.send("/awards/verify", awards=[far], request_id="f-000001").status_code == 403


def test_what_is_found_on_the_spot_stays_in_the_trail(deeds: Deeds, browse: Browse) -> None:
    _look_after(deeds, DU)
    right, wrong, unclear = (
        deeds.record(label, "拾金不昧", points_each=2, note="拾到钱包", **PAPER)
        for label in (DU, "一组-006", "一组-001")
    )
    grid = browse(Role.GRID)

    def find(number: int, **said: Any) -> int:
        grid.open("/awards/verify")
        request_id = f"{grid.value('request_id')}-{number}"
        path = f"/awards/{number}/verify?queue=1"
        named = {f"a{number}-{name}": value for name, value in said.items() if name != "finding"}
        answer = grid.send(path, finding=said["finding"], request_id=request_id, **named)
        return int(answer.status_code)

    assert find(right, finding="right") == 422  # asks for evidence
    assert "要有依据" in grid.page
    said = {"witness": "组长王海", "note": "失主认得", "photos": [_photo()]}
    assert find(right, finding="right", **said) == 303
    assert _photos(deeds, right) == 1
    assert find(wrong, finding="doubt", reason="没有这回事") == 422  # which of the two?
    assert "没有这回事" in _part(grid.page, wrong)
    assert find(wrong, finding="doubt", doubt="wrong", reason=" ", witness="王海") == 422
    assert 'value="王海"' in _part(grid.page, wrong)
    assert find(wrong, finding="doubt", doubt="wrong", reason="没有这回事") == 303
    assert find(unclear, finding="doubt", doubt="ask", reason="哪天的事") == 303
    states = [deeds.row(number).state for number in (right, wrong, unclear)]
    assert states == [AwardState.VERIFIED, AwardState.REFUSED, AwardState.RETURNED]
    page = unescape(browse(Role.REVIEWER).open(f"/awards/{right}"))
    for words in ("核实属实", "何志勇", "见证人：组长王海", "说明：失主认得", "photos__picture"):
        assert words in page
    assert "photos__picture" not in browse(Role.ACCOUNTANT).open(f"/awards/{right}")


def test_the_page_says_who_stays_out_and_a_direct_request_is_barred(
    deeds: Deeds, browse: Browse
) -> None:
    theirs, others = deeds.record(DU, "植树绿化"), deeds.record(WANG, "植树绿化")
    _tie(deeds, deeds.reviewer, DU, "女儿家")
    reviewer = browse(Role.REVIEWER)
    part = _part(reviewer.open("/awards/review"), theirs)
    assert "您须回避：女儿家" in part
    assert "赵德顺须回避：女儿家" in part
    assert "通过" not in part
    request_id = reviewer.value("request_id")
    for ids in ([theirs], [others, theirs]):
        answer = reviewer.send("/awards/approve?queue=1", awards=ids, request_id=request_id)
        assert answer.status_code == 403
        assert "一组 012 号 杜仁森（女儿家）" in reviewer.page
    for act, said in (("refuse", {}), ("send-back", {}), ("adjust", {"quantity": "2"})):
        named = {f"a{theirs}-{name}": value for name, value in {"reason": "不", **said}.items()}
        answer = reviewer.send(f"/awards/{theirs}/{act}?queue=1", **named)
        assert answer.status_code == 403, act
    states = {deeds.row(number).state for number in (theirs, others)}
    assert states == {AwardState.CLAIMED}
    hits = _trail(deeds, "awards.barred")
    assert [hit["labels"] for hit in hits] == [[DU]] * 5
    assert [hit["awards"] for hit in hits[:2]] == [[theirs], [theirs, others]]


def test_several_votes_are_counted_in_sight(deeds: Deeds, browse: Browse) -> None:
    second = _second_reviewer(deeds)
    _set(deeds, REVIEW_VOTES, "2")
    made, other = deeds.record(DU, "植树绿化"), deeds.record(WANG, "植树绿化")
    reviewer = browse(Role.REVIEWER)
    page = reviewer.open("/awards/review")
    assert "每条要 2 位评议员同意" in page
    reviewer.send("/awards/approve?queue=1", only=made, request_id=fresh_id())
    page = reviewer.open("/awards/review")
    assert "1 条已记下您的同意，还要别的评议员" in page
    part = _part(page, made)
    assert "1/2 同意：赵德顺" in part
    assert "您已同意" in part
    assert "还差 1 位" in reviewer.open(f"/awards/{made}")
    deeds.refuse(other, "没有栽活", who=second)
    assert "马玉芬 不同意：没有栽活" in unescape(reviewer.open(f"/awards/{other}"))
    assert deeds.row(other).state is AwardState.REFUSED
    deeds.vote(made, who=second)
    page = reviewer.open(f"/awards/{made}")
    assert "2/2 同意：赵德顺、马玉芬" in page
    assert "已入账" in page


def test_points_are_changed_and_deeds_sent_back_for_a_reason(deeds: Deeds, browse: Browse) -> None:
    made = deeds.record(DU, "拾金不昧", points_each=2, note="拾到钱包")
    back = deeds.record(WANG, "植树绿化")
    reviewer = browse(Role.REVIEWER)

    def send(number: int, act: str, **said: str) -> int:
        reviewer.open("/awards/review", order="item")
        named = {f"a{number}-{name}": value for name, value in said.items()}
        path = f"/awards/{number}/{act}?queue=1&order=item"
        return int(reviewer.send(path, **named).status_code)

    assert send(made, "adjust", points="9", quantity="1", reason="贵重") == 422
    part = _part(reviewer.page, made)
    assert "只能给 1–5 分" in part
    assert 'value="贵重"' in part
    assert "<details" in part
    assert send(made, "adjust", points="", quantity="", reason="贵重") == 422
    assert send(made, "adjust", points="4", quantity="1", reason="") == 422
    assert send(made, "adjust", points="4", quantity="1", reason="很贵重") == 303
    assert send(back, "send-back", reason="栽在哪儿") == 303
    assert (deeds.row(made).points, deeds.row(back).state) == (4, AwardState.RETURNED)
    assert "2 分 → 4 分：很贵重" in unescape(reviewer.open(f"/awards/{made}"))
    assert send(made, "refuse", reason="失主没有找到") == 303
    assert deeds.row(made).state is AwardState.REFUSED
    assert "退回补充" in reviewer.open(f"/awards/{back}")


def test_what_came_back_is_completed_by_whom_it_comes_from(deeds: Deeds, browse: Browse) -> None:
    recorder = browse(Role.RECORDER)
    who, what = deeds.town.household(DU).id, deeds.number("植树绿化")
    said = {"household": who, "item": what, "quantity": "1", "deed_on": str(clock.today())}
    recorder.open("/awards/record", household=who, item=what)
    request_id = recorder.value("request_id")
    sent_as = {"act": "draft", "paper": "y", "request_id": request_id, **said}
    assert recorder.send("/awards/record", **sent_as).status_code == 422
    assert "谁帮着办的" in recorder.page
    recorder.open("/awards/record", household=who, item=what)
    sent_as = {**sent_as, "helper": "组长王海", "request_id": recorder.value("request_id")}
    assert recorder.send("/awards/record", **sent_as).status_code == 303
    (made,) = re.findall(r"/awards/(\d+)/amend", recorder.open("/awards/mine"))
    assert deeds.row(int(made)).state is AwardState.DRAFT
    path, number = f"/awards/{made}/amend", int(made)
    assert 'value="组长王海"' in recorder.open(path)
    assert browse(Role.GRID).open(path)  # may be read; not handed in by another

    def amend(**more: Any) -> int:
        request = {"request_id": recorder.value("request_id"), **said, **more}
        return int(recorder.send(path, paper="y", helper="组长王海", **request).status_code)

    assert amend(deed_on="2099-01-01", photos=[_photo()], note="村西") == 422
    assert "村西" in recorder.page
    kept = recorder.value("photos_kept")
    assert amend(photos_kept=kept, note="村西荒坡", act="draft") == 303
    assert (_photos(deeds, number), deeds.row(number).state) == (1, AwardState.DRAFT)
    recorder.open(path)
    assert amend(note="村西荒坡", act="submit") == 303
    assert deeds.row(number).state is AwardState.CLAIMED
    with deeds.town.database.writing() as session:
        deciding.send_back(session, deeds.town.actor(Role.REVIEWER), number, "哪天栽的")
    assert "哪天栽的" in recorder.open("/awards/mine")
    recorder.open(f"/awards/{made}")
    assert recorder.send(f"/awards/{made}/withdraw", reason="").status_code == 422
    assert recorder.send(f"/awards/{made}/withdraw", reason="记错了户").status_code == 303
    assert "没有草稿，也没有退回的" in recorder.open("/awards/mine")
    assert recorder.send(path, request_id=fresh_id(), **said).status_code == 409


def test_photos_and_words_stay_through_a_refusal(deeds: Deeds, browse: Browse) -> None:
    recorder, grid = browse(Role.RECORDER), browse(Role.GRID)
    who, what = deeds.town.household(DU).id, deeds.number("植树绿化")
    said = {"household": who, "item": what, "deed_on": str(clock.today()), "note": "村西荒坡"}

    def send(person: Browser, **more: Any) -> int:
        person.open("/awards/record", household=who, item=what)
        request_id = person.value("request_id")
        form = {"quantity": "1", "request_id": request_id, **said, **more}
        return int(person.send("/awards/record", **form).status_code)

    assert send(recorder, photos=[(io.BytesIO(b"PK\x03\x04 no photo"), "a.jpg")]) == 422
    assert "村西荒坡" in recorder.page
    assert 'aria-describedby="photos-error"' in recorder.page
    assert send(recorder, quantity="0", photos=[_photo("green"), _photo("red")]) == 422
    names = re.findall(r'name="photos_kept" value="(\w+)"', recorder.page)
    assert len(names) == 2
    assert send(grid, photos_kept=names, note="别人的照片") == 303
    assert send(recorder, photos_kept=names, photos=[_photo("blue")]) == 303
    assert [_photos(deeds, number) for number in (1, 2)] == [0, 3]
    assert deeds.row(1).source is AwardSource.GRID


def test_warnings_the_budget_and_photos_are_seen_before_deciding(
    deeds: Deeds, browse: Browse, tmp_path: Path
) -> None:
    _set(deeds, MONTH_BUDGET, "5")
    deeds.approve(deeds.record(DU, "植树绿化", note="村西荒坡"))
    made = deeds.record(DU, "植树绿化", note="又一棵")
    other = deeds.record(WANG, "植树绿化")
    with deeds.town.database.writing() as session:
        village_id, content = deeds.town.village_id, sent(snapshot(colour="red"))
        photo = keep(session, deeds.recorder, folder_of(tmp_path), content)
        for number in (made, other):
            attach(session, village_id, [photo], PhotoSubject.AWARD, number)
    page = browse(Role.REVIEWER).open("/awards/review")
    assert "本月已通过 3 分，限额 5 分" in page
    part = _part(page, made)
    for words in (
        "像是第 1 条",
        f"照片和第 {other} 条的一样",
        "超过每月 5 分的限额",
        f"/photos/{photo}.jpg?size=small",
    ):
        assert words in part
    assert part.count('class="caution"') == 3
    assert re.search(r'class="caution"><svg class="icon"', part)
    deeds.approve(made)
    assert "每月 5 分的限额已用完" in browse(Role.REVIEWER).open("/awards/review")
    _set(deeds, MONTH_BUDGET, "6")
    deeds.reverse(made, "没有栽")
    page = browse(Role.REVIEWER).open("/awards/review")
    assert "本月已通过 3 分，限额 6 分" in page


def test_where_the_village_sits_the_page_says_so(deeds: Deeds, browse: Browse) -> None:
    _set(deeds, SITTINGS, "month")
    _set(deeds, NOTICE_DAYS, "3")
    made = deeds.record(DU, "植树绿化")
    reviewer = browse(Role.REVIEWER)
    page = reviewer.open("/awards/review")
    assert "还没有开评议会" in page
    assert 'href="/sittings"' in page
    answer = reviewer.send("/awards/approve?queue=1", only=made, request_id=fresh_id())
    assert answer.status_code == 409
    assert "请先开评议会" in reviewer.page
    present = [Attending(Duty.REVIEWER, user_id=deeds.reviewer.user_id)]
    with deeds.town.database.writing() as session:
        open_sitting_now(session, deeds.reviewer, fresh_id(), clock.today(), "村委会", present)
    assert "第 1 次评议会进行中" in reviewer.open("/awards/review")
    reviewer.send("/awards/approve?queue=1", only=made, request_id=fresh_id())
    page = reviewer.open("/awards/review")
    assert "已通过 1 条，3 分，等公示" in page
    with deeds.town.database.writing() as session:
        notice = open_notice(session, deeds.town.actor(Role.ADMIN), fresh_id(), [made])
    page = browse(Role.SUPERVISOR).open(f"/awards/{made}")
    assert f'href="/notices/{notice}"' in page
    assert f'href="/objections/new?award={made}"' in page


@pytest.fixture
def quick(hamlet: Town, tmp_path: Path) -> Iterator[tuple[Deeds, Flask]]:
    """Deeds and the application on SQLite alone, for counting statements."""
    made = make_app(hamlet, tmp_path)
    yield Deeds(hamlet), made
    made.extensions["moralbank"].close()


def test_sixty_claims_cost_as_many_statements_as_ten(quick: tuple[Deeds, Flask]) -> None:
    deeds, app = quick
    _set(deeds, VERIFICATION, VERIFY_ALL)
    labels = [DU, GAOWA, WANG, ZHONG, "一组-001"]

    def claim(times: int, note: str) -> list[int]:
        return [
            number
            for n in range(times)
            for number in deeds.record_many(labels, "植树绿化", note=f"{note}第 {n} 棵")
        ]

    recorder = Browser(app).sign_in(STAFF[Role.REVIEWER])
    _look_after(deeds, *labels)
    grid = Browser(app).sign_in(STAFF[Role.GRID])
    counts = []
    for times, note in ((2, "少"), (10, "多")):
        ids = claim(times, note)
        with statements(app) as verifying:
            assert grid.open("/awards/verify", group="all").count('class="claim ') >= len(ids)
        request_id = grid.value("request_id")
        assert grid.send("/awards/verify", awards=ids, request_id=request_id).status_code == 303
        with statements(app) as reviewing:
            page = recorder.open("/awards/review", group="all")
        counts.append((len(verifying), len(reviewing)))
    assert page.count('name="only"') == 60
    assert counts[0] == counts[1]
    page = recorder.open("/awards/review")  # so many open at the first group
    assert page.count('name="only"') == 24
    assert re.findall(r'current="true">([^<]+) <span[^>]*>(\d+)</span>', page) == [("一组", "24")]
    assert (
        '<a class="chip" href="/awards/review?group=all">全部 <span class="chip__count">60<' in page
    )
    page = recorder.open("/awards/review", order="item", group="all")
    assert re.findall(r'<h2 id="part-\d+">([^<]+)</h2>', page) == ["植树绿化"]
    assert re.findall(r'<h3 class="card__title">([^<]+)</h3>', page) == ["一组", "二组", "六组"]
