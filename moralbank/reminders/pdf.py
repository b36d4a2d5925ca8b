"""The letter of a reminder: private, in kind words, on A5 (or the same, larger, on A4)."""

from collections.abc import Iterator
from typing import Final, Literal

from moralbank.i18n import _
from moralbank.printing import formal, sheet
from moralbank.printing.flow import Frame, Piece, gap, printed
from moralbank.printing.numerals import plain_date
from moralbank.printing.sheet import mm
from moralbank.reminders.sheets import ReminderLetter

_FRAME: Final = Frame(sheet.A5, side_mm=14, top_mm=13, bottom_mm=15)
_LARGER: Final = sheet.A4.width_mm / sheet.A5.width_mm
_TEXT: Final = 13
_ENDS: Final = ("。", "！", "？", "…", ".", "!", "?")
_CLOSING: Final = "”’」』）)\"'"
_UNENDED: Final = " 　，、；：,;:"


def reminder_letter(letter: ReminderLetter, paper: Literal["A5", "A4"] = "A5") -> bytes:
    """Return the letter as a PDF; it is folded and handed over, never hung up."""
    title = _("温馨提醒（第 %(number)s 号）", number=letter.number)
    foot = _("%(village)s　%(title)s　只交本户，不张贴", village=letter.village, title=title)
    return printed(
        _FRAME,
        title,
        [list(_pieces(letter))],
        formal.page_foot(_FRAME, foot),
        enlarged=1 if paper == "A5" else _LARGER,
    )


def _pieces(letter: ReminderLetter) -> Iterator[Piece]:
    yield formal.title(_FRAME, _("温馨提醒"), 24)
    yield gap(2 * mm)
    salutation = _("%(head)s一家（%(household)s）：", head=letter.head, household=letter.household)
    yield formal.paragraph(_FRAME, salutation, size=_TEXT + 1, indented=False)
    yield from (formal.paragraph(_FRAME, words, size=_TEXT) for words in _words(letter))
    yield gap(6 * mm)
    yield formal.signed_by(_FRAME, letter.organisation, plain_date(letter.given_on))


def _words(letter: ReminderLetter) -> Iterator[str]:
    yield _("您好！谢谢您家一直支持村里的事。")
    yield _(
        "%(day)s，我们看到您家有一处要请您留意：%(item)s。%(note)s",
        day=plain_date(letter.seen_on),
        item=letter.item,
        note=_sentence(letter.note),
    )
    yield _(
        "请您在 %(day)s（含当天）以前改好。改好了告诉一声，这件事就过去了，不扣分，也不对外公布。",
        day=plain_date(letter.put_right_by),
    )
    yield _(
        "过了这一天还没有改，按村民会议通过的积分细则要扣 %(points)s 分，"
        "扣分前还要经过核实和评议。",
        points=letter.points,
    )
    if letter.contact:
        yield _(
            "有难处，或者我们看错了，请随时来说：%(contact)s。我们一起想办法。",
            contact=letter.contact,
        )
    else:
        yield _("有难处，或者我们看错了，请随时到村委会来说，我们一起想办法。")


def _sentence(note: str) -> str:
    """The note as a sentence of its own: closed with a full stop where it ends without one."""
    words = note.rstrip(_UNENDED)
    if not words or words.rstrip(_CLOSING).endswith(_ENDS):
        return words
    return _("%(words)s。", words=words)
