"""Tables of boards. What a village changed of a board is kept; what was published is frozen."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, big, choice, local_key, village_key


class Measure(StrEnum):
    """What places are decided by.

    Points of the period; points more than in the period before; yuan given to the fund.
    """

    POINTS = "points"
    IMPROVED = "improved"
    DONATED = "donated"


class Subject(StrEnum):
    """Who stands on a board: households, single people, or those who gave to the fund."""

    HOUSEHOLD = "household"
    MEMBER = "member"
    DONOR = "donor"


class Ties(StrEnum):
    """What becomes of equal points.

    The same place, and the next counts on (1, 2, 2, 4) or not (1, 2, 2, 3); or who has more points
    of honour in all stands first; or fewer strokes of the surname. Who is equal then too shares.
    """

    COMPETITION = "competition"
    DENSE = "dense"
    HONOUR = "honour"
    STROKES = "strokes"


class DeedChoice(StrEnum):
    """Whose note comes first in the line that tells the deed."""

    HIGHEST = "highest"
    RECENT = "recent"


class Style(StrEnum):
    """How a poster looks: red and gold; black alone, for red paper; modern."""

    FESTIVE = "festive"
    PLAIN = "plain"
    MODERN = "modern"


class BoardRow(SQLModel, table=True):
    """A board as the village has it: its own, or one of `seeds/boards.toml` that it changed.

    `slug` names it in addresses. `counts` is JSON: {"categories": [names], "items": [numbers]},
    both empty for the whole scheme. `minimum` is in the measure's unit (points, or whole yuan).
    `notice_days` is how long an issue hangs for objections; 0: it stands at once. `hidden` takes
    it out of use; what was published stays.
    """

    __tablename__ = "boards"
    __table_args__ = (
        CheckConstraint("top BETWEEN 1 AND 200", name="top"),
        CheckConstraint("minimum >= 0", name="minimum"),
        CheckConstraint("notice_days BETWEEN 0 AND 30", name="notice_days"),
    )

    village_id: int = village_key()
    slug: str = Field(primary_key=True, max_length=20)
    position: int
    title: str = Field(max_length=24)
    lead: str = Field(max_length=60)
    measure: Measure = choice(Measure)
    subject: Subject = choice(Subject)
    top: int
    ties: Ties = choice(Ties)
    minimum: int
    first_line: str = Field(max_length=20)
    second_line: str = Field(max_length=20)
    deed: DeedChoice = choice(DeedChoice)
    style: Style = choice(Style)
    notice_days: int
    counts: str
    hidden: bool
    changed_by: int
    changed_at: datetime


class BoardEdit(SQLModel, table=True):
    """What somebody chose for one who stands on a board in a period, before it is published.

    `member_id` 0: the household, or its head. `deed` is the one line that tells the deed (empty:
    as the notes tell it), `photo_id` the picture for the first three, for which they were asked.
    """

    __tablename__ = "board_edits"
    __table_args__ = (
        belongs_to("households", "household_id"),
        ForeignKeyConstraint(
            ["village_id", "photo_id"], ["photos.village_id", "photos.id"], ondelete="RESTRICT"
        ),
        UniqueConstraint("village_id", "slug", "period", "household_id", "member_id"),
    )

    village_id: int = village_key()
    id: int = local_key()
    slug: str = Field(max_length=20)
    period: str = Field(max_length=10)
    household_id: int
    member_id: int
    deed: str = Field(max_length=60)
    photo_id: int | None
    changed_by: int
    changed_at: datetime


class BoardIssue(SQLModel, table=True):
    """One publication of a board, frozen: rows of it and of its lines are never changed.

    `number` counts the board's issues from 1. `rule` and `tie_rule` say in words how places were
    decided; `mark` is the ledger's end when it was frozen, `digest` the sha256 over issue and
    lines. It hangs for objections from `hangs_from` to `hangs_until`, or stands at once (both
    None). A corrected reissue names what it corrects, and why.
    """

    __tablename__ = "board_issues"
    __table_args__ = (
        ForeignKeyConstraint(
            ["village_id", "corrects"],
            ["board_issues.village_id", "board_issues.id"],
            ondelete="RESTRICT",
        ),
        UniqueConstraint("village_id", "slug", "number"),
        UniqueConstraint("village_id", "corrects"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("last_day >= first_day", name="period"),
        CheckConstraint("(hangs_from IS NULL) = (hangs_until IS NULL)", name="hangs"),
        CheckConstraint("(corrects IS NULL) = (correction = '')", name="correction"),
        Index("ix_board_issues_slug", "village_id", "slug", "period"),
    )

    village_id: int = village_key()
    id: int = local_key()
    slug: str = Field(max_length=20)
    number: int
    title: str = Field(max_length=40)
    period: str = Field(max_length=10)
    first_day: date
    last_day: date
    group_name: str = Field(max_length=20)
    measure: Measure = choice(Measure)
    subject: Subject = choice(Subject)
    rule: str = Field(max_length=400)
    tie_rule: str = Field(max_length=80)
    top: int
    minimum: int
    first_line: str = Field(max_length=20)
    second_line: str = Field(max_length=20)
    style: Style = choice(Style)
    village_name: str = Field(max_length=60)
    organisation: str = Field(max_length=60)
    contact: str = Field(max_length=60)
    mark: str = Field(max_length=24)
    digest: str = Field(max_length=64)
    hangs_from: date | None
    hangs_until: date | None
    corrects: int | None
    correction: str = Field(max_length=200)
    issued_at: datetime
    issued_by: int


class BoardLine(SQLModel, table=True):
    """One who stands in an issue, as it was published: masked where they asked for it.

    `points` are in the measure's unit (points, or whole yuan). `household_id` 0: a donor.
    """

    __tablename__ = "board_lines"
    __table_args__ = (
        belongs_to("board_issues", "issue_id"),
        ForeignKeyConstraint(
            ["village_id", "photo_id"], ["photos.village_id", "photos.id"], ondelete="RESTRICT"
        ),
    )

    village_id: int = village_key()
    issue_id: int = local_key()
    line: int = local_key()
    rank: int
    name: str = Field(max_length=60)
    household_id: int
    member_id: int
    group_name: str = Field(max_length=20)
    deed: str = Field(max_length=60)
    points: int = big()
    photo_id: int | None
