"""Judging deeds on pages: in the review, by several votes, with warnings in sight."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.awards.models import AwardState
from moralbank.awards.queries import QUEUE_ROWS
from moralbank.notices.service import open_notice
from moralbank.photos.models import PhotoSubject
from moralbank.photos.service import attach, keep
from moralbank.photos.storage import folder_of
from moralbank.sittings.models import Duty
from moralbank.sittings.service import Attending, open_sitting_now
from moralbank.villages.settings import (
    MONTH_BUDGET,
    NOTICE_DAYS,
    REVIEW_VOTES,
    SITTINGS,
    VERIFICATION,
    VERIFY_ALL,
)
from tests.awards.deeds import DU, GAOWA, WANG, ZHONG, Deeds, fresh_id
from tests.awards.queue import change, look_after, part_of, second_reviewer, tie, trail
from tests.conftest import make_app
from tests.households.test_pages import statements
from tests.photos.phone import sent, snapshot
from tests.village import STAFF, Browser, Town

Browse = Callable[[Role], Browser]


def test_the_page_says_who_stays_out_and_a_direct_request_is_barred(
    deeds: Deeds, browse: Browse
) -> None:
    theirs, others = deeds.record(DU, "植树绿化"), deeds.record(WANG, "植树绿化")
    tie(deeds, deeds.reviewer, DU, "女儿家")
    reviewer = browse(Role.REVIEWER)
    part = part_of(reviewer.open("/awards/review"), theirs)
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
    hits = trail(deeds, "awards.barred")
    assert [hit["labels"] for hit in hits] == [[DU]] * 5
    assert [hit["awards"] for hit in hits[:2]] == [[theirs], [theirs, others]]


def test_several_votes_are_counted_in_sight(deeds: Deeds, browse: Browse) -> None:
    second = second_reviewer(deeds)
    change(deeds, REVIEW_VOTES, "2")
    made, other = deeds.record(DU, "植树绿化"), deeds.record(WANG, "植树绿化")
    reviewer = browse(Role.REVIEWER)
    page = reviewer.open("/awards/review")
    assert "每条要 2 位评议员同意" in page
    reviewer.send("/awards/approve?queue=1", only=made, request_id=fresh_id())
    page = reviewer.open("/awards/review")
    assert "1 条已记下您的同意，还要别的评议员" in page
    part = part_of(page, made)
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
    part = part_of(reviewer.page, made)
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


def test_warnings_the_budget_and_photos_are_seen_before_deciding(
    deeds: Deeds, browse: Browse, tmp_path: Path
) -> None:
    change(deeds, MONTH_BUDGET, "5")
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
    part = part_of(page, made)
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
    change(deeds, MONTH_BUDGET, "6")
    deeds.reverse(made, "没有栽")
    page = browse(Role.REVIEWER).open("/awards/review")
    assert "本月已通过 3 分，限额 6 分" in page


def test_where_the_village_sits_the_page_says_so(deeds: Deeds, browse: Browse) -> None:
    change(deeds, SITTINGS, "month")
    change(deeds, NOTICE_DAYS, "3")
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
    change(deeds, VERIFICATION, VERIFY_ALL)
    labels = [DU, GAOWA, WANG, ZHONG, "一组-001"]

    def claim(times: int, note: str) -> list[int]:
        return [
            number
            for n in range(times)
            for number in deeds.record_many(labels, "植树绿化", note=f"{note}第 {n} 棵")
        ]

    recorder = Browser(app).sign_in(STAFF[Role.REVIEWER])
    look_after(deeds, *labels)
    grid = Browser(app).sign_in(STAFF[Role.GRID])
    counts = []
    for times, note in ((2, "少"), (10, "多")):
        ids = claim(times, note)
        with statements(app) as verifying:
            page = grid.open("/awards/verify", group="all")
        assert page.count('class="claim ') == min(len(ids), QUEUE_ROWS)
        assert len(page.encode()) < 100_000
        request_id = grid.value("request_id")
        assert grid.send("/awards/verify", awards=ids, request_id=request_id).status_code == 303
        with statements(app) as reviewing:
            page = recorder.open("/awards/review", group="all")
        counts.append((len(verifying), len(reviewing)))
    assert page.count('name="only"') == QUEUE_ROWS
    assert f"共 60 条，这里先评前 {QUEUE_ROWS} 条" in page
    assert counts[0] == counts[1]
    page = recorder.open("/awards/review")  # so many open at the first group
    assert page.count('name="only"') == QUEUE_ROWS
    assert re.findall(r'current="true">([^<]+) <span[^>]*>(\d+)</span>', page) == [("一组", "24")]
    assert (
        '<a class="chip" href="/awards/review?group=all">全部 <span class="chip__count">60<' in page
    )
    page = recorder.open("/awards/review", order="item", group="all")
    assert re.findall(r'<h2 id="part-\d+">([^<]+)</h2>', page) == ["植树绿化"]
    assert re.findall(r'<h3 class="card__title">([^<]+)</h3>', page) == ["一组"]
