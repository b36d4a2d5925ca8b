"""Reading what was published: issues for pages, for everybody, for the poster."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy import BindParameter, Row, Select, and_, bindparam, func, select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.queries import user_names
from moralbank.boards.candidates import KIND_PERSON, plain_name
from moralbank.boards.issued import Issue, Line
from moralbank.boards.models import BoardIssue, BoardLine, Measure, Style, Subject
from moralbank.boards.periods import of_group
from moralbank.boards.queries import public_url, sheet_words
from moralbank.boards.sheets import BoardEntry, BoardSheet
from moralbank.errors import Invalid, NotFound
from moralbank.households.erased import erased_households
from moralbank.households.masking import ERASED, is_masked, masked
from moralbank.households.models import Household
from moralbank.i18n import _, mark, sentences
from moralbank.photos import storage
from moralbank.photos.pictures import drawn
from moralbank.photos.queries import require_photos
from moralbank.prepared import Prepared
from moralbank.printing import numerals
from moralbank.villages.queries import VillageInfo, settings_of, village_info
from moralbank.villages.settings import PUBLIC_ADDRESS

_issues = BoardIssue.__table__  # type: ignore[attr-defined]
_lines = BoardLine.__table__  # type: ignore[attr-defined]
_households = Household.__table__  # type: ignore[attr-defined]
_older, _newer = _issues.alias(), _issues.alias()

_AS_STORED: Final = (
    *("village_id", "id", "slug", "number", "title", "first_day", "last_day", "rule", "tie_rule"),
    *("top", "minimum", "organisation", "contact", "mark", "digest", "hangs_from", "hangs_until"),
    *("corrects", "corrects_number", "correction", "corrected_by", "corrected_by_number"),
    *("issued_at", "people"),
)
"""What an Issue says in the words of its row, and of those joined to it."""


class IssueUnknown(NotFound):
    """The village published no such issue."""

    text = mark("没有发布过这一期榜")
    code = "issue_unknown"


class BoardNotOnline(NotFound):
    """The village shows its boards on the wall alone, or this board has no issue."""

    text = mark("网上没有这个榜")
    code = "board_not_online"


def issue(session: Session, village_id: int, issue_id: int) -> Issue:
    """One issue with its lines; raises IssueUnknown, also for another village's."""
    row = session.connection().execute(_joined(village_id).where(_issues.c.id == issue_id)).first()
    if row is None:
        raise IssueUnknown
    return _whole(session, village_id, row)


def issue_called(session: Session, village_id: int, slug: str, number: int) -> Issue:
    """A board's issue of this number, with its lines; raises IssueUnknown."""
    wanted = _joined(village_id).where(_issues.c.slug == slug, _issues.c.number == number)
    row = session.connection().execute(wanted).first()
    if row is None:
        raise IssueUnknown
    return _whole(session, village_id, row)


def issues_of(session: Session, village_id: int, slug: str = "") -> list[Issue]:
    """Every issue of one board or of all, the newest first, without lines and issuers."""
    wanted = _joined(village_id).order_by(_issues.c.id.desc())
    if slug:
        wanted = wanted.where(_issues.c.slug == slug)
    return [_info(row, {}) for row in session.connection().execute(wanted)]


def latest_issue(
    session: Session, village_id: int, slug: str, period: str, group: str
) -> Issue | None:
    """The newest issue of a board for a period ("2026-Q4") and group; None before the first.

    Without lines and issuer.
    """
    of_these = (_issues.c.slug == slug, _issues.c.period == period, _issues.c.group_name == group)
    newest = _joined(village_id).where(*of_these).order_by(_issues.c.id.desc()).limit(1)
    row = session.connection().execute(newest).first()
    return None if row is None else _info(row, {})


def hanging_issues(session: Session, village_id: int) -> list[Issue]:
    """What hangs for objections today, the first to end first, without lines and issuers."""
    rows = _HANGING.rows(session, village=village_id, today=clock.today())
    return [_info(row, {}) for row in rows]


