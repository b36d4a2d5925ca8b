"""The demo's boards, published when a month or quarter is over, and its passbooks.

All of it early in the day: a board isn't published with a clock that is behind the ledger. And
nothing of it is drawn by lot, so that what else happens in the village doesn't hang on it.
"""

from datetime import date, timedelta
from typing import Final

from sqlmodel import Session

from moralbank.access.permissions import Role
from moralbank.boards.edits import save_edit
from moralbank.boards.issues import issues_of
from moralbank.boards.issuing import correct, publish
from moralbank.boards.periods import Period, quarter_of, read_period
from moralbank.boards.queries import Standing, rank
from moralbank.demo.drawings import portrait
from moralbank.demo.town import Village, at
from moralbank.passbooks.service import print_passbook
from moralbank.passbooks.sheets import How
from moralbank.photos.service import keep

_QUARTERLY: Final = ("shanju", "xiaoxing", "haoren", "zuimei")
_MONTHLY: Final = ("qingjie",)
_PUBLISHED_ON: Final = 6
_CORRECTED_ON: Final = 10
"""Days of the month on which boards are published, and what was wrong is put right."""
_QUARTERS_END: Final = frozenset({3, 6, 9, 12})
_BOOKS_BEFORE: Final = 40
"""How many days before today the first passbooks were printed."""
_BOOKS: Final = 12
"""For how many households."""


def honour(session: Session, village: Village, day: date, *, left: int) -> None:
    """Publish what is due, put right what was wrong, print passbooks `left` days before today."""
    last = day.replace(day=1) - timedelta(days=1)
    if day.day == _PUBLISHED_ON:
        for slug in _MONTHLY:
            _publish(session, village, slug, read_period(f"{last:%Y-%m}"), day)
        if last.month in _QUARTERS_END:
            for slug in _QUARTERLY:
                _publish(session, village, slug, quarter_of(last), day)
    if day.day == _CORRECTED_ON and last.month in _QUARTERS_END:
        _put_right(session, village, day)
    if left == _BOOKS_BEFORE:
        _print_books(session, village, day)


def _publish(session: Session, village: Village, slug: str, period: Period, day: date) -> None:
    """Publish a board if anybody stands on it, with pictures of those who agreed."""
    ranking = rank(session, village.id, slug, period)
    if not ranking.standings:
        return
    with at(day, 7):
        for one in ranking.honoured:
            if one.shown:
                _picture(session, village, slug, period, one)
    with at(day, 7, 30):
        request_id = f"demo-board-{slug}-{period.text}"
        publish(session, village.actors[Role.ADMIN], request_id, slug, period)


def _picture(session: Session, village: Village, slug: str, period: Period, one: Standing) -> None:
    admin = village.actors[Role.ADMIN]
    photo = keep(session, admin, village.photos, portrait(one.household_id * 1000 + one.member_id))
    line = (slug, period.text, one.household_id, one.member_id)
    save_edit(session, admin, *line, photo_id=photo, consent=True)


def _put_right(session: Session, village: Village, day: date) -> None:
    """One line of the first board was told badly: it is put right by a new issue."""
    published = issues_of(session, village.id, _QUARTERLY[0])
    if not published or published[0].corrects is not None:
        return
    newest = published[0]
    standings = rank(session, village.id, newest.slug, newest.period).standings
    shown = [one for one in standings if one.shown]
    admin, words = village.actors[Role.ADMIN], village.material.words
    with at(day, 7):
        line = shown[-1]
        whose = (line.household_id, line.member_id)
        save_edit(session, admin, newest.slug, newest.period.text, *whose, deed=words.board_line)
    with at(day, 7, 30):
        correct(session, admin, f"demo-corrected-{newest.id}", newest.id, words.board_reason)


def _print_books(session: Session, village: Village, day: date) -> None:
    """The most eager households asked for a passbook."""
    chosen = sorted(village.zeal, key=lambda one: -village.zeal[one])[:_BOOKS]
    with at(day, 7, 45):
        print_passbook(session, village.actors[Role.ADMIN], "demo-passbooks", chosen, How.BOOKLET)
