"""Points that lapse: after a warning, oldest first, once, and never from the honour."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.boards.periods import read_period
from moralbank.boards.queries import rank_all
from moralbank.cards.service import issue
from moralbank.db import Database
from moralbank.fund import lapse_rules, lapsing, old_points
from moralbank.ledger.models import AccountKind, Event, EventKind
from moralbank.ledger.queries import total
from tests.awards.deeds import DU, GAOWA, WANG
from tests.conftest import make_app, on_one_engine
from tests.fund.purse import Purse
from tests.notices.wall import after
from tests.terminal import Terminal
from tests.village import STAFF, VILLAGERS, Browser, Town, found_village


def lapsed(purse: Purse) -> int:
    """The points in the account of what lapsed."""
    with purse.town.database.reading() as session:
        return total(session, purse.town.village_id, AccountKind.POINTS_LAPSED)


def events(purse: Purse) -> int:
    """How many events let points lapse."""
    wanted = select(func.count()).select_from(Event).where(Event.kind == EventKind.LAPSE)  # type: ignore[arg-type]
    with purse.town.database.reading() as session:
        return session.connection().scalar(wanted) or 0


def test_the_day(purse: Purse) -> None:
    """Set ahead, told thirty days before, done once, by one event; what came since stays."""
    day, year = clock.today() + timedelta(days=60), read_period(str(clock.today().year))
    purse.give(DU, 35)
    purse.give(WANG, 20)
    purse.spend(WANG, 20)
    purse.rule(day)
    assert purse.warned(DU) == ""
    with after(29):
        assert purse.warned(DU) == ""
    with after(30):
        words = f"您有 35 分将在 {day.year} 年 {day.month} 月 {day.day} 日清零，请在这之前兑换"
        assert purse.warned(DU) == words
        assert (purse.warned(WANG), purse.warned(GAOWA)) == ("", "")
    with after(59):
        purse.spend(DU, 5)
        assert "您有 30 分" in purse.warned(DU)
        assert purse.lapse() == []
    with after(60):
        purse.give(GAOWA, 7)
        with purse.town.database.reading() as session:
            honoured = rank_all(session, purse.town.village_id, year)
        (made,) = purse.lapse()
        assert purse.lapse() == []
        assert [purse.points(who) for who in (DU, WANG, GAOWA)] == [0, 0, 7]
        with purse.town.database.reading() as session:
            (done,) = old_points.lapses(session, purse.town.village_id)
            assert rank_all(session, purse.town.village_id, year) == honoured
        assert any(entry.points == 35 for ranking in honoured for entry in ranking.entries)
        assert (done.id, done.day, done.households, done.points) == (made, day, 1, 30)
        assert purse.warned(DU) == ""
    assert (lapsed(purse), events(purse)) == (30, 1)


def test_the_oldest_points_go_first(purse: Purse) -> None:
    """Kept for two months: what is newer stays, what was spent was the oldest."""
    day = clock.today() + timedelta(days=100)
    old = purse.give(DU, 10)
    purse.give(WANG, 10)
    purse.give(GAOWA, 10)
    purse.rule(day, 2)
    with after(80):
        wrong = purse.give(DU, 4)
        purse.give(DU, 3)
        purse.give(WANG, 5)
        purse.spend(WANG, 12)
        purse.reverse(old, "记错户")
        purse.reverse(wrong, "记重了")
    with after(100):
        with purse.town.database.reading() as session:
            ahead = old_points.lapse_next(session, purse.town.village_id)
        assert ahead is not None
        assert ahead.day > day  # today's is being done
        purse.lapse()
        # 杜仁森 has the 3 new ones, 王䶮 3 of the 5 new ones, 斯琴高娃's ten were old.
        assert [purse.points(who) for who in (DU, WANG, GAOWA)] == [3, 3, 0]


@on_one_engine
def test_missed_years_and_changed_rules(purse: Purse) -> None:
    """Only the newest of several missed days counts; a rule that is given up takes nothing."""
    day = clock.today() + timedelta(days=30)
    purse.give(DU, 9)
    first = purse.rule(day, request_id="rule-000001")
    assert purse.rule(day, request_id="rule-000001") == first
    with after(29):
        purse.rule(None)
        assert purse.warned(DU) == ""
    with after(30):
        assert purse.lapse() == []
        purse.rule(day + timedelta(days=45))
    with after(800):
        (made,) = purse.lapse()
        with purse.town.database.reading() as session:
            (done,) = old_points.lapses(session, purse.town.village_id)
        # Two of its days are over by then; households were told of the last one.
        assert (done.id, done.day.year) == (made, (day + timedelta(days=45)).year + 1)
        assert purse.points(DU) == 0
    with after(1200):
        assert len(purse.lapse()) == 1  # nobody has any: written down, without an event
    assert events(purse) == 1


@on_one_engine
def test_what_is_no_rule(purse: Purse) -> None:
    today = clock.today()
    for days in (-3000, 0, 29, 1200):
        with pytest.raises(lapse_rules.LapseDayInvalid):
            purse.rule(today + timedelta(days=days))
    for months in (-1, 121):
        with pytest.raises(lapse_rules.MonthsInvalid):
            purse.rule(today + timedelta(days=30), months)
    with purse.town.database.writing() as session, pytest.raises(lapse_rules.ResolutionMissing):
        lapse_rules.set_rule(session, purse.admin, "rule-000002", None, 0, "  ")


def test_two_at_the_same_instant(purse: Purse) -> None:
    """Two programs find the day due; one of them does it."""
    purse.give(DU, 35)
    purse.rule(clock.today() + timedelta(days=30))
    day, url = clock.today() + timedelta(days=30), purse.town.database.engine.url
    barrier, done = threading.Barrier(2), []

    def run() -> None:
        database = Database(url.render_as_string(hide_password=False))
        barrier.wait()
        with database.writing() as session:
            done.append(lapsing.lapse_due(session, day))
        database.close()

    both = [threading.Thread(target=run) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(done) == [[], [1]]
    assert (lapsed(purse), events(purse), purse.points(DU)) == (35, 1, 0)


@on_one_engine
def test_a_clock_set_back_waits_and_every_village_has_its_day(
    purse: Purse, caplog: pytest.LogCaptureFixture
) -> None:
    found_village(purse.town.database, 150404103202, "小河沿村", VILLAGERS[:1])
    other = Purse(Town(purse.town.database, 150404103202))
    day = clock.today() + timedelta(days=30)
    for one, label in ((purse, DU), (other, "一组-001")):
        one.give(label, 8)
        one.rule(day)
    with after(90):
        other.give("一组-001", 1)
    with after(31):
        assert purse.lapse() == [1]
        assert "clock_behind" in caplog.text
        assert (purse.points(DU), other.points("一组-001")) == (0, 9)
    with after(91):
        assert purse.lapse() == [1]
        assert (purse.points(DU), other.points("一组-001")) == (0, 1)
    assert other.codes() == []


def test_it_happens_by_itself_and_is_told_of(hamlet: Town, tmp_path: Path) -> None:
    """On the card's page and on the notice thirty days before; on the day at any request."""
    purse, app = Purse(hamlet), make_app(hamlet, tmp_path)
    day = clock.today() + timedelta(days=31)
    purse.allow("public_address", "https://bank.example.cn")
    purse.give(DU, 35)
    purse.rule(day)
    with hamlet.database.writing() as session:
        number = hamlet.household(DU).id
        token = issue(session, hamlet.actor(Role.RECORDER), [number])[0].token
    visitor = Browser(app)
    assert "清零" not in visitor.open(f"/c/{token}")
    with after(2):
        page = visitor.open(f"/c/{token}")
        assert page.count("您有 35 分将在") == 2  # to be read, and to be heard
        words = f"还没有用的积分将在 {day.year} 年 {day.month} 月 {day.day} 日清零"
        assert words in visitor.open(f"/n/{hamlet.village_id}")
    with after(31):
        assert "您有 35 分" not in visitor.open(f"/c/{token}")
        assert "积分到期清零" in visitor.page
    assert purse.points(DU) == 0
    assert purse.codes() == []


def test_the_command_line(terminal: Terminal, village: Town) -> None:
    purse, admin = Purse(village), STAFF[Role.ADMIN]
    purse.give(DU, 12)
    day = clock.today() + timedelta(days=40)
    rule = ("fund", "lapse-rule", "--resolution", "第 5 号")
    assert "两个里的一个" in terminal.run(*rule, who=admin, expect=2)
    assert "长期有效" in terminal.run(*rule, "--never", who=admin)
    said = terminal.run(*rule, "--from", day.isoformat(), "--months", "1", who=admin)
    assert "满 1 个月" in said
    assert "12 分，1 户" in terminal.run("fund", "lapse", who=admin)
    with after(40):
        assert "刚清零 1 次" in terminal.run("fund", "lapse", who=admin)
        assert '"done": []' in terminal.run("fund", "lapse", "--json", who=admin)
    assert purse.points(DU) == 0
    assert purse.codes() == []