def public_issue(
    session: Session, village_id: int, slug: str, number: int | None = None
) -> tuple[VillageInfo, Issue]:
    """A board's issue for everybody, where the village has a public address.

    Without a number: the newest that nothing corrected. Of one that was corrected nobody is named
    any more: what was corrected may be a name. Who has since asked not to be named is masked at
    once, with what tells who it is: paper waits for its correction, the network doesn't. Raises
    VillageUnknown, BoardNotOnline.
    """
    village = village_info(session, village_id)
    found = _joined(village_id).where(_issues.c.slug == slug).order_by(_issues.c.number.desc())
    if number is not None:
        found = found.where(_issues.c.number == number)
    else:
        found = found.where(_newer.c.id.is_(None))
    row = session.connection().execute(found.limit(1)).first()
    if row is None or not village.settings[PUBLIC_ADDRESS]:
        raise BoardNotOnline
    shown = _whole(session, village_id, row)
    if shown.corrected_by is not None:
        return village, replace(shown, lines=())
    shy = shy_places(session, village_id, shown)
    told = (_veiled(line) if place in shy else line for place, line in enumerate(shown.lines))
    return village, replace(shown, lines=tuple(told))


def gone_shy(session: Session, village_id: int, shown: Issue) -> tuple[str, ...]:
    """Who stands there by name though they don't want that (any more): "一组 杜仁森"."""
    shy = shy_places(session, village_id, shown)
    return tuple(
        f"{line.group} {line.name}".lstrip()
        for place, line in enumerate(shown.lines)
        if place in shy and line.name != ERASED and not is_masked(line.name)
    )


def shy_places(session: Session, village_id: int, shown: Issue) -> frozenset[int]:
    """Places, from 0, of those on an issue who don't want to be named today.

    A donor is known by name alone: whoever is called as the head of a household that doesn't. Who
    is gone from the village's books keeps what was published of them.
    """
    households = select(_households.c.id, _households.c.head).where(
        _households.c.village_id == village_id, _households.c.consent.is_(False)
    )
    rows = session.connection().execute(households).all()
    numbers, heads = {row.id for row in rows}, {plain_name(row.head) for row in rows}
    donors = shown.subject == Subject.DONOR
    return frozenset(
        place
        for place, line in enumerate(shown.lines)
        if line.household_id in numbers or (donors and plain_name(line.name) in heads)
    )


def _veiled(line: Line) -> Line:
    """A line that names nobody; one that was masked when it was published stays as it is."""
    if is_masked(line.name):
        return line
    name = masked(line.name) if line.household_id else _(KIND_PERSON)
    return replace(line, name=name, deed="", photo_id=None)


def issue_sheet(session: Session, folder: Path | None, shown: Issue) -> BoardSheet:
    """An issue as the poster prints it; a picture whose file is gone or broken is left out.

    `folder` is where photos lie (`storage.folder_of`); None: without pictures. The couplet's side
    and the dates are as the village has set them now: they are a matter of printing, not of what
    was published.
    """
    settings = settings_of(session, shown.village_id)
    words = sheet_words(settings, shown.contact, shown.mark)
    photos = _photos(session, folder, shown) if folder else {}
    return BoardSheet(
        title=shown.title,
        village=shown.village,
        organisation=shown.organisation,
        period=_period_words(shown),
        subject=shown.subject_label,
        entries=tuple(_entry(line, photos.get(line.photo_id)) for line in shown.lines),
        couplet=shown.couplet,
        issued_on=clock.local(shown.issued_at).date(),
        public_url=public_url(settings, shown.village_id, f"{shown.slug}/{shown.number}"),
        measure=shown.measure_label,
        unit=shown.unit,
        issue=_called(shown),
        rule=sentences((shown.rule, shown.tie_rule)),
        notice=_notice_words(shown, arabic=words["arabic_dates"]),
        correction=shown.correction_words,
        **words,
    )


def _called(shown: Issue) -> str:
    """Which issue it is; one that was corrected says so wherever it is printed again."""
    if shown.corrected_by is None:
        return shown.called
    return _("第 %(n)s 期（已更正）", n=shown.number)


