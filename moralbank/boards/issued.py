"""An issue of a board as plain values: its frozen words, and where it stands today."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from moralbank import clock
from moralbank.boards.definitions import Measured
from moralbank.boards.models import Measure, Style, Subject
from moralbank.boards.periods import Period, of_group, read_period
from moralbank.i18n import _, mark


class IssueState(StrEnum):
    """Where an issue stands: hanging for objections, final, or replaced by a corrected one."""

    HANGING = "hanging"
    STANDING = "standing"
    CORRECTED = "corrected"


STATE_LABELS: Final = {
    IssueState.HANGING: mark("公示中"),
    IssueState.STANDING: mark("已定榜"),
    IssueState.CORRECTED: mark("已更正"),
}


@dataclass(frozen=True)
class Line:
    """One who stands in an issue, as it was published."""

    rank: int
    name: str
    group: str
    deed: str
    points: int
    household_id: int
    member_id: int
    photo_id: int | None


@dataclass(frozen=True)
class Issue(Measured):
    """One publication of a board. `number` counts the board's issues, `id` all of the village's.

    `people` is how many stand on it, `lines` who. `village` is town and name as printed. `corrects`
    and `corrected_by` are other issues' ids, `corrects_number` and `corrected_by_number` what they
    are called. `issuer` is who published it, by name. Lists have neither `lines` nor `issuer`.
    """

    village_id: int
    id: int
    slug: str
    number: int
    title: str
    period_text: str
    first_day: date
    last_day: date
    group: str
    measure: Measure
    subject: Subject
    rule: str
    tie_rule: str
    top: int
    minimum: int
    couplet: tuple[str, str]
    style: Style
    village: str
    organisation: str
    contact: str
    mark: str
    digest: str
    hangs_from: date | None
    hangs_until: date | None
    corrects: int | None
    corrects_number: int | None
    correction: str
    corrected_by: int | None
    corrected_by_number: int | None
    issued_at: datetime
    issuer: str
    people: int
    lines: tuple[Line, ...] = ()

    @property
    def state(self) -> IssueState:
        """Where it stands today; it becomes final by itself when its last day is over."""
        if self.corrected_by is not None:
            return IssueState.CORRECTED
        hanging = self.hangs_until is not None and clock.today() <= self.hangs_until
        return IssueState.HANGING if hanging else IssueState.STANDING

    @property
    def state_words(self) -> str:
        """The same in words, with the last day of one that hangs."""
        if self.state is IssueState.HANGING:
            return _("公示中，到 %(day)s", day=self.hangs_until)
        return _(STATE_LABELS[self.state])

    @property
    def period(self) -> Period:
        """The period that it honours."""
        return read_period(self.period_text)

    @property
    def spoken(self) -> str:
        """Period and group as pages write them, and the last day of a period that went on."""
        words = self.period.spoken
        if self.partial:
            words = _("%(period)s（截至 %(day)s）", period=words, day=self.last_day)
        return of_group(words, self.group)

    @property
    def notice_words(self) -> str:
        """From when to when it hangs for objections, as pages write days; or empty."""
        if self.hangs_from is None:
            return ""
        return _("公示期：%(first)s至%(last)s", first=self.hangs_from, last=self.hangs_until)

    @property
    def partial(self) -> bool:
        """Whether its period went on when it was published: deeds up to `last_day` count."""
        return self.last_day < self.period.last

    @property
    def called(self) -> str:
        """How it is called: "第 3 期"."""
        return _("第 %(n)s 期", n=self.number)

    @property
    def correction_words(self) -> str:
        """What it corrects and why: "更正第 2 期：…"; empty where it corrects none."""
        if not self.correction:
            return ""
        return _("更正第 %(n)s 期：%(why)s", n=self.corrects_number, why=self.correction)
