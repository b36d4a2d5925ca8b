"""The backup of the day, by itself, and what the page and the home page say."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.audit import trail
from moralbank.backup.disk import turn
from moralbank.backup.plan import Plan
from moralbank.backup.shelf import NOTE, prepare
from moralbank.web.closing import Closing, back_up_daily
from tests.conftest import make_app
from tests.village import STAFF, Browser, Town, found_village

EVENING = datetime(2026, 11, 20, 14, 10, tzinfo=UTC)
NEIGHBOUR = 150404103202


@pytest.fixture
def hamlet_app(hamlet: Town, tmp_path: Path) -> Iterator[Flask]:
    made = make_app(hamlet, tmp_path)
    yield made
    made.config["DAILY_BACKUPS"] = False
    made.extensions["moralbank"].close()


def backups(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("backups/*.zip"))


def visit(app: Flask, moment: datetime) -> None:
    """Somebody opens a page at this moment, and the backup that it began is waited for."""
    app.extensions["closing"] = Closing()  # more than a minute later, or another process
    with clock.at(moment):
        app.test_client().get("/sign-in")
        running = app.extensions["closing"].daily.running
        if running is not None:
            running.join()


def test_once_a_day_by_itself(hamlet_app: Flask, tmp_path: Path) -> None:
    visit(hamlet_app, EVENING)
    assert backups(tmp_path) == []  # an application that isn't served keeps no backups
    back_up_daily(hamlet_app)
    with turn(tmp_path):
        visit(hamlet_app, EVENING)
    assert backups(tmp_path) == []  # another process is at it
    visit(hamlet_app, EVENING)
    visit(hamlet_app, EVENING + timedelta(hours=1))
    assert backups(tmp_path) == ["moralbank-20261120-221000.zip"]
    visit(hamlet_app, EVENING + timedelta(hours=2))  # past the village's midnight
    assert backups(tmp_path)[1:] == ["moralbank-20261121-001000.zip"]
    replace(Plan.load(tmp_path), daily=False).kept()
    visit(hamlet_app, EVENING + timedelta(days=5))
    assert len(backups(tmp_path)) == 2


def test_a_failed_day_is_tried_again_after_an_hour_and_stands_on_the_home_page(
    hamlet_app: Flask, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    prepare(stick)
    replace(Plan.load(tmp_path), folder=stick).kept()
    (stick / NOTE).unlink()
    back_up_daily(hamlet_app)
    visit(hamlet_app, EVENING)
    prepare(stick)
    visit(hamlet_app, EVENING + timedelta(minutes=50))
    assert not list(stick.glob("*.zip"))
    with clock.at(EVENING):
        hamlet_app.config["DAILY_BACKUPS"] = False
        person = Browser(hamlet_app).sign_in(STAFF[Role.ADMIN])
        assert "最近一次备份没有成功" in person.open("/")
        assert "U 盘拔掉了吗" in person.open("/backup")
        hamlet_app.config["DAILY_BACKUPS"] = True
    visit(hamlet_app, EVENING + timedelta(minutes=70))
    assert len(list(stick.glob("*.zip"))) == 1


def test_the_page_and_its_button(hamlet_app: Flask, hamlet: Town, tmp_path: Path) -> None:
    with clock.at(EVENING):
        admin = Browser(hamlet_app).sign_in(STAFF[Role.ADMIN])
        assert "还没有备份过" in admin.open("/")
        assert "现在备份" in admin.open("/backup")
        assert admin.send("/backup").status_code == 303
        assert "moralbank-20261120-221000.zip" in admin.open("/backup")
        supervisor = Browser(hamlet_app).sign_in(STAFF[Role.SUPERVISOR])
        assert "上次备份：今天 22:10" in supervisor.open("/")
        assert "现在备份" not in supervisor.open("/backup")
        assert supervisor.send("/backup").status_code == 403
        with turn(tmp_path):
            assert admin.send("/backup").status_code == 503
            assert "正在备份" in admin.page
    with hamlet.database.reading() as session:
        (line,) = trail(session, hamlet.village_id, ["backup.create"])
    assert (line.user_id, line.subject) == (
        hamlet.actor(Role.ADMIN).user_id,
        "moralbank-20261120-221000.zip",
    )
    with clock.at(EVENING + timedelta(hours=11)):
        admin = Browser(hamlet_app).sign_in(STAFF[Role.ADMIN])
        assert "上次备份：昨天 22:10" in admin.open("/")
        assert "notice--bad" not in admin.page
    with clock.at(EVENING + timedelta(days=3)):
        admin = Browser(hamlet_app).sign_in(STAFF[Role.ADMIN])
        assert "已经 3 天没有备份了" in admin.open("/")
        assert "notice--bad" in admin.page


def test_what_others_put_into_the_folder_hides_no_backup(hamlet_app: Flask, tmp_path: Path) -> None:
    """Links that lead nowhere, folders, and descriptions that somebody wrote."""
    admin = Browser(hamlet_app).sign_in(STAFF[Role.ADMIN])
    admin.open("/backup")
    assert admin.send("/backup").status_code == 303
    (made,) = (tmp_path / "backups").glob("moralbank-*.json")
    kept = json.loads(made.read_text("utf-8"))
    (made.parent / "moralbank-20200101-000000.zip").symlink_to("/nowhere")
    (made.parent / "moralbank-20200102-000000.zip").mkdir()
    for wrong in ({"made_at": "9999-12-31T23:59:59+00:00"}, {"rows": 1e400}, {"villages": [5]}):
        made.write_text(json.dumps({**kept, **wrong}), "utf-8")
        assert kept["name"] in admin.open("/backup")
    made.write_text("[" * 100_000, "utf-8")
    assert kept["name"] in admin.open("/backup")


def test_a_village_of_a_shared_house_sees_no_path(
    village: Town, app: Flask, browse: Callable[[Role], Browser], tmp_path: Path
) -> None:
    """Row security must not hide the neighbours from this question."""
    del app
    found_village(village.database, NEIGHBOUR, "小河沿村", (("东组", "001", "巴特尔"),))
    (tmp_path / "backup-state.json").write_text(
        json.dumps({"failed_at": "2026-11-20T01:00:00+00:00", "words": "/srv/secret/place"}),
        "utf-8",
    )
    admin = browse(Role.ADMIN)
    assert str(tmp_path) not in admin.open("/backup")
    assert "/srv/secret/place" not in admin.page
    admin.open("/password")
    assert admin.send("/backup").status_code == 409
    assert "管理服务器的人" in admin.page
    assert backups(tmp_path) == []
