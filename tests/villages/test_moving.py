"""A village moves house: to another installation, on the other engine, and back again."""

import hashlib
import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask

from moralbank import clock, db
from moralbank.access.permissions import Role
from moralbank.access.service import add_user
from moralbank.archive.manifest import Manifest
from moralbank.archive.reading import Archive
from moralbank.audit import Actor, trail
from moralbank.cards.models import Card
from moralbank.cards.service import issue
from moralbank.ledger.service import VillageLeft
from moralbank.photos.storage import folder_of
from moralbank.villages.service import change_setting
from moralbank.villages.settings import CONTACT
from moralbank.web.closing import close_now
from tests.conftest import ENGINES
from tests.intruder import intrude
from tests.lively import DU, WORK, live
from tests.village import PASSWORD, STAFF, VILLAGE_ID, Browser, found_village
from tests.villages.houses import (
    Build,
    House,
    drop,
    earn,
    forged,
    go_on,
    in_column,
    photographed,
    rows,
    without,
)

NEIGHBOUR = 150404103202
CODE = str(VILLAGE_ID)
ADMIN, SUPERVISOR = STAFF[Role.ADMIN], STAFF[Role.SUPERVISOR]
LEFT = "迁到别处，这里只能看"


def test_a_village_moves_to_the_other_engine_and_back(
    home: House, build: Build, tmp_path: Path
) -> None:
    """From a laptop to the county, where a neighbour lives, and back: equal to the last row."""
    here = "sqlite" if home.database.is_sqlite else "postgresql"
    there = next(one for one in ENGINES if one != here)
    live(home.town(), "替邻居收麦子那天的事")
    photographed(home)
    printed = go_on(home, "home")
    before, sent = home.archive(), tmp_path / "村.zip"
    said = home.run("villages", "export", CODE, "-o", str(sent), "--leave", who=ADMIN)
    assert before.villages[0].mark == printed
    assert printed in said
    assert sent.stat().st_mode & 0o777 == 0o600

    county = build(there, "county")
    neighbour = ["--village-code", str(NEIGHBOUR), "--village-name", "小河沿村"]
    county.run("init", *neighbour, "--admin", "巴特尔", "--password-stdin", stdin=f"{PASSWORD}\n")
    next_door = county.archive(NEIGHBOUR)
    said = county.run("villages", "import", str(sent))
    assert said.count(f"8 户（连已迁出的），{points_of(before)} 分，账尾 {printed}") == 2
    assert rows(county.archive()) == rows(before)
    assert len(before.photos) == 2
    assert county.archive(NEIGHBOUR).tables == next_door.tables
    assert "仍在账中" in county.run("check", "--printed", printed)
    assert "已经有羊圈湾村" in county.run("villages", "import", str(sent), expect=1)
    listed = json.loads(county.run("villages", "list", "--json"))
    assert [(one["id"], one["households"]) for one in listed] == [(VILLAGE_ID, 8), (NEIGHBOUR, 0)]

    printed_there = go_on(county, "county", 7)
    after, returned = county.archive(), tmp_path / "county" / "回来.zip"
    county.run("villages", "export", CODE, "-o", str(returned), "--leave", who=ADMIN)
    back = build(here, "back", bare=here == "sqlite")  # a new laptop, nothing on it
    back.run("villages", "import", str(returned))
    assert rows(back.archive()) == rows(after)
    assert "仍在账中" in back.run("check", "--printed", printed_there)
    last = go_on(back, "back", 9)
    assert int(last.split("-")[0]) > int(printed_there.split("-")[0])
    assert "账目无误" in back.run("check")
    with back.database.reading() as session:
        lines = trail(session, VILLAGE_ID, ["villages.import", "villages.export"])
    assert [line.detail["mark_after"] for line in lines] == [printed, printed_there]


def points_of(manifest: Manifest) -> int:
    """What all households have together."""
    return manifest.villages[0].totals["household_points"]


def _another_amount(said: Any) -> Any:
    return said + 1


def _to_the_neighbour(content: str) -> str:
    heads, first, rest = content.split("\n", 2)
    return "\n".join([heads, first.replace(CODE, str(NEIGHBOUR), 1), rest])


def _photos_next_door(said: dict[str, Any]) -> None:
    said["photos"] = {
        path.replace(CODE, str(NEIGHBOUR)): digest for path, digest in said["photos"].items()
    }


