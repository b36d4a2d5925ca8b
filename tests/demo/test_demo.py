"""The demo village: whole books, the same each time, made aside and put in place when whole."""

import os
import re
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from moralbank import clock
from moralbank.app import create_app
from moralbank.boards.periods import read_period
from moralbank.boards.queries import rank_all
from moralbank.check import check_village
from moralbank.console import Console
from moralbank.db import Database
from moralbank.demo import commands
from moralbank.demo.commands import demo_settings, free_port, make
from moralbank.demo.material import material
from moralbank.demo.service import Size, build_village, staff_of
from moralbank.ledger.queries import head_mark
from moralbank.migrations import upgrade
from moralbank.scheme.queries import scheme_on
from tests.terminal import Terminal
from tests.village import Browser

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SMALL = Size(households=24, days=40)
TINY = Size(households=8, days=4)
VILLAGE = int(material().code)
PASSWORDS = {name: f"{role}-zhi-de-mi-ma" for name, role in staff_of(material())}


@dataclass
class Built:
    """A demo village and how far its making said it was."""

    database: Database
    told: list[int]

    def count(self, table: str, where: str = "1 = 1") -> int:
        with self.database.engine.connect() as connection:
            found = connection.scalar(text(f"SELECT count(*) FROM {table} WHERE {where}"))
        return int(found or 0)


def built(folder: Path, *, seed: int = 12, size: Size = SMALL) -> Built:
    """Build a village in a folder, as on the 20th of November 2026."""
    folder.mkdir(parents=True)
    database = Database(f"sqlite:///{folder / 'moralbank.db'}")
    upgrade(database.engine)
    told: list[int] = []
    with clock.at(NOON):
        build_village(
            database,
            material(),
            PASSWORDS,
            instance=folder,
            seed=seed,
            size=size,
            progress=told.append,
        )
    return Built(database, told)


def mark(one: Built) -> str:
    """The end of the books, which hangs on everything before it."""
    with one.database.reading() as session:
        return head_mark(session, VILLAGE)


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """A small demo village."""
    one = built(tmp_path_factory.mktemp("demo") / "village")
    yield one
    one.database.close()


def test_every_name_in_the_seeds_is_the_schemes(village: Built) -> None:
    with village.database.reading() as session:
        scheme = scheme_on(session, VILLAGE, clock.local(NOON).date())
    for habit in material().habits:
        item = scheme.item(habit.item)
        allowed = {points for _name, points in item.levels} or set(
            range(item.points_min, item.points_max + 1)
        )
        assert set(habit.points) <= allowed, habit.item
        assert bool(habit.points) == item.has_range, habit.item
        assert all(len(note) <= 40 for note in habit.notes), habit.item
    for one in material().rounds:
        assert not scheme.item(one.item).has_range


def test_its_books_are_whole(village: Built) -> None:
    with village.database.reading() as session:
        assert check_village(session, VILLAGE) == []
    assert village.told == list(range(1, SMALL.days + 1))


def test_everything_happened_in_it(village: Built) -> None:
    assert village.count("households") == 24
    assert village.count("photo_uses", "subject = 'household'") >= 2
    assert village.count("cards", "state = 'active'") == 23
    assert village.count("cards", "state = 'lost'") == 1
    assert village.count("households", "status = 'moved'") == 1
    assert village.count("awards", "state = 'posted'") > 40
    assert village.count("awards", "state = 'noticed'") > 5
    assert village.count("awards", "source = 'household'") > 2
    assert village.count("award_steps", "act = 'verify'") > 2
    assert village.count("notices", "state = 'closed' AND posted_seq IS NOT NULL") == 2
    assert village.count("notices", "state = 'open'") == 1
    assert village.count("objections", "state = 'open'") == 1
    assert village.count("objections", "state IN ('upheld', 'dismissed')") == 2
    assert village.count("sittings", "state = 'closed'") == 3
    assert village.count("rounds", "state = 'closed'") == 1
    assert village.count("rounds", "state = 'open'") == 1
    assert village.count("reminders", "state = 'put_right'") == 1
    assert village.count("reminders", "state = 'open'") == 1
    assert village.count("rechecks") == 1
    assert village.count("awards", "state = 'claimed'") >= 2
    assert village.count("photo_uses", "subject = 'award'") >= 2
    assert village.count("award_steps", "act = 'send_back'") >= 1
    assert village.count("award_steps", "act = 'submit'") >= 1
    assert village.count("audit_entries", "act LIKE '%barred'") == 1
    assert village.count("awards", "state = 'reversed'") >= 1
    assert village.count("slips") >= 4
    assert village.count("ledger_requests", "refusal IS NOT NULL") == 0


def test_its_shops_are_kept(village: Built) -> None:
    assert village.count("shops") == 2
    assert village.count("stock_receipts", "note = '开业进货'") == 2
    assert village.count("photo_uses", "subject = 'product'") == village.count("products")
    assert village.count("day_closes") >= 4
    assert village.count("stock_counts", "state = 'posted'") == 1
    assert village.count("vouchers", "kind = 'income'") >= 2
    assert village.count("vouchers", "kind = 'purchase'") >= 1
    assert village.count("lapse_rules") == 1


