"""Printing passbooks, and saying that something did not come out well.

A passbook remembers how far it was printed, so that nothing is printed twice and nothing is left
out. Every printing has a number and stands in the trail with its lines: the same request again
gives the same sheets.
"""

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import bindparam, delete, insert, update
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.errors import Invalid, Refused
from moralbank.households.erased import HouseholdErased, erased_households
from moralbank.households.queries import household
from moralbank.i18n import mark
from moralbank.ledger.queries import head_mark
from moralbank.ledger.requests import once
from moralbank.ledger.service import lock, take_number
from moralbank.passbooks.models import Passbook
from moralbank.passbooks.paper import printed_sheets, spans_of
from moralbank.passbooks.queries import PRINTED, SET_BACK, last_printing, printed_so_far
from moralbank.passbooks.sheets import How, PassbookSheet

_passbooks = Passbook.__table__  # type: ignore[attr-defined]

_SET_LINES: Final = (
    update(_passbooks)
    .where(
        _passbooks.c.village_id == bindparam("village"),
        _passbooks.c.household_id == bindparam("owner"),
    )
    .values(lines=bindparam("last"))
)


class NobodyChosen(Invalid):
    """Passbooks are printed for households that were named."""

    text = mark("请先勾选要打印的住户")
    code = "nobody_chosen"


class NothingNew(Refused):
    """Every line of these households was printed."""

    text = mark("没有新的账要印：账上的每一笔都已经印过。要整本重印，请选“整本”或“重印全部”")
    code = "nothing_new"


class NeverPrinted(Refused):
    """Nothing of this passbook was printed, so nothing can be set back."""

    text = mark("%(head)s 的存折还没有印过，不用退回")
    code = "never_printed"


class LineNotPrinted(Invalid):
    """A passbook is set back to a line that was printed earlier."""

    text = mark("请填 0 到 %(most)s：系统记着已印到第 %(printed)s 笔，只能往回退")
    code = "line_not_printed"


class NotTheLast(Refused):
    """Only the village's newest printing can be taken back as a whole."""

    text = mark("第 %(number)s 次打印不是最近的一次，不能整批退回。请到每一户的存折页单独退回")
    code = "not_the_last_printing"


def print_passbook(
    session: Session,
    actor: Actor,
    request_id: str,
    household_ids: Collection[int],
    how: How,
) -> list[PassbookSheet]:
    """The sheets to be printed for these households, in walking order; remembered as printed.

    Where only new lines are printed, households without any are left out. The same request id
    gives the same sheets and counts once. Raises NobodyChosen, HouseholdUnknown, HouseholdErased,
    NothingNew.
    """
    chosen = sorted(set(household_ids))
    if not chosen:
        raise NobodyChosen

    erased = erased_households(session, actor.village_id)
    for household_id in chosen:
        if household_id in erased:  # its lines name members whom no page names any more
            raise HouseholdErased(household=erased[household_id])

    def perform() -> int:
        return _print(session, actor, chosen, how)

    content = {"how": how, "households": chosen}
    answer = once(session, actor.village_id, request_id, PRINTED, content, perform)
    return printed_sheets(session, actor.village_id, answer.result)


def set_back(
    session: Session, actor: Actor, request_id: str, household_id: int, lines: int
) -> None:
    """Remember that a household's paper ends with an earlier line; 0: it has none.

    Raises HouseholdUnknown, NeverPrinted, LineNotPrinted.
    """
    owner = household(session, actor.village_id, household_id)

    def perform() -> int:
        book = printed_so_far(session, actor.village_id).get(household_id)
        if book is None or not book.lines:
            raise NeverPrinted(head=owner.head)
        if not 0 <= lines < book.lines:
            raise LineNotPrinted(field="lines", most=book.lines - 1, printed=book.lines)
        _set_back(session, actor, {household_id: lines})
        return household_id

    content = {"household": household_id, "lines": lines}
    once(session, actor.village_id, request_id, SET_BACK, content, perform)


def set_back_printing(session: Session, actor: Actor, request_id: str, number: int) -> None:
    """Take back the village's newest printing, for all its households. Raises NotTheLast."""

    def perform() -> int:
        last = last_printing(session, actor.village_id)
        if last is None or last.id != number:
            raise NotTheLast(number=number)
        _set_back(session, actor, {owner: span.before for owner, span in last.spans.items()})
        return number

    once(session, actor.village_id, request_id, f"{SET_BACK}_all", number, perform)


def _print(session: Session, actor: Actor, chosen: list[int], how: How) -> int:
    """Remember a printing; its number."""
    village_id = actor.village_id
    lock(session, village_id)
    spans = spans_of(session, village_id, chosen, how)
    if not spans:
        raise NothingNew
    end = head_mark(session, village_id)
    _remember(session, actor, {owner: span.last for owner, span in spans.items()}, end)
    number = take_number(session, village_id, "passbook_printing")
    books = {
        owner: [span.before, span.first, span.last, span.credit_fen]
        for owner, span in spans.items()
    }
    audit.record(session, actor, PRINTED, str(number), how=how, mark=end, books=books)
    session.flush()
    return number


def _remember(session: Session, actor: Actor, lines: Mapping[int, int], end: str) -> None:
    """Write how far these passbooks are printed now, however many they are."""
    village_id = actor.village_id
    known = printed_so_far(session, village_id)
    rows = [
        {
            "village_id": village_id,
            "household_id": owner,
            "lines": last,
            "mark": end,
            "prints": known[owner].prints + 1 if owner in known else 1,
            "printed_at": clock.now(),
            "printed_by": actor.user_id,
        }
        for owner, last in lines.items()
    ]
    connection = session.connection()
    connection.execute(
        delete(_passbooks).where(
            _passbooks.c.village_id == village_id, _passbooks.c.household_id.in_(lines)
        )
    )
    connection.execute(insert(_passbooks), rows)


def _set_back(session: Session, actor: Actor, lines: Mapping[int, int]) -> None:
    """Let these passbooks end earlier; when and by whom they were printed stays."""
    known = printed_so_far(session, actor.village_id)
    for owner, last in lines.items():
        audit.record(session, actor, SET_BACK, str(owner), before=known[owner].lines, lines=last)
    session.connection().execute(
        _SET_LINES,
        [
            {"owner": owner, "last": last, "village": actor.village_id}
            for owner, last in lines.items()
        ],
    )
    session.flush()
