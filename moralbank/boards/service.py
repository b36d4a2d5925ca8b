"""Changing what boards a village has: its own, and those that every village begins with."""

import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any, Final

from sqlalchemy import delete, insert, update
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.boards.definitions import POSITION_STEP, Board, BoardContent, board_called, boards_of
from moralbank.boards.models import BoardRow, Measure, Subject, Ties
from moralbank.errors import Invalid, Refused
from moralbank.i18n import mark
from moralbank.ledger.requests import once
from moralbank.ledger.service import lock, take_number
from moralbank.scheme.queries import Scheme
from moralbank.villages.queries import village_info

LONGEST_TITLE: Final = 24
LONGEST_LEAD: Final = 60
LONGEST_LINE: Final = 20
MOST_PLACES: Final = 200
MOST_MINIMUM: Final = 1_000_000
MOST_DAYS: Final = 30
CHANGED: Final = "boards.change"
"""The act under which boards that were made or changed stand in the audit trail."""

_rows = BoardRow.__table__  # type: ignore[attr-defined]


class BoardTitleInvalid(Invalid):
    """A board's title is what stands largest on the poster."""

    text = mark("榜名须是 2 到 24 个字")
    code = "board_title_invalid"


class BoardTitleTaken(Refused):
    """Two boards of the same title could not be told apart on the wall."""

    text = mark("已经有“%(title)s”这个榜")
    code = "board_title_taken"


class BoardLeadTooLong(Invalid):
    """The line under the title is one line."""

    text = mark("表彰的是谁，最多写 60 个字")
    code = "board_lead_too_long"


class BoardTopInvalid(Invalid):
    """A board has 1 to 200 places."""

    text = mark("取前几名须是 1 到 200")
    code = "board_top_invalid"


class BoardMinimumInvalid(Invalid):
    """The least that is needed is a whole number, not below zero."""

    text = mark("最少多少须是 0 到 1000000 的整数")
    code = "board_minimum_invalid"


class BoardDaysInvalid(Invalid):
    """An issue hangs for objections for 0 to 30 days."""

    text = mark("公示天数须是 0 到 30")
    code = "board_days_invalid"


class CoupletInvalid(Invalid):
    """A couplet has two lines of at most 20 characters, or there is none."""

    text = mark("对联须两句都写，每句最多 20 个字；不要对联就都空着")
    code = "couplet_invalid"


class DonorsByYuan(Invalid):
    """Those who gave to the fund are measured in yuan, and nobody else is."""

    text = mark("捐款的榜按捐赠人排，别的榜按户或按人排")
    code = "donors_by_yuan"


class HonourOfDonors(Invalid):
    """Points of honour are a household's; who gives may be none of the village."""

    text = mark("捐赠人没有荣誉总分，请选别的排法")
    code = "honour_of_donors"


class CountedUnknown(Invalid):
    """What counts is chosen from the scheme in force, or was chosen before."""

    text = mark("积分细则里没有“%(name)s”")
    code = "counted_unknown"


class NothingToReset(Refused):
    """The village's own boards have nothing that they began with."""

    text = mark("“%(title)s”是本村自己添的榜，没有默认的样子；不用了可以收起")
    code = "nothing_to_reset"


def content_of(board: Board, scheme: Scheme | None) -> BoardContent:
    """What is said of a board now: items by number alone, names unknown to the scheme left out."""
    named = {item.name: item.number for item in scheme.merits} if scheme else {}
    numbers = {named.get(str(one)) if isinstance(one, str) else one for one in board.items}
    items = tuple(sorted(number for number in numbers if number is not None))
    said = {field.name: getattr(board, field.name) for field in fields(BoardContent)}
    return BoardContent(**{**said, "items": items})


def add_board(
    session: Session, actor: Actor, request_id: str, wanted: BoardContent, scheme: Scheme | None
) -> str:
    """Make a board of the village's own, once for this request; gives its name in addresses.

    Raises the refusals above.
    """
    _require_content(wanted)

    def perform() -> int:
        known = boards_of(session, actor.village_id, hidden=True)
        _require_own_title(session, actor, wanted, known)
        _require_counted(wanted, scheme, ())
        number = take_number(session, actor.village_id, "board")
        slug = _own_slug(number)
        position = max(board.position for board in known) + POSITION_STEP
        _write(session, actor, slug, wanted, position=position, hidden=False)
        audit.record(session, actor, CHANGED, wanted.title, slug=slug, new=asdict(wanted))
        return number

    act = once(session, actor.village_id, request_id, "boards.add", asdict(wanted), perform)
    return _own_slug(act.result)


