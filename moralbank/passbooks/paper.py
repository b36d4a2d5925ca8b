"""From the ledger's lines to sheets: what was printed, or what would be."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlmodel import Session

from moralbank import clock
from moralbank.cards.queries import active_cards, payload
from moralbank.households.queries import HouseholdUnknown, all_households, household_labels
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import balances, head_mark
from moralbank.passbooks.layout import span
from moralbank.passbooks.queries import Span, lines_of, printed_so_far, printing
from moralbank.passbooks.sheets import How, PassbookSheet, Totals
from moralbank.villages.queries import village_info
from moralbank.villages.settings import CONTACT, PUBLIC_ADDRESS


def spans_of(
    session: Session, village_id: int, household_ids: Collection[int], how: How
) -> dict[int, Span]:
    """Which lines of these households would be printed now.

    Households of which nothing new waits are left out where only new lines are printed. Raises
    HouseholdUnknown.
    """
    if len(household_labels(session, village_id, household_ids)) != len(set(household_ids)):
        raise HouseholdUnknown
    lines = lines_of(session, village_id, household_ids)
    printed = printed_so_far(session, village_id)
    credit = balances(session, village_id, AccountKind.HOUSEHOLD_CREDIT)
    found = {}
    for owner in sorted(set(household_ids)):
        before = printed[owner].lines if owner in printed else 0
        wanted = span(how, before, len(lines.get(owner, ())))
        if wanted or how in {How.BOOKLET, How.WHOLE}:
            left = credit[owner].amount if owner in credit else 0
            found[owner] = Span(before, wanted.start, wanted.stop - 1, left)
    return found


def sample_sheets(
    session: Session, village_id: int, household_ids: Collection[int], how: How
) -> list[PassbookSheet]:
    """What would be printed, marked as a sample: looking at it changes nothing."""
    spans = spans_of(session, village_id, household_ids, how)
    mark, today = head_mark(session, village_id), clock.today()
    return _sheets(session, village_id, spans, how, mark, today, sample=True)


def printed_sheets(session: Session, village_id: int, number: int) -> list[PassbookSheet]:
    """The sheets of a printing, the same whenever they are asked for."""
    done = printing(session, village_id, number)
    day = clock.local(done.at).date()
    return _sheets(session, village_id, done.spans, done.how, done.mark, day)


def _sheets(
    session: Session,
    village_id: int,
    spans: Mapping[int, Span],
    how: How,
    mark: str,
    day: date,
    *,
    sample: bool = False,
) -> list[PassbookSheet]:
    """The sheets in walking order."""
    village = village_info(session, village_id)
    lines = lines_of(session, village_id, spans)
    cards = active_cards(session, village_id)
    address = village.settings[PUBLIC_ADDRESS]
    sheets = []
    for one in all_households(session, village_id, active_only=False):
        if one.id not in spans:
            continue
        wanted, known = spans[one.id], lines.get(one.id, ())
        sheets.append(
            PassbookSheet(
                village=village.name,
                town=village.town,
                organisation=village.organisation,
                contact=village.settings[CONTACT],
                household=one.spoken,
                head=one.head,
                payload=payload(address, cards[one.id].token) if one.id in cards else "",
                lines=known[wanted.first - 1 : wanted.last],
                before=Totals().after(known[: wanted.first - 1]),
                credit_fen=wanted.credit_fen,
                mark=mark,
                printed_on=day,
                how=how,
                sample=sample,
            )
        )
    return sheets