TRANSFERS, GROUPS, HEADS = (
    f"rows/{name}.jsonl" for name in ("ledger_transfers", "groups", "ledger_heads")
)
# What somebody did to a village's file → whether its sums were made to fit, what is said of it.
FORGERIES: dict[str, tuple[dict[str, Any], str]] = {
    "a point more": (
        {"changes": {TRANSFERS: in_column("amount", _another_amount)}, "summed": False},
        "“ledger_transfers”与清单不符",
    ),
    "a point more, summed up anew": (
        {"changes": {TRANSFERS: in_column("amount", _another_amount)}},
        "与它的校验码不符",
    ),
    "a row of the neighbour's": ({"changes": {GROUPS: _to_the_neighbour}}, "“groups”的内容不对"),
    "a row against the rules": (
        {"changes": {TRANSFERS: in_column("amount", lambda _amount: -5)}},
        "不合规矩",
    ),
    "books that have left": (
        {"changes": {HEADS: in_column("left_at", lambda _none: "2026-11-20T00:00:00.000000Z")}},
        "核对不符（ledger_heads）",
    ),
    "photos for the neighbour": (
        {"changes": {}, "manifest": _photos_next_door},
        "文件已损坏或被改过",
    ),
    "photos left out": (
        {"changes": {}, "manifest": lambda said: said.update(photos={})},
        "核对不符（photos）",
    ),
    "a whole installation": (
        {"changes": {}, "manifest": lambda said: said.update(kind="installation")},
        "不是一个村",
    ),
    "of a later release": (
        {"changes": {}, "manifest": lambda said: said.update(revision="9999")},
        "更新版本",
    ),
}


def test_no_forged_file_comes_in(cottage: House, build: Build, tmp_path: Path) -> None:
    """Whatever was changed in a village's file, nothing of it is kept: no row, no photo."""
    live(cottage.town(), "替邻居收麦子那天的事")
    photographed(cottage)
    sent = tmp_path / "村.zip"
    cottage.run("villages", "export", CODE, "-o", str(sent), who=ADMIN)
    county = build("sqlite", "county")
    for name, (forgery, words) in FORGERIES.items():
        given = forged(sent, tmp_path / "forged.zip", **forgery)
        said = county.run("villages", "import", str(given), expect=1)
        assert words in said, f"{name}: {said}"
    assert json.loads(county.run("villages", "list", "--json")) == []
    assert not [path for path in folder_of(county.folder).glob("**/*") if path.is_file()]
    county.run("villages", "import", str(sent))


def test_what_cannot_be_kept_whole_leaves_nothing(
    cottage: House, build: Build, tmp_path: Path
) -> None:
    """The last photo of the file can't be written: rows and photos before it go again."""
    photographed(cottage)
    sent = tmp_path / "村.zip"
    cottage.run("villages", "export", CODE, "-o", str(sent), who=ADMIN)
    county = build("sqlite", "county")
    last = max(cottage.archive().photos)
    obstacle = folder_of(county.folder) / last.removeprefix("photos/")
    obstacle.mkdir(parents=True)
    said = county.run("villages", "import", str(sent), expect=1)
    assert "照片没能存下来" in said
    assert json.loads(county.run("villages", "list", "--json")) == []
    assert list(obstacle.parent.iterdir()) == [obstacle]
    obstacle.rmdir()
    county.run("villages", "import", str(sent))
    assert rows(county.archive()) == rows(cottage.archive())


SUMS = ("award_months", "award_honours")
"""Tables that came with 0007, which adds them up from the deeds."""


def test_a_file_of_an_older_release_is_brought_up(
    cottage: House, build: Build, tmp_path: Path
) -> None:
    earn(cottage, "older")
    photographed(cottage)
    sent = tmp_path / "村.zip"
    cottage.run("villages", "export", CODE, "-o", str(sent), who=ADMIN)
    older = {
        "rows/users.jsonl": without("failed_tries", "locked_until", "totp_secret", "totp_step"),
        "rows/households.jsonl": without("erased_at"),
        HEADS: without("left_at"),
    }

    def of_then(said: dict[str, Any]) -> None:
        said["revision"] = "0005"
        for table in ("proposals", *SUMS):
            del said["tables"][table]

    given = forged(sent, tmp_path / "older.zip", older, of_then)
    drop(given, *(f"rows/{table}.jsonl" for table in SUMS))
    county = build("sqlite", "county")
    county.run("villages", "import", str(given))
    assert rows(county.archive()) == rows(cottage.archive())
    assert "账目无误" in county.run("check")