def change_board(
    session: Session, actor: Actor, slug: str, wanted: BoardContent, scheme: Scheme | None
) -> bool:
    """Change what is said of a board; whether anything changed.

    What was published stays as it was. Raises BoardUnknown and the refusals above.
    """
    lock(session, actor.village_id)
    board = board_called(session, actor.village_id, slug)
    before = content_of(board, scheme)
    if wanted == before:
        return False
    _require_content(wanted)
    others = [one for one in boards_of(session, actor.village_id, hidden=True) if one.slug != slug]
    _require_own_title(session, actor, wanted, others)
    _require_counted(wanted, scheme, (*board.categories, *board.items))
    _write(session, actor, slug, wanted, position=board.position, hidden=board.hidden)
    audit.record(
        session, actor, CHANGED, wanted.title, slug=slug, changes=_differences(before, wanted)
    )
    return True


def hide_board(
    session: Session, actor: Actor, slug: str, scheme: Scheme | None, *, hidden: bool = True
) -> bool:
    """Take a board out of use, or back into it; whether that changed anything.

    Its issues stay. Raises BoardUnknown.
    """
    lock(session, actor.village_id)
    board = board_called(session, actor.village_id, slug)
    if board.hidden == hidden:
        return False
    content = content_of(board, scheme)
    _write(session, actor, slug, content, position=board.position, hidden=hidden)
    audit.record(session, actor, CHANGED, board.title, slug=slug, hidden=hidden)
    return True


def reset_board(session: Session, actor: Actor, slug: str) -> bool:
    """Let a board be again as every village begins with it; whether that changed anything.

    Raises BoardUnknown, NothingToReset.
    """
    lock(session, actor.village_id)
    board = board_called(session, actor.village_id, slug)
    if not board.seeded:
        raise NothingToReset(title=board.title)
    here = (_rows.c.village_id == actor.village_id, _rows.c.slug == slug)
    session.connection().execute(delete(_rows).where(*here))
    if board.changed:
        audit.record(session, actor, CHANGED, board.title, slug=slug, reset=True)
    return board.changed


def _own_slug(number: int) -> str:
    return f"b{number}"


def _require_content(wanted: BoardContent) -> None:
    """Raise the Invalid of the first thing that no board can be."""
    first, second = wanted.couplet
    if not 2 <= len(wanted.title) <= LONGEST_TITLE:  # noqa: PLR2004 - said in the message
        raise BoardTitleInvalid(field="title")
    if len(wanted.lead) > LONGEST_LEAD:
        raise BoardLeadTooLong(field="lead")
    if not 1 <= wanted.top <= MOST_PLACES:
        raise BoardTopInvalid(field="top")
    if not 0 <= wanted.minimum <= MOST_MINIMUM:
        raise BoardMinimumInvalid(field="minimum")
    if not 0 <= wanted.notice_days <= MOST_DAYS:
        raise BoardDaysInvalid(field="notice_days")
    if bool(first) != bool(second) or max(len(first), len(second)) > LONGEST_LINE:
        raise CoupletInvalid(field="first_line")
    if (wanted.measure == Measure.DONATED) != (wanted.subject == Subject.DONOR):
        raise DonorsByYuan(field="measure")
    if wanted.subject == Subject.DONOR and wanted.ties == Ties.HONOUR:
        raise HonourOfDonors(field="ties")


def _require_own_title(
    session: Session, actor: Actor, wanted: BoardContent, others: Iterable[Board]
) -> None:
    village = village_info(session, actor.village_id).name
    if wanted.title in {title for one in others for title in (one.title, one.title_for(village))}:
        raise BoardTitleTaken(field="title", title=wanted.title)


def _require_counted(
    wanted: BoardContent, scheme: Scheme | None, kept: Iterable[str | int]
) -> None:
    """Every category and item is the scheme's, or was the board's before."""
    known: set[str | int] = {*kept}
    for item in scheme.merits if scheme else ():
        known |= {item.category_name, item.number}
    for field, names in (("categories", wanted.categories), ("items", wanted.items)):
        for name in names:
            if name not in known:
                raise CountedUnknown(field=field, name=name)


def _differences(before: BoardContent, after: BoardContent) -> dict[str, Any]:
    """What changed, for the trail: field → (before, after)."""
    old, new = asdict(before), asdict(after)
    return {field: [old[field], new[field]] for field in new if old[field] != new[field]}


def _write(
    session: Session,
    actor: Actor,
    slug: str,
    wanted: BoardContent,
    *,
    position: int,
    hidden: bool,
) -> None:
    """Keep the village's row of a board, whether there was one or not."""
    said = asdict(wanted)
    first, second = said.pop("couplet")
    counts = {"categories": said.pop("categories"), "items": said.pop("items")}
    values: dict[str, Any] = {
        **said,
        "position": position,
        "first_line": first,
        "second_line": second,
        "counts": json.dumps(counts, ensure_ascii=False),
        "hidden": hidden,
        "changed_by": actor.user_id,
        "changed_at": clock.now(),
    }
    connection = session.connection()
    here = (_rows.c.village_id == actor.village_id, _rows.c.slug == slug)
    if not connection.execute(update(_rows).where(*here).values(values)).rowcount:
        place = {"village_id": actor.village_id, "slug": slug}
        connection.execute(insert(_rows), {**place, **values})
