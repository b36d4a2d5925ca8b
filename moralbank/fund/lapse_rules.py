"""The village's rule on points that lapse: set by resolution, the newest holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, insert, select
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.errors import Invalid
from moralbank.fund.lapse_days import WARNED
from moralbank.fund.models import LapseRule
from moralbank.i18n import _, mark
from moralbank.ledger.requests import once
from moralbank.ledger.service import take_number
from moralbank.prepared import Prepared

MOST_MONTHS: Final = 120
LONGEST_RESOLUTION: Final = 80
FARTHEST_YEARS: Final = 3
RULE_SET: Final = "fund.lapse_rule"
"""Under this name requests and the trail know a new rule."""

_rules = LapseRule.__table__  # type: ignore[attr-defined]


class LapseDayInvalid(Invalid):
    """Households are told thirty days before: a rule begins no sooner, and within three years."""

    text = mark("第一次到期的日子须在 %(first)s 到 %(last)s 之间：要提前 30 天告诉各户")
    code = "lapse_day_invalid"


class MonthsInvalid(Invalid):
    """Points are kept for 1 to 120 months, or 0: all that came before the day lapse."""

    text = mark("保留几个月须是 0 到 120 的整数")
    code = "lapse_months_invalid"


class ResolutionMissing(Invalid):
    """That points lapse is resolved by the village, not by whoever sits at the machine."""

    text = mark("请写明依据哪次会议的决议，最多 80 个字")
    code = "lapse_resolution_missing"


@dataclass(frozen=True)
class Rule:
    """When points lapse; `begins` is None where they don't. See `LapseRule`."""

    id: int
    begins: date | None
    keeps_months: int
    resolution: str
    at: datetime
    by: int

    @property
    def words(self) -> str:
        """The rule in one sentence."""
        if self.begins is None:
            return _("积分长期有效，不清零")
        day = {"month": self.begins.month, "day": self.begins.day}
        if not self.keeps_months:
            return _("每年 %(month)s 月 %(day)s 日，这天以前得的积分没用完的清零", **day)
        return _(
            "每年 %(month)s 月 %(day)s 日，得了满 %(n)s 个月还没用的积分清零",
            n=self.keeps_months,
            **day,
        )


def rules(session: Session, village_id: int) -> list[Rule]:
    """Every rule there was, the newest first, which is the one that holds."""
    rows = session.connection().execute(
        select(_rules).where(_rules.c.village_id == village_id).order_by(_rules.c.id.desc())
    )
    return [
        Rule(row.id, row.begins, row.keeps_months, row.resolution, row.at, row.by) for row in rows
    ]


_NOW: Final = Prepared(
    select(_rules.c.id, _rules.c.begins, _rules.c.keeps_months)
    .where(_rules.c.village_id == bindparam("village"))
    .order_by(_rules.c.id.desc())
    .limit(1)
)


def rule_now(session: Session, village_id: int) -> Any:
    """The rule that holds, as a row (id, begins, keeps_months); None where none was ever made."""
    return _NOW.first(session, village=village_id)


def set_rule(
    session: Session,
    actor: Actor,
    request_id: str,
    begins: date | None,
    keeps_months: int,
    resolution: str,
) -> int:
    """Let points lapse every year from a day on, or never (None); gives the rule's number.

    Raises LapseDayInvalid, MonthsInvalid, ResolutionMissing.
    """
    resolution = " ".join(resolution.split())
    if not 0 < len(resolution) <= LONGEST_RESOLUTION:
        raise ResolutionMissing(field="resolution")
    if type(keeps_months) is not int or not 0 <= keeps_months <= MOST_MONTHS:
        raise MonthsInvalid(field="keeps_months")

    def perform() -> int:
        _require_far_enough(begins)  # at first; the same request again comes on a later day
        number = take_number(session, actor.village_id, "lapse_rule")
        row = {
            "village_id": actor.village_id,
            "id": number,
            "begins": begins,
            "keeps_months": keeps_months,
            "resolution": resolution,
            "at": clock.now(),
            "by": actor.user_id,
        }
        session.connection().execute(insert(_rules), row)
        audit.record(session, actor, RULE_SET, str(number), **rule_told(row))
        return number

    content = [str(begins), keeps_months, resolution]
    return once(session, actor.village_id, request_id, RULE_SET, content, perform).result


def rule_told(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the trail says of a rule (a row's columns by name)."""
    told = {name: row[name] for name in ("keeps_months", "resolution")}
    return {"begins": str(row["begins"]), **told}


def first_day_allowed() -> date:
    """The soonest day on which a new rule may begin."""
    return clock.today() + WARNED


def _require_far_enough(begins: date | None) -> None:
    if begins is None:
        return
    first = first_day_allowed()
    last = first.replace(year=first.year + FARTHEST_YEARS, day=min(first.day, 28))
    if not first <= begins <= last:
        raise LapseDayInvalid(field="begins", first=first.isoformat(), last=last.isoformat())
