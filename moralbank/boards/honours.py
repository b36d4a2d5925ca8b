"""Certificates of a published issue: whom they name, in which words, and the note of who printed.

Certificates are the village's own paper, so their words are Chinese whoever prints them. In the
words, 【时段】, 【榜名】, 【名次】 and 【事迹】 stand for what the issue says of each who is
honoured.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.boards.candidates import NAMELESS
from moralbank.boards.honour_sheets import (
    Certificate,
    CertificateInk,
    CertificateKind,
    CertificateSheet,
)
from moralbank.boards.issued import Issue, Line
from moralbank.boards.issues import shy_places
from moralbank.boards.models import Measure, Subject
from moralbank.errors import Invalid, Refused
from moralbank.households.masking import is_masked
from moralbank.i18n import in_the_villages_language, listed, mark
from moralbank.printing import numerals
from moralbank.villages.queries import settings_of
from moralbank.villages.settings import DATES_ARABIC, FORMAL_DATES

LONGEST_BODY: Final = 160
LONGEST_CLOSING: Final = 30
LONGEST_GIVER: Final = 60
LONGEST_DATE: Final = 24
MOST_OFFSET: Final = 40
"""Words on a bought blank can be moved by so many mm."""
PRINTED: Final = "boards.certificates"
"""The act under which printed certificates stand in the audit trail."""

_FIRST_THREE: Final = 3
_PERIOD, _BOARD, _RANK, _DEED = "【时段】", "【榜名】", "【名次】", "【事迹】"
SLOTS: Final = (_PERIOD, _BOARD, _RANK, _DEED)
"""What is filled in for each certificate."""
_SLOT: Final = re.compile(r"【[^】]*】?")
EARNED: Final = "在【时段】道德银行积分评比中，荣登【榜名】【名次】。"
GIVEN: Final = "在【时段】慷慨解囊，支持本村道德银行，荣登【榜名】【名次】。"
"""What certificates usually say: of deeds, and of gifts."""
_CLOSINGS: Final = {
    CertificateKind.AWARD: "特发此状，以资鼓励。",
    CertificateKind.HONOUR: "特发此证，以资表彰。",
}
_SUFFIXES: Final = {Subject.HOUSEHOLD: "家庭", Subject.MEMBER: "同志", Subject.DONOR: ""}


class NobodyHonoured(Invalid):
    """A certificate names somebody."""

    text = mark("没有可印的人：请选名次，或勾选要印的；不愿具名的不印")
    code = "nobody_honoured"


class NotNamed(Refused):
    """Who asked not to be named, or gave without a name, gets no certificate with a name."""

    text = mark("%(who)s 不愿具名，不能印奖状：先问过本人，在他家资料里改过来，再更正重发")
    code = "certificate_not_named"


class IssueReplaced(Refused):
    """Of an issue that was corrected no certificates are printed any more."""

    text = mark("这一期已由第 %(n)s 期更正，请印新的一期")
    code = "issue_replaced"


class SlotUnknown(Invalid):
    """Words between 【 and 】 are filled in, so they must be known."""

    text = mark("认不得“%(slot)s”，能用的有：%(known)s")
    code = "slot_unknown"


class DeedMissing(Invalid):
    """【事迹】 needs a deed of everybody who is honoured."""

    text = mark("%(who)s 在榜上没有写事迹，不能用【事迹】")
    code = "certificate_deed_missing"


class WordsTooLong(Invalid):
    """Words must fit on the paper."""

    text = mark("太长：最多 %(n)s 个字")
    code = "words_too_long"


class Places(StrEnum):
    """Which places are honoured."""

    FIRST = "first"
    THREE = "three"
    ALL = "all"
    CHOSEN = "chosen"


PLACE_LABELS: Final = {
    Places.FIRST: mark("第一名"),
    Places.THREE: mark("前三名"),
    Places.ALL: mark("榜上全部"),
    Places.CHOSEN: mark("勾选的"),
}


@dataclass(frozen=True)
class Honouree:
    """One line of an issue; `place` is its number from 1, `named` whether its name may be read."""

    place: int
    line: Line
    named: bool


@dataclass(frozen=True)
class CertificateWords:
    """What stands on every certificate; `date` is the day in words."""

    body: str
    closing: str
    organisation: str
    date: str


@dataclass(frozen=True)
class CertificateWish:
    """Which certificates are wanted: with CHOSEN places, `chosen` are numbers of lines."""

    kind: CertificateKind
    ink: CertificateInk
    places: Places
    words: CertificateWords
    chosen: frozenset[int] = frozenset()
    offset_mm: tuple[float, float] = (0.0, 0.0)


def usual_words(session: Session, shown: Issue, kind: CertificateKind) -> CertificateWords:
    """The words that a certificate of today has where nobody changes them."""
    body = GIVEN if shown.measure == Measure.DONATED else EARNED
    arabic = settings_of(session, shown.village_id)[FORMAL_DATES] == DATES_ARABIC
    with in_the_villages_language():
        date = numerals.formal_date(clock.today(), arabic=arabic)
    return CertificateWords(body, _CLOSINGS[kind], shown.organisation, date)


def honourees(session: Session, village_id: int, shown: Issue) -> tuple[Honouree, ...]:
    """Everybody on the issue; who is masked, gave namelessly or now asks not to be named is not."""
    shy = shy_places(session, village_id, shown)
    return tuple(
        Honouree(place + 1, line, _has_name(shown, line) and place not in shy)
        for place, line in enumerate(shown.lines)
    )


def honoured_households(session: Session, village_id: int, shown: Issue) -> tuple[int, ...]:
    """The households on an issue that may be named, each once, in its order."""
    named = (one.line.household_id for one in honourees(session, village_id, shown) if one.named)
    return tuple(dict.fromkeys(number for number in named if number))


def _has_name(shown: Issue, line: Line) -> bool:
    nameless = shown.subject == Subject.DONOR and line.name in NAMELESS
    return not nameless and not is_masked(line.name)


def print_certificates(
    session: Session, actor: Actor, shown: Issue, wish: CertificateWish
) -> tuple[CertificateSheet, int]:
    """The certificates that were asked for, and how many are left out since they can't be named.

    Who is asked for by name (CHOSEN) is not left out but refused. It is noted in the trail who
    prints whose. Raises IssueReplaced, WordsTooLong, SlotUnknown, NotNamed, NobodyHonoured,
    DeedMissing.
    """
    if shown.corrected_by is not None:
        raise IssueReplaced(n=shown.corrected_by_number)
    _check_words(wish.words)
    wanted = _chosen(honourees(session, actor.village_id, shown), wish)
    named = tuple(one for one in wanted if one.named)
    if wish.places is Places.CHOSEN and len(named) < len(wanted):
        raise NotNamed(who=listed(one.line.name for one in wanted if not one.named))
    if not named:
        raise NobodyHonoured(field="places")
    with in_the_villages_language():
        sheet = _sheet(shown, wish, named)
        subject = f"{_board(shown)} {shown.called}"
    audit.record(
        session,
        actor,
        PRINTED,
        subject,
        issue=shown.id,
        kind=wish.kind,
        ink=wish.ink,
        names=[one.line.name for one in named],
        words=f"{wish.words.body} {wish.words.closing}",
    )
    return sheet, len(wanted) - len(named)


def _chosen(everybody: Sequence[Honouree], wish: CertificateWish) -> tuple[Honouree, ...]:
    """Those of the places that are wanted, named or not."""
    match wish.places:
        case Places.CHOSEN:
            return tuple(one for one in everybody if one.place in wish.chosen)
        case Places.ALL:
            return tuple(everybody)
    last = 1 if wish.places is Places.FIRST else _FIRST_THREE
    return tuple(one for one in everybody if one.line.rank <= last)


def _check_words(words: CertificateWords) -> None:
    """Look for what is too long or can't be filled in; raises WordsTooLong, SlotUnknown."""
    for field, longest in (("body", LONGEST_BODY), ("closing", LONGEST_CLOSING)):
        typed = getattr(words, field)
        if len(typed) > longest:
            raise WordsTooLong(field=field, n=longest)
        for slot in _SLOT.findall(typed):
            if slot not in SLOTS:
                raise SlotUnknown(field=field, slot=slot[:20], known=listed(SLOTS))


