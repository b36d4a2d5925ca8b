"""The notice as a formal letter (红头公告): who writes, to all villagers, its lists attached.

Type area and size follow 党政机关公文格式 (GB/T 9704-2012): 28 characters on lines of 156 mm.
A short letter is written a little closer, down to 12 points, where this saves a second page.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reportlab.lib.colors import Color

from moralbank.i18n import _
from moralbank.notices.pdf import details_pages, list_pages
from moralbank.notices.sheets import HouseholdLine, LetterSheet
from moralbank.printing import formal, palette, sheet
from moralbank.printing.flow import Foot, Frame, Piece, beside, gap, held, paginated, printed
from moralbank.printing.fonts import Voice
from moralbank.printing.numerals import formal_date
from moralbank.printing.ruled import RuledColumn, RuledTable, bold, plain
from moralbank.printing.sheet import mm
from moralbank.printing.table import Align
from moralbank.printing.text import boxed, draw_block_centred, line, shrunk

_FRAME: Final = Frame(sheet.A4, side_mm=27, top_mm=30, bottom_mm=24)
_CHARACTERS: Final = 28
_STANDARD: Final = _FRAME.width / _CHARACTERS
_SIZES: Final = (_STANDARD, *(15.5 - 0.5 * step for step in range(8)))
"""Sizes of the text to try, in points, down to 12."""
_LEADING: Final = 1.83
"""22 lines on 225 mm."""
_HEAD: Final = 34.0
_LEAST_HEAD: Final = 12.0
_TITLE: Final = 1.4
"""The title is so much larger than the text."""
_ROWS_IN_ONE: Final = 6
"""More groups stand in two tables side by side."""
_DIGEST_SHOWN: Final = 16


@dataclass(frozen=True)
class _GroupTotals:
    """What a notice says about one group (小组)."""

    group: str
    households: int
    deeds: int
    added: int
    deducted: int

    @property
    def cells(self) -> tuple[str, ...]:
        """The texts of its row."""
        return (
            self.group,
            str(self.households),
            str(self.deeds),
            f"+{self.added}" if self.added else "",
            f"−{self.deducted}" if self.deducted else "",
        )


def notice_letter(letter: LetterSheet) -> bytes:
    """Return the letter as a PDF on A4.

    Raises ``qr.PayloadTooLong`` for an address that no QR code can hold.
    """
    attached = list(_attachments(letter))
    composed = (_pieces(letter, size, attached) for size in _SIZES)
    # What takes two pages in any case is written as large as the standard has it.
    one_page = (pieces for pieces in composed if len(paginated(pieces, _FRAME.room)) == 1)
    pieces = next(one_page, None) or _pieces(letter, _STANDARD, attached)
    return printed(_FRAME, letter.notice.title, [pieces], _foot(letter))


def _pieces(letter: LetterSheet, size: float, attached: Sequence[str]) -> list[Piece]:
    said = [*_text(letter, size), *_table(letter, size), *_after(letter, size, attached)]
    return [*_head(letter), *_titles(letter, size), *held(said, 1), _closing(letter, size)]


def _accent(letter: LetterSheet) -> Color:
    return palette.INK if letter.plain else palette.RED


def _head(letter: LetterSheet) -> Iterator[Piece]:
    """Who writes, the letter's number, and the double rule under both."""
    accent = _accent(letter)
    full = line(letter.notice.organisation, Voice.SONG, _HEAD, tracking=4)
    names = boxed(full, _FRAME.width, 1.6 * _HEAD, _LEAST_HEAD)
    high = names[0].size * 1.14 * len(names)
    number = shrunk(line(letter.document_number, Voice.KAI, _STANDARD), _FRAME.width, 8)
    numbered = 11 * mm if letter.document_number else 3 * mm

    def draw(canvas: Any, top: float) -> None:
        canvas.setFillColor(accent)
        draw_block_centred(canvas, names, _FRAME.middle, top - high / 2)
        canvas.setFillColor(palette.INK)
        number.draw_centred(canvas, _FRAME.middle, top - high - 7.5 * mm)
        rule = top - high - numbered - 1 * mm
        for y, thickness in ((rule, 2.0), (rule - 1.2 * mm, 0.7)):
            canvas.setStrokeColor(accent)
            canvas.setLineWidth(thickness)
            canvas.line(_FRAME.left, y, _FRAME.right, y)

    yield Piece(high + numbered + 2.5 * mm, draw, keeps=True)
    yield gap(7 * mm)