def test_it_all_lies_in_the_past(village: Built) -> None:
    today = clock.local(NOON).date().isoformat()
    assert village.count("awards", f"deed_on >= '{today}'") == 0
    assert village.count("ledger_events", f"at > '{NOON:%Y-%m-%d %H:%M:%S}'") == 0
    assert village.count("awards", "deed_on < '2026-10-11'") == 0


def test_the_same_seed_and_day_give_the_same_books(village: Built, tmp_path: Path) -> None:
    again, other = built(tmp_path / "again"), built(tmp_path / "other", seed=8)
    assert mark(again) == mark(village)
    assert mark(other) != mark(village)
    for one in (again, other):
        one.database.close()


def test_its_boards_have_names_on_them(village: Built) -> None:
    with clock.at(NOON), village.database.reading() as session:
        rankings = rank_all(session, VILLAGE, read_period("2026-Q4"))
    assert all(ranking.entries for ranking in rankings)


def test_the_whole_village_has_256_households_and_its_named_people() -> None:
    assert sum(material().groups.values()) == Size().households == 256
    for group, number in material().names.fixed:
        assert int(number) <= material().groups[group]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a demo is to stand."""
    return tmp_path / "instance" / "demo"


def passwords(place: Path) -> dict[str, str]:
    """Names and passwords as they were written down."""
    said = (place / "passwords.txt").read_text("utf-8")
    return dict(re.findall(r"用户名 (\S+)，密码 (\S+)", said))


def test_it_is_put_in_place_when_whole(place: Path) -> None:
    make(place, TINY)
    assert sorted(path.name for path in place.parent.iterdir()) == ["demo"]
    names = {path.name for path in place.iterdir()}
    assert {"moralbank.db", "secret.key", "passwords.txt"} <= names
    if sys.platform != "win32":
        assert stat.S_IMODE(os.stat(place / "passwords.txt").st_mode) == 0o600  # noqa: PTH116


def test_an_interrupted_making_is_no_village(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "build_village", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make(place, TINY)
    assert list(place.parent.iterdir()) == []


def test_what_a_power_cut_left_is_swept_away(place: Path) -> None:
    left, young = place.parent / "demo-making-old", place.parent / "demo-making-young"
    for folder in (left, young):
        folder.mkdir(parents=True)
        (folder / "half.db").write_bytes(b"half")
    long_ago = clock.now().timestamp() - 2 * 3600
    os.utime(left, (long_ago, long_ago))
    make(place, TINY)
    assert sorted(path.name for path in place.parent.iterdir()) == ["demo", "demo-making-young"]


def test_its_people_sign_in_with_what_was_written_down(place: Path) -> None:
    make(place, TINY)
    settings = commands._settings(place)
    app = create_app(settings)
    written = passwords(place)
    assert len(written) == len(PASSWORDS)
    assert len(set(written.values())) == len(PASSWORDS)
    for name, password in written.items():
        person = Browser(app).sign_in(name, password)
        assert "演示" in person.open("/boards")
    app.extensions["moralbank"].close()


def test_a_fresh_one_takes_the_old_ones_place(place: Path) -> None:
    make(place, TINY)
    before = passwords(place)
    make(place, TINY)
    assert passwords(place) != before
    assert sorted(path.name for path in place.parent.iterdir()) == ["demo"]


def test_it_never_touches_the_villages_own_database(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MORALBANK_DATABASE_URL", "postgresql://localhost/village")
    settings = demo_settings(Console(place.parent, None))
    assert settings.database_url == f"sqlite:///{place / 'moralbank.db'}"
    assert settings.demo


def test_a_taken_port_gives_way_to_the_next() -> None:
    import socket  # noqa: PLC0415 - for this test alone

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port("127.0.0.1", port) > port


def test_the_command_makes_it_once_and_says_who_signs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served: list[tuple[str, int]] = []
    # The server itself would never come back; everything before it is real.
    monkeypatch.setattr(
        commands, "run_server", lambda app, host, port, **_: _serve(served, app, host, port)
    )
    monkeypatch.setattr(commands, "Size", lambda: TINY)
    own = tmp_path / "own.db"
    terminal = Terminal(f"sqlite:///{own}", tmp_path, monkeypatch, capsys)
    first = terminal.run("demo", "--no-browser")
    assert "正在建演示村" in first
    second = terminal.run("demo", "--no-browser", "--port", "8123")
    assert "正在建演示村" not in second
    for name, password in passwords(tmp_path / "demo").items():
        assert f"{name}，密码 {password}" in first
        assert f"{name}，密码 {password}" in second
    assert [host for host, _port in served] == ["127.0.0.1", "127.0.0.1"]
    assert not own.exists()


def _serve(served: list[tuple[str, int]], app: object, host: str, port: int) -> None:
    served.append((host, port))
    app.extensions["moralbank"].close()  # type: ignore[attr-defined]
