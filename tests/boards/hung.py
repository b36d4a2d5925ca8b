"""Published boards of named villagers."""

from typing import Any

from moralbank.access.permissions import Role
from moralbank.boards import issuing
from moralbank.boards.issued import Issue
from moralbank.boards.issues import issue
from moralbank.boards.periods import Period, current_quarter
from moralbank.check import check_village
from moralbank.villages.service import change_setting
from tests.boards.deeds import do, request_id
from tests.village import Town

DU, WANG, GAOWA, WEN = "一组-012", "六组-042", "二组-007", "六组-031"
NOTE = "修东沟水渠五天"


def honour(town: Town) -> dict[str, int]:
    """Let four households stand on 善举榜, two of them side by side; the awards by household."""
    return {
        WANG: do(town, WANG, "出义务工", 5, note=NOTE),
        DU: do(town, DU, "出义务工", 3, note="清理河道"),
        GAOWA: do(town, GAOWA, "出义务工", 3, note="教老人用手机 <b>"),
        WEN: do(town, WEN, "志愿服务", 4),
    }


def settle(town: Town, key: str, value: str) -> None:
    """Set something of the village."""
    with town.database.writing() as session:
        change_setting(session, town.actor(Role.ADMIN), key, value)


def publish(town: Town, slug: str = "shanju", period: Period | None = None, **what: Any) -> int:
    """Publish a board of this quarter, as the recorder does; gives the issue's id."""
    asked = what.pop("request_id", None) or request_id()
    with town.database.writing() as session:
        act = (session, town.actor(Role.RECORDER), asked, slug, period or current_quarter())
        return issuing.publish(*act, **what)


def correct(town: Town, issue_id: int, reason: str = "义务工多记了一次") -> int:
    """Publish an issue anew."""
    with town.database.writing() as session:
        actor = town.actor(Role.RECORDER)
        return issuing.correct(session, actor, request_id(), issue_id, reason)


def read(town: Town, issue_id: int) -> Issue:
    """An issue as it stands now."""
    with town.database.reading() as session:
        return issue(session, town.village_id, issue_id)


def lines(shown: Issue) -> list[tuple[int, str, int]]:
    """Rank, name and points of everybody on it."""
    return [(line.rank, line.name, line.points) for line in shown.lines]


def codes(town: Town) -> list[str]:
    """What `check` finds in the village."""
    with town.database.reading() as session:
        return [problem.code for problem in check_village(session, town.village_id)]