def test_people_whose_names_are_taken_get_others(
    cottage: House, build: Build, tmp_path: Path
) -> None:
    """Names, cards and photos are unique in an installation: what is taken is said, and by whom."""
    sent = tmp_path / "村.zip"
    cottage.run("villages", "export", CODE, "-o", str(sent), who=ADMIN)
    county = build("sqlite", "county")
    db.see_everything()
    found_village(county.database, NEIGHBOUR, "小河沿村", (("东组", "001", "巴特尔"),))
    founder = Actor(NEIGHBOUR, 0, "开户", Role.ADMIN, "test")
    with county.database.writing() as session:
        for name in (ADMIN, SUPERVISOR):
            add_user(session, founder, name, Role.RECORDER, PASSWORD, first=False)
    bring_in = ("villages", "import", str(sent))
    said = county.run(*bring_in, expect=1)
    assert "王秀兰" in said
    assert "孙守正" in said
    assert "李建军" not in said
    renames = ("--rename", "王秀兰=羊圈湾王秀兰", "--rename", "孙守正=羊圈湾孙守正")
    wrong = {
        "王秀兰": "看不懂",
        "王秀兰=": "看不懂",
        "王秀=羊圈湾王秀": "没有“王秀”这个用户",
        "王秀兰=王 秀兰": "用户名不对",
        "王秀兰=李建军": "李建军",
        "王秀兰=孙守正": "孙守正",
    }
    for typed, words in wrong.items():
        assert words in county.run(*bring_in, "--rename", typed, expect=1), typed
    county.run(*bring_in, *renames)
    assert "账目无误" in county.run("check")
    users = json.loads(county.run("users", "list", "--json", who="羊圈湾王秀兰"))
    assert {user["name"] for user in users} == {*STAFF.values(), "羊圈湾王秀兰", "羊圈湾孙守正"} - {
        ADMIN,
        SUPERVISOR,
    }
    came, went = county.archive().tables, cottage.archive().tables
    changed = {name for name in came if came[name] != went[name]}
    assert changed == {"users", "audit_entries"}


def test_a_card_that_exists_here_already_keeps_a_village_out(
    cottage: House, build: Build, tmp_path: Path
) -> None:
    """Two villages drew the same number for a card: neither may answer for the other's."""
    town = cottage.town()
    with town.database.writing() as session:
        issue(session, town.actor(Role.RECORDER), [town.household(DU).id])
        token = session.get_one(Card, (VILLAGE_ID, 1)).token
    sent = tmp_path / "村.zip"
    cottage.run("villages", "export", CODE, "-o", str(sent), who=ADMIN)
    county = build("sqlite", "county")
    found_village(county.database, NEIGHBOUR, "小河沿村", (("东组", "001", "巴特尔"),))
    other = county.town(NEIGHBOUR)
    with other.database.writing() as session:
        issue(session, other.actor(Role.RECORDER), [other.household("东组-001").id])
        session.get_one(Card, (NEIGHBOUR, 1)).token = token
    assert "1 个号码（cards.token）" in county.run("villages", "import", str(sent), expect=1)


def test_nothing_is_written_between_the_file_and_the_closing(home: House, tmp_path: Path) -> None:
    """People write while the village leaves: all that was kept is in the file, and no more."""
    town, sent, done = home.town(), tmp_path / "村.zip", [0, 0]
    admin = town.actor(Role.ADMIN)

    def write_on(who: int) -> None:
        with suppress(VillageLeft):
            while True:
                with town.database.writing() as session:
                    change_setting(session, admin, CONTACT, f"{who} {done[who]}")
                done[who] += 1

    writers = [Thread(target=write_on, args=(who,)) for who in range(len(done))]
    for writer in writers:
        writer.start()
    home.run("villages", "export", CODE, "-o", str(sent), "--leave", who=ADMIN)
    for writer in writers:
        writer.join()
    with Archive.open(sent) as archive:
        packed = archive.manifest.tables
    kept = home.archive().tables
    assert sum(done) > 0
    assert {name for name in kept if kept[name] != packed[name]} == {
        "audit_entries",
        "ledger_heads",
    }
    assert kept["audit_entries"].rows == packed["audit_entries"].rows + 1  # that it left