def _titles(letter: LetterSheet, size: float) -> Iterator[Piece]:
    """The title; where it is long, what ends it in brackets stands on a line of its own."""
    whole = letter.notice.title
    main, bracket, rest = whole.rpartition("（")
    large = size * _TITLE
    parts = [whole]
    if main and whole.endswith("）") and line(whole, Voice.SONG, large).width > _FRAME.width * 0.85:
        parts = [main, bracket + rest]
    yield from (formal.title(_FRAME, part, large) for part in parts)
    yield gap(size * 0.6)


def _text(letter: LetterSheet, size: float) -> Iterator[Piece]:
    yield formal.paragraph(_FRAME, _("全体村民："), size=size, indented=False, leading=_LEADING)
    warning = letter.notice.warning
    sentences = (
        _what_hangs(letter),
        _how_long(letter) + letter.notice.posts_words,
        _("请注意：%(warning)s。", warning=warning) if warning else "",
    )
    for words in filter(None, sentences):
        yield formal.paragraph(_FRAME, words, size=size, leading=_LEADING)


def _what_hangs(letter: LetterSheet) -> str:
    """What was approved and what was not, as the notice has it."""
    words = _approved_words(letter)
    if letter.refused or letter.returned:
        words += _(
            "同期评议未通过 %(refused)s 项，退回补充 %(returned)s 项，不在公示之列。",
            refused=letter.refused,
            returned=letter.returned,
        )
    if letter.notice.corrections:
        words += _(
            "此前已入账、现已冲正的更正 %(n)s 项一并公示。", n=len(letter.notice.corrections)
        )
    return words


def _approved_words(letter: LetterSheet) -> str:
    notice = letter.notice
    if not notice.deeds:
        return _("本期没有新的加分和扣分。")
    facts = {
        "households": len(notice.households),
        "deeds": len(notice.deeds),
        "added": sum(one.added for one in notice.households),
        "deducted": sum(one.deducted for one in notice.households),
    }
    if facts["deducted"]:
        return _(
            "依照本村积分细则，%(households)s 户的 %(deeds)s 项经评议通过，拟加 %(added)s 分，"
            "拟扣 %(deducted)s 分，现予公示。",
            **facts,
        )
    return _(
        "依照本村积分细则，%(households)s 户的 %(deeds)s 项经评议通过，拟加 %(added)s 分，"
        "现予公示。",
        **facts,
    )


def _how_long(letter: LetterSheet) -> str:
    notice = letter.notice
    first, last = (
        formal_date(day, arabic=notice.arabic_dates) for day in (notice.first_day, notice.last_day)
    )
    return _(
        "公示期 %(days)s，从%(first)s起到%(last)s止。对公示内容有异议的，请在公示期内以书面、电话"
        "或当面提出，可以不留姓名；我们收到后 %(answer)s内查清，书面答复。"
        "异议只暂停有关的那一项，其余各项不受影响。",
        days=notice.days_words,
        first=first,
        last=last,
        answer=letter.answer_words,
    )


def _table(letter: LetterSheet, size: float) -> Iterator[Piece]:
    """What each group has on the notice, and all of them together."""
    groups = _totals(letter)
    if not groups:
        return
    yield gap(2.5 * mm)
    if len(groups) > _ROWS_IN_ONE:
        yield from _two_tables(groups, size)
    else:
        yield from _columns(_FRAME.left, _FRAME.width, size).rows(one.cells for one in groups)
    if len(groups) > 1:
        yield _columns(_FRAME.left, _FRAME.width, size, all_bold=True).one_row(_sum(groups).cells)
    yield gap(2 * mm)


def _two_tables(groups: Sequence[_GroupTotals], size: float) -> Iterator[Piece]:
    """The first half of the groups at the left, the other at the right."""
    half = (len(groups) + 1) // 2
    blank = ("", "", "", "", "")
    others = [one.cells for one in groups[half:]] + [blank] * (2 * half - len(groups))
    width = _FRAME.width / 2
    left, right = (_columns(x, width, size) for x in (_FRAME.left, _FRAME.middle))
    ones = left.rows(one.cells for one in groups[:half])
    for one, other in zip(ones, right.rows(others), strict=True):
        yield Piece(one.height, beside(one, other).draw, _opening(one, other), one.keeps)


