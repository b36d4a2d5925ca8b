"""A public notice on paper: the list by household, the details behind it, and the objection form.

The list of A3 (lying) has two households side by side, so that a whole village hangs on a few
sheets. Deductions stand as a figure alone: what for, the household knows from its own letter.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Final, Literal

from moralbank.i18n import _
from moralbank.notices.sheets import CorrectionLine, DeedLine, HouseholdLine, NoticeSheet
from moralbank.printing import formal, sheet
from moralbank.printing.flow import (
    Foot,
    Frame,
    Piece,
    beside,
    gap,
    held,
    paginated,
    printed,
    stacked,
)
from moralbank.printing.fonts import Voice
from moralbank.printing.numerals import formal_date, plain_date
from moralbank.printing.ruled import RuledColumn, RuledTable, bold, named
from moralbank.printing.sheet import mm
from moralbank.printing.table import Align

_A4: Final = Frame(sheet.A4)
_A3: Final = Frame(sheet.A3.turned)
_BETWEEN: Final = 12 * mm
_ROW: Final = 7 * mm
_LAST_TOGETHER: Final = 3
"""Rows that go with the foot, so that no sheet hangs with the foot alone."""
_DIGEST_SHOWN: Final = 16


def notice_list(notice: NoticeSheet, paper: Literal["A4", "A3"] = "A4") -> bytes:
    """Return the list by household as a PDF, on A4 or on A3 lying.

    Raises ``qr.PayloadTooLong`` for an address that no QR code can hold.
    """
    frame = _A4 if paper == "A4" else _A3
    return printed(frame, notice.title, [_list(notice, paper)], _foot(frame, notice))


def list_pages(notice: NoticeSheet) -> int:
    """Return how many pages the list takes on A4."""
    return len(paginated(_list(notice, "A4"), _A4.room))


def _list(notice: NoticeSheet, paper: Literal["A4", "A3"]) -> list[Piece]:
    frame = _A4 if paper == "A4" else _A3
    head = list(_head(frame, notice))
    body = list(_one_column(notice) if paper == "A4" else _two_columns(notice, head))
    ending = stacked(*_totals(frame, notice), gap(3 * mm), *_ending(frame, notice))
    return [*head, *held(body, _LAST_TOGETHER), ending]


def notice_details(notice: NoticeSheet) -> bytes:
    """Return every deed of the notice by household, then the corrections, as a PDF on A4."""
    return printed(_A4, notice.title, [_details(notice)], _foot(_A4, notice))


def details_pages(notice: NoticeSheet) -> int:
    """Return how many pages the deeds take."""
    return len(paginated(_details(notice), _A4.room))


def _details(notice: NoticeSheet) -> list[Piece]:
    return [
        formal.title(_A4, _("%(title)s明细", title=notice.title), 17),
        formal.subtitle(_A4, _facts(notice)),
        gap(2 * mm),
        *_deeds(notice.deeds),
        *(_corrections(notice.corrections) if notice.corrections else ()),
    ]


def objection_form(notice: NoticeSheet) -> bytes:
    """Return a form to object by hand, as a PDF on A4, with a receipt to tear off."""
    pieces = [*_objection(notice), *_receipt(notice)]
    return printed(_A4, notice.title, [pieces], _foot(_A4, notice))


def _facts(notice: NoticeSheet) -> str:
    return _(
        "公示期 %(days)s：%(first)s至%(last)s",
        days=notice.days_words,
        first=plain_date(notice.first_day),
        last=plain_date(notice.last_day),
    )


def _foot(frame: Frame, notice: NoticeSheet) -> Foot:
    """The small line by which a sheet is known again, years later."""
    words = _(
        "%(village)s 公示第 %(number)s 期　%(facts)s　账 %(mark)s　校验 %(digest)s",
        village=notice.town + notice.village,
        number=notice.number,
        facts=_facts(notice),
        mark=notice.mark,
        digest=notice.digest[:_DIGEST_SHOWN],
    )
    return formal.page_foot(frame, words)


def _head(frame: Frame, notice: NoticeSheet) -> Iterator[Piece]:
    yield formal.red_head(frame, notice.organisation)
    yield formal.title(frame, notice.title)
    yield formal.subtitle(frame, _facts(notice), 12.5)
    yield gap(1 * mm)
    yield formal.paragraph(frame, _opening_words(notice))
    yield formal.paragraph(
        frame,
        _(
            "对公示内容有异议的，请在公示期内以书面、电话或当面提出，可以不留姓名。"
            "异议只暂停有关的那一项，查清后书面答复，其余各项不受影响。"
        ),
    )
    if notice.warning:
        yield formal.paragraph(frame, _("请注意：%(warning)s。", warning=notice.warning))
    yield gap(2.5 * mm)


def _opening_words(notice: NoticeSheet) -> str:
    if not notice.households:
        words = _(
            "本期没有新的加分和扣分，只公示更正 %(n)s 项，见明细表。", n=len(notice.corrections)
        )
    elif notice.corrections:
        words = _(
            "下列 %(n)s 户的积分经评议通过，现予公示；另有更正 %(m)s 项，见明细表。",
            n=len(notice.households),
            m=len(notice.corrections),
        )
    else:
        words = _("下列 %(n)s 户的积分经评议通过，现予公示。", n=len(notice.households))
    return words + notice.posts_words


def _table(x: float = _A4.left, width: float = _A4.width) -> RuledTable:
    """The list's columns: as wide as a sheet of A4, or half a lying sheet of A3.

    What was exchanged is gone from the balance already, so it stands before it: from there on
    the row adds up.
    """
    part = width / 180
    return RuledTable(
        (
            RuledColumn(_("序号"), 11 * part),
            RuledColumn(_("组"), 16 * part),
            RuledColumn(_("户号"), 14 * part),
            RuledColumn(_("户主"), 42 * part, named),
            RuledColumn(_("上期以来兑换"), 18 * part, align=Align.RIGHT),
            RuledColumn(_("现有积分"), 19 * part, align=Align.RIGHT),
            RuledColumn(_("本期拟加"), 20 * part, bold, Align.RIGHT),
            RuledColumn(_("本期拟扣"), 20 * part, bold, Align.RIGHT),
            RuledColumn(_("公示后积分"), 20 * part, bold, Align.RIGHT),
        ),
        x,
        row=_ROW,
    )


def _cells(line: HouseholdLine) -> tuple[str, ...]:
    return (
        str(line.place),
        line.group,
        line.number,
        line.head,
        str(line.exchanged) if line.exchanged else "",
        str(line.balance),
        f"+{line.added}" if line.added else "",
        f"−{line.deducted}" if line.deducted else "",
        str(line.after),
    )


def _one_column(notice: NoticeSheet) -> Iterator[Piece]:
    if notice.households:
        yield from _table().rows(_cells(line) for line in notice.households)


def _two_columns(notice: NoticeSheet, head: Sequence[Piece]) -> Iterator[Piece]:
    """Rows of two households each, read down the left half of a sheet, then down the right."""
    width = (_A3.width - _BETWEEN) / 2
    left, right = _table(_A3.left, width), _table(_A3.right - width, width)
    if not notice.households:
        return
    titles = beside(left.head, right.head)
    used = sum(piece.height for piece in (*head, titles))
    first = int((_A3.room - used) / _ROW)
    later = int((_A3.room - titles.height) / _ROW)
    yield replace(titles, keeps=True)
    for one, other in _paired(notice.households, first, later):
        row = left.one_row(_cells(one))
        if other:
            row = beside(row, right.one_row(_cells(other)))
        yield replace(row, opening=stacked(titles, row))


def _paired(
    lines: Sequence[HouseholdLine], first: int, later: int
) -> Iterator[tuple[HouseholdLine, HouseholdLine | None]]:
    """Pair what stands side by side when a sheet holds `first`, further ones `later` rows."""
    rest, rows = list(lines), first
    while rest:
        high = min(rows, (len(rest) + 1) // 2)
        ones, others = rest[:high], rest[high : 2 * high]
        yield from zip(ones, [*others, *[None] * (len(ones) - len(others))], strict=True)
        rest, rows = rest[2 * high :], later


def _totals(frame: Frame, notice: NoticeSheet) -> Iterator[Piece]:
    """What all households together have on the list."""
    if not notice.households:
        return
    added = sum(line.added for line in notice.households)
    deducted = sum(line.deducted for line in notice.households)
    words = {"n": len(notice.households), "added": added, "deducted": deducted}
    text = _("合计 %(n)s 户，本期拟加 %(added)s 分，拟扣 %(deducted)s 分", **words)
    yield gap(1 * mm)
    yield formal.paragraph(frame, text, indented=False, voice=Voice.HEI_BOLD)


def _ending(frame: Frame, notice: NoticeSheet) -> Iterator[Piece]:
    yield formal.closing(
        frame,
        notice.organisation,
        formal_date(notice.first_day, arabic=notice.arabic_dates),
        _("异议受理：%(contact)s", contact=notice.contact) if notice.contact else "",
        url=notice.public_url,
        caption=_("扫码看公示、提异议"),
    )


def _deeds(deeds: Sequence[DeedLine]) -> Iterator[Piece]:
    """The deeds; a household is named where its deeds begin, and again on a further page."""
    if not deeds:
        return
    table = _deed_table()
    yield table.head
    for _place, group in groupby(deeds, key=lambda deed: deed.place):
        for number, deed in enumerate(group):
            named_row = table.one_row((*_whose(deed), *_deed_cells(deed)))
            row = table.one_row(("", "", *_deed_cells(deed))) if number else named_row
            yield replace(row, opening=stacked(table.head, named_row))
    yield formal.paragraph(_A4, _sums(deeds), indented=False, voice=Voice.HEI_BOLD)


def _deed_table() -> RuledTable:
    return RuledTable(
        (
            RuledColumn(_("组 户号"), 22 * mm),
            RuledColumn(_("户主"), 30 * mm, named),
            RuledColumn(_("日期"), 20 * mm),
            RuledColumn(_("事项"), 40 * mm, align=Align.LEFT, grows=True),
            RuledColumn(_("事由"), 54 * mm, align=Align.LEFT, grows=True),
            RuledColumn(_("分"), 14 * mm, bold, Align.RIGHT),
        ),
        _A4.left,
        size=9,
        row=6.2 * mm,
    )


def _whose(line: DeedLine | CorrectionLine) -> tuple[str, str]:
    return _("%(group)s %(number)s", group=line.group, number=line.number), line.head


def _deed_cells(deed: DeedLine) -> tuple[str, ...]:
    if deed.deduction:
        words: tuple[str, str] = (_("扣分事项"), _("已书面告知本户"))
    else:
        item = " ".join(part for part in (deed.item, deed.quantity_words) if part)
        words = (item, " · ".join(part for part in (deed.member, deed.note) if part))
    sign = "−" if deed.deduction else "+"
    return str(deed.deed_on), *words, f"{sign}{deed.points}"


def _sums(deeds: Iterable[DeedLine]) -> str:
    deeds = list(deeds)
    deducted = sum(deed.points for deed in deeds if deed.deduction)
    added = sum(deed.points for deed in deeds) - deducted
    words = {"n": len(deeds), "added": added, "deducted": deducted}
    if deducted:
        return _("合计 %(n)s 项，加 %(added)s 分，扣 %(deducted)s 分", **words)
    return _("合计 %(n)s 项，加 %(added)s 分", n=len(deeds), added=added)


def _corrections(lines: Sequence[CorrectionLine]) -> Iterator[Piece]:
    table = RuledTable(
        (
            RuledColumn(_("组 户号"), 22 * mm),
            RuledColumn(_("户主"), 30 * mm, named),
            RuledColumn(_("日期"), 20 * mm),
            RuledColumn(_("原事项"), 40 * mm, align=Align.LEFT, grows=True),
            RuledColumn(_("更正的理由"), 54 * mm, align=Align.LEFT, grows=True),
            RuledColumn(_("更正"), 14 * mm, bold, Align.RIGHT),
        ),
        _A4.left,
        size=9,
        row=6.2 * mm,
    )
    yield gap(3 * mm)
    yield formal.section(_A4, _("更正：以下各项此前已入账，现已冲正"))
    yield from table.rows((*_whose(line), *_correction_cells(line)) for line in lines)


def _correction_cells(line: CorrectionLine) -> tuple[str, ...]:
    if line.deduction:
        return str(line.deed_on), _("扣分事项"), _("已书面告知本户"), f"+{line.points}"
    return str(line.deed_on), line.item, line.reason, f"−{line.points}"


def _objection(notice: NoticeSheet) -> Iterator[Piece]:
    yield formal.title(_A4, _("积分公示异议书"), 22)
    yield formal.subtitle(
        _A4, _("公示第 %(number)s 期：%(title)s", number=notice.number, title=notice.title), 12
    )
    yield formal.subtitle(_A4, _facts(notice))
    yield gap(2 * mm)
    yield formal.filled_in(_A4, _("提出人（可以不填）"), _("电话（可以不填）"))
    yield formal.section(_A4, _("对哪一项有异议"))
    yield formal.filled_in(_A4, _("组"), _("户号"), _("户主"))
    yield formal.filled_in(_A4, _("事项"), _("日期"))
    yield formal.section(_A4, _("有什么异议，有什么依据"))
    yield formal.ruled_lines(_A4, 8, 9.5 * mm)
    yield formal.section(_A4, _("希望怎样处理"))
    yield formal.paragraph(
        _A4,
        _("□ 这一项不应当给　　□ 分数应当改　　□ 其他（写在上面）"),
        indented=False,
        voice=Voice.HEI,
    )
    yield formal.filled_in(_A4, _("签字（可以不签）"), _("日期"))
    contact = _("请交给村务监督委员会。")
    if notice.contact:
        contact = _("请交给或打电话给：%(contact)s", contact=notice.contact)
    yield formal.paragraph(_A4, contact, size=10.5, indented=False)


def _receipt(notice: NoticeSheet) -> Iterator[Piece]:
    """What the one who objects takes home."""
    yield _cut_here()
    yield formal.section(_A4, _("回执（交提出人留存）"))
    yield formal.subtitle(
        _A4, _("%(village)s 公示第 %(number)s 期", village=notice.village, number=notice.number)
    )
    yield formal.filled_in(_A4, _("异议编号"), _("收件人"))
    yield formal.filled_in(_A4, _("收件日期"), _("最晚答复日期"))


def _cut_here() -> Piece:
    def draw(canvas: Any, top: float) -> None:
        canvas.saveState()
        canvas.setDash(3, 3)
        canvas.setLineWidth(0.6)
        canvas.setStrokeGray(0.3)
        canvas.line(_A4.left, top - 4 * mm, _A4.right, top - 4 * mm)
        canvas.restoreState()

    return Piece(7 * mm, draw)