def _sheet(shown: Issue, wish: CertificateWish, named: Iterable[Honouree]) -> CertificateSheet:
    return CertificateSheet(
        kind=wish.kind,
        ink=wish.ink,
        certificates=tuple(_certificate(shown, wish.words, one) for one in named),
        village=shown.village,
        organisation=wish.words.organisation,
        date=wish.words.date,
        mark=f"账 {shown.mark}",
        offset_mm=wish.offset_mm if wish.ink is CertificateInk.WORDS else (0.0, 0.0),
    )


def _certificate(shown: Issue, words: CertificateWords, one: Honouree) -> Certificate:
    paragraphs = [*words.body.splitlines(), *words.closing.splitlines()]
    return Certificate(
        name=one.line.name,
        suffix=_SUFFIXES[shown.subject],
        body=tuple(_filled(shown, text.strip(), one.line) for text in paragraphs if text.strip()),
        number=f"{_board(shown)}{shown.called} · 第 {one.place:02d} 号",
    )


def _filled(shown: Issue, text: str, line: Line) -> str:
    """Put what the issue says of one line into the words; raises DeedMissing."""
    if _DEED in text and not line.deed:
        raise DeedMissing(field="body", who=line.name)
    values = {
        _PERIOD: shown.period.label,
        _BOARD: _board(shown),
        _RANK: f"第{numerals.counted(line.rank)}名",
        _DEED: line.deed.rstrip("。；，"),
    }
    return _SLOT.sub(lambda slot: values[slot.group()], text)


def _board(shown: Issue) -> str:
    return f"{shown.group}{shown.title}"
