"""The minutes of a sitting on paper, to be signed by everybody who was there."""

from collections.abc import Iterator
from typing import Final

from moralbank.i18n import _, listed
from moralbank.printing import formal, sheet
from moralbank.printing.flow import Frame, Piece, gap, printed, stacked
from moralbank.printing.numerals import plain_date
from moralbank.printing.ruled import RuledColumn, RuledTable, bold, named
from moralbank.printing.sheet import mm
from moralbank.printing.table import Align
from moralbank.sittings.sheets import Decided, MinutesSheet, Present

_FRAME: Final = Frame(sheet.A4)
_VOTES: Final = 24 * mm
_REASON: Final = 34 * mm


def minutes(sitting: MinutesSheet) -> bytes:
    """Return the minutes as a PDF on A4."""
    pieces = [*_head(sitting), *_decisions(sitting), *_end(sitting)]
    title = _("%(village)s评议会记录（第 %(number)s 次）", **_name(sitting))
    foot = _("%(title)s　%(day)s　账 %(mark)s", title=title, day=_day(sitting), mark=sitting.mark)
    return printed(_FRAME, title, [pieces], formal.page_foot(_FRAME, foot))


def _name(sitting: MinutesSheet) -> dict[str, str | int]:
    return {"village": sitting.village, "number": sitting.number}


def _day(sitting: MinutesSheet) -> str:
    return plain_date(sitting.held_on)


def _head(sitting: MinutesSheet) -> Iterator[Piece]:
    yield formal.red_head(_FRAME, sitting.organisation)
    yield formal.title(_FRAME, _("积分评议会记录"), 21)
    yield formal.subtitle(_FRAME, _("第 %(number)s 次", number=sitting.number))
    yield gap(1.5 * mm)
    facts = ((_("时间"), _day(sitting)), (_("地点"), sitting.place or _("（未写）")))
    for label, words in (*facts, (_("到会"), listed(map(_person, sitting.present)))):
        text = _("%(label)s：%(words)s", label=label, words=words)
        yield formal.paragraph(_FRAME, text, indented=False)
    yield formal.section(_FRAME, _("回避"))
    stayed = sitting.stayed_out or (_("没有须回避的事项。"),)
    yield from (formal.paragraph(_FRAME, words) for words in stayed)


def _person(person: Present) -> str:
    if not person.duty:
        return person.name
    return _("%(name)s（%(duty)s）", name=person.name, duty=person.duty)


def _decisions(sitting: MinutesSheet) -> Iterator[Piece]:
    yield formal.section(_FRAME, _("评议结果"))
    words = _(
        "通过 %(approved)s 项，共 %(points)s 分；未通过 %(refused)s 项；退回补充 %(returned)s 项。",
        approved=sitting.approved_count,
        points=sitting.approved_points,
        refused=sitting.refused_count,
        returned=sitting.returned_count,
    )
    yield formal.paragraph(_FRAME, words)
    if sitting.decided:
        yield gap(1.5 * mm)
        voted = any(line.votes for line in sitting.decided)
        yield from _table(voted=voted).rows(_cells(line, voted=voted) for line in sitting.decided)


def _table(*, voted: bool) -> RuledTable:
    """The table of what was decided; the column of votes only where there were any."""
    votes = (RuledColumn(_("同意"), _VOTES, named),) if voted else ()
    return RuledTable(
        (
            RuledColumn(_("序号"), 10 * mm),
            RuledColumn(_("组 户号"), 20 * mm),
            RuledColumn(_("户主"), 30 * mm, named),
            RuledColumn(_("事项"), 34 * mm, align=Align.LEFT, grows=True),
            RuledColumn(_("分"), 14 * mm, bold, Align.RIGHT),
            RuledColumn(_("结果"), 14 * mm, bold),
            *votes,
            RuledColumn(
                _("理由"), _REASON if voted else _REASON + _VOTES, align=Align.LEFT, grows=True
            ),
        ),
        _FRAME.left,
        size=9,
        row=6.4 * mm,
    )


def _cells(line: Decided, *, voted: bool) -> tuple[str, ...]:
    return (
        str(line.place),
        _("%(group)s %(number)s", group=line.group, number=line.number),
        line.head,
        line.item,
        line.points,
        line.outcome,
        *((line.votes,) if voted else ()),
        line.reason,
    )


def _end(sitting: MinutesSheet) -> Iterator[Piece]:
    if sitting.note:
        yield formal.section(_FRAME, _("其他事项"))
        yield formal.paragraph(_FRAME, sitting.note)
    signed = list(formal.signatures(_FRAME, [_person(one) for one in sitting.present]))
    yield formal.section(_FRAME, _("到会人员签字"))
    yield formal.paragraph(
        _FRAME, _("以上记录已宣读核对，与评议情况一致。"), indented=False, size=10.5
    )
    # The last signatures and the day of signing stay together.
    yield from signed[:-1]
    yield stacked(*signed[-1:], formal.filled_in(_FRAME, _("签字日期"), _("记录人")))