def test_damaged_books_do_not_leave(cottage: House, tmp_path: Path) -> None:
    intrude(
        cottage.database,
        "UPDATE ledger_accounts SET balance = balance + 1 WHERE kind = 'household_points'",
    )
    sent = tmp_path / "村.zip"
    for more in ((), ("--leave",)):
        said = cottage.run("villages", "export", CODE, "-o", str(sent), *more, who=ADMIN, expect=1)
        assert "不能迁出" in said
        assert not list(tmp_path.glob("*村.zip*"))
    assert json.loads(cottage.run("villages", "list", "--json"))[0]["left_at"] is None


def test_a_file_is_made_by_the_villages_own_administrator_and_never_over_another(
    cottage: House, tmp_path: Path
) -> None:
    sent = tmp_path / "村.zip"
    export = ("villages", "export", CODE, "-o", str(sent))
    assert "请由管理员来办" in cottage.run(*export, who=STAFF[Role.RECORDER], expect=1)
    foreign = ("villages", "export", str(NEIGHBOUR), "-o", str(sent))
    assert f"没有代码为 {NEIGHBOUR} 的村" in cottage.run(*foreign, who=ADMIN, expect=1)
    sent.write_text("别的东西", "utf-8")
    for more in ((), ("--leave",)):
        assert "不会覆盖" in cottage.run(*export, *more, who=ADMIN, expect=1)
    assert sent.read_text("utf-8") == "别的东西"
    with cottage.database.reading() as session:
        assert trail(session, VILLAGE_ID, ["villages.export"]) == []
    sent.unlink()
    cottage.run(*export, who=ADMIN)
    with cottage.database.reading() as session:
        (line,) = trail(session, VILLAGE_ID, ["villages.export"])
    assert line.detail["file"] == hashlib.sha256(sent.read_bytes()).hexdigest()
    assert earn(cottage, "after-a-copy")


def test_what_has_left_is_only_read_until_two_open_it_again(
    home: House, app: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Pages say that the books went elsewhere: nobody writes, nothing falls due, all is read."""
    live(home.town(), "替邻居收麦子那天的事")
    home.run("villages", "export", CODE, "-o", str(tmp_path / "村.zip"), "--leave", who=ADMIN)
    db.see_everything()
    recorder = Browser(app).sign_in(STAFF[Role.RECORDER])
    assert LEFT in recorder.open("/")
    who = home.town().household("一组-006").id
    recorder.open("/awards/record", household=who, item=WORK)
    deed = {"household": who, "item": WORK, "quantity": "1", "deed_on": clock.today().isoformat()}
    answer = recorder.send("/awards/record", **deed, request_id=recorder.value("request_id"))
    assert answer.status_code == 409
    assert "不能再记" in answer.get_data(as_text=True).split("<main")[1]
    assert LEFT in Browser(app).open("/sign-in")
    db.see_everything()
    with clock.at(clock.now() + timedelta(days=40)):
        close_now()  # a notice's last day, and the day of the lapse
        assert "没有到期的公示" in home.run("notices", "close")
    assert not [line for line in caplog.records if line.levelname == "WARNING"]
    assert "账目无误" in home.run("check")
    assert LEFT in home.run("awards", "record", *said_of(DU), who=STAFF[Role.RECORDER], expect=1)

    def come_back(admin: str, supervisor: str, *words: str, expect: int = 1) -> str:
        typed = "".join(f"{word}\n" for word in words)
        named = ("--admin", admin, "--supervisor", supervisor, "--password-stdin")
        return home.run("villages", "return", CODE, *named, stdin=typed, expect=expect)

    assert "用户名或密码不对" in come_back(ADMIN, SUPERVISOR, PASSWORD, "falsch-und-lang")
    assert "不是这个村的监督员" in come_back(ADMIN, ADMIN, PASSWORD, PASSWORD)
    assert LEFT in home.run("awards", "record", *said_of(DU), who=STAFF[Role.RECORDER], expect=1)
    assert "一笔也没有记过" in come_back(ADMIN, SUPERVISOR, PASSWORD, PASSWORD, expect=0)
    assert "没有迁走" in come_back(ADMIN, SUPERVISOR, PASSWORD, PASSWORD)
    with home.database.reading() as session:
        (line,) = trail(session, VILLAGE_ID, ["villages.return"])
    town = home.town()
    assert line.user_id == town.actor(Role.ADMIN).user_id
    assert line.detail["seconded_by"] == town.actor(Role.SUPERVISOR).user_id
    assert go_on(home, "open-again")
    assert LEFT not in recorder.open("/")


def said_of(label: str) -> tuple[str, ...]:
    """A deed at the command line."""
    return ("--household", label, "--item", str(WORK))