def _opening(one: Piece, other: Piece) -> Piece | None:
    return beside(one.opening, other.opening) if one.opening and other.opening else None


def _columns(x: float, width: float, size: float, *, all_bold: bool = False) -> RuledTable:
    part = width / 100
    compose = bold if all_bold else plain
    # Figures stand under the middle of their heads where there is room to spare.
    inset = part * 5 if width > _FRAME.width / 2 else 0.0
    return RuledTable(
        (
            RuledColumn(_("小组"), 24 * part, compose),
            RuledColumn(_("户数"), 18 * part, compose, Align.RIGHT, inset=inset),
            RuledColumn(_("项数"), 18 * part, compose, Align.RIGHT, inset=inset),
            RuledColumn(_("拟加"), 20 * part, bold, Align.RIGHT, inset=inset),
            RuledColumn(_("拟扣"), 20 * part, bold, Align.RIGHT, inset=inset),
        ),
        x,
        size=size * 0.82,
        row=size * 1.55,
    )


def _totals(letter: LetterSheet) -> list[_GroupTotals]:
    """The groups in walking order, as the notice's households stand in it."""
    deeds = Counter(deed.group for deed in letter.notice.deeds)
    grouped: dict[str, list[HouseholdLine]] = {}
    for one in letter.notice.households:
        grouped.setdefault(one.group, []).append(one)
    return [
        _GroupTotals(
            group,
            len(rows),
            deeds[group],
            sum(one.added for one in rows),
            sum(one.deducted for one in rows),
        )
        for group, rows in grouped.items()
    ]


def _sum(groups: Sequence[_GroupTotals]) -> _GroupTotals:
    return _GroupTotals(
        _("合计"),
        sum(one.households for one in groups),
        sum(one.deeds for one in groups),
        sum(one.added for one in groups),
        sum(one.deducted for one in groups),
    )


def _attachments(letter: LetterSheet) -> Iterator[str]:
    notice = letter.notice
    if notice.households:
        yield _("积分公示表（%(n)s 页）", n=list_pages(notice))
    yield _("公示明细（%(n)s 页）", n=details_pages(notice))


def _after(letter: LetterSheet, size: float, attached: Sequence[str]) -> Iterator[Piece]:
    """What is attached, and who takes objections."""
    yield gap(size * 0.4)
    if letter.notice.contact:
        words = _("异议受理：%(contact)s", contact=letter.notice.contact)
        yield formal.paragraph(_FRAME, words, size=size, leading=_LEADING)
    numbered = (
        _("%(n)s. %(words)s", n=number, words=words)
        for number, words in enumerate(attached, start=1)
    )
    words = _("附件：%(list)s", list="　".join(numbered if len(attached) > 1 else attached))
    yield formal.paragraph(_FRAME, words, size=size, leading=_LEADING)


def _closing(letter: LetterSheet, size: float) -> Piece:
    notice = letter.notice
    return formal.closing(
        _FRAME,
        notice.organisation,
        formal_date(notice.first_day, arabic=notice.arabic_dates),
        "",
        url=notice.public_url,
        caption=_("扫码看公示、提异议"),
        size=size,
        colour=_accent(letter),
    )


def _foot(letter: LetterSheet) -> Foot:
    """The number between dashes as letters have it; small, by which paper is known years later."""
    notice = letter.notice
    facts = _(
        "%(village)s 公示第 %(number)s 期　账 %(mark)s　校验 %(digest)s",
        village=notice.town + notice.village,
        number=notice.number,
        mark=notice.mark,
        digest=notice.digest[:_DIGEST_SHOWN],
    )

    def draw(canvas: Any, number: int, total: int) -> None:
        del total
        base = _FRAME.bottom_mm * 0.52 * mm
        canvas.setFillColor(palette.INK)
        place = line(f"— {number} —", Voice.HEI, 10.5)
        place.draw_right(canvas, _FRAME.right, base)
        canvas.setFillColor(palette.GREY)
        room = _FRAME.width - place.width - 4 * mm
        shrunk(line(facts, Voice.HEI, 7.5), room, 4).draw(canvas, _FRAME.left, base)

    return draw