def _period_words(shown: Issue) -> str:
    """Period and group as they stand under the title, and the day that a part of it ends with."""
    words = shown.period.label
    if shown.partial:
        words = _("%(period)s（截至%(day)s）", period=words, day=_short_day(shown.last_day))
    return of_group(words, shown.group)


def _short_day(day: date) -> str:
    return _("%(month)s月%(day)s日", month=day.month, day=day.day)


def _notice_words(shown: Issue, *, arabic: bool) -> str:
    if shown.hangs_from is None or shown.hangs_until is None:
        return ""
    first, last = (
        numerals.formal_date(day, arabic=arabic) for day in (shown.hangs_from, shown.hangs_until)
    )
    return _("公示期：%(first)s至%(last)s", first=first, last=last)


def _photos(session: Session, folder: Path, shown: Issue) -> dict[int | None, bytes]:
    """The pictures of this issue that can be read, by number."""
    wanted = [line.photo_id for line in shown.lines if line.photo_id is not None]
    found: dict[int | None, bytes] = {}
    for photo in require_photos(session, shown.village_id, wanted):
        content = storage.read(folder, shown.village_id, photo.name)
        with suppress(Invalid):
            drawn(content or b"")
            found[photo.id] = content or b""
    return found


def _entry(line: Line, photo: bytes | None) -> BoardEntry:
    return BoardEntry(
        rank=line.rank,
        name=line.name,
        group=line.group,
        deed=line.deed,
        points=line.points,
        photo=photo,
    )


def _joined(village_id: int | BindParameter[int]) -> Select[Any]:
    """Issues with how many stand on each, what each corrects and what corrects it."""
    here = _issues.c.village_id
    people = (
        select(func.count())
        .where(_lines.c.village_id == here, _lines.c.issue_id == _issues.c.id)
        .scalar_subquery()
    )
    return (
        select(
            _issues,
            people.label("people"),
            _older.c.number.label("corrects_number"),
            _newer.c.id.label("corrected_by"),
            _newer.c.number.label("corrected_by_number"),
        )
        .outerjoin(_older, and_(_older.c.village_id == here, _older.c.id == _issues.c.corrects))
        .outerjoin(_newer, and_(_newer.c.village_id == here, _newer.c.corrects == _issues.c.id))
        .where(here == village_id)
    )


_HANGING: Final = Prepared(
    _joined(bindparam("village"))
    .where(_issues.c.hangs_until >= bindparam("today"), _newer.c.id.is_(None))
    .order_by(_issues.c.hangs_until, _issues.c.id)
)


def _whole(session: Session, village_id: int, row: Row[Any]) -> Issue:
    lines = session.connection().execute(
        select(_lines)
        .where(_lines.c.village_id == village_id, _lines.c.issue_id == row.id)
        .order_by(_lines.c.line)
    )
    erased = erased_households(session, village_id)
    told = tuple(_erased(_line(one)) if one.household_id in erased else _line(one) for one in lines)
    return replace(_info(row, user_names(session, village_id)), lines=told)


def _line(row: Row[Any]) -> Line:
    return Line(
        rank=row.rank,
        name=row.name,
        group=row.group_name,
        deed=row.deed,
        points=row.points,
        household_id=row.household_id,
        member_id=row.member_id,
        photo_id=row.photo_id,
    )


def _erased(line: Line) -> Line:
    """A line of which the row keeps what was published, and pages show no more than the place."""
    return replace(line, name=ERASED, deed="", photo_id=None)


def _info(row: Row[Any], names: dict[int, str]) -> Issue:
    told = {name: getattr(row, name) for name in _AS_STORED}
    return Issue(
        **told,
        period_text=row.period,
        group=row.group_name,
        measure=Measure(row.measure),
        subject=Subject(row.subject),
        style=Style(row.style),
        couplet=(row.first_line, row.second_line),
        village=row.village_name,
        issuer=names.get(row.issued_by, ""),
    )
