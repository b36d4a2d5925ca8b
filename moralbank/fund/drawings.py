"""The page on cover's pictures: the drawings that stand on paper, as SVG, and narrower ones."""

from dataclasses import dataclass

from markupsafe import Markup
from reportlab.graphics.shapes import Drawing

from moralbank.fund.cover import Cover
from moralbank.fund.sheets import CoverLine
from moralbank.i18n import _, clauses
from moralbank.money import yuan
from moralbank.printing.charts import Bar, Part, Point, Size, gauge, lines, stacked, svg


@dataclass(frozen=True)
class CoverPictures:
    """SVG texts that a page may hold as they are; each says in words what it shows."""

    gauge: Markup
    sides: Markup
    months: Markup


def cover_pictures(cover: Cover, size: Size) -> CoverPictures:
    """The gauge, what is there against what is owed, and cover over the months.

    `size` is `charts.WIDE`, or `charts.NARROW` for a phone.
    """
    points = [Point(end.label, end.ratio) for end in cover.ratios]
    told = clauses(
        _("%(month)s %(n)s%%", month=point.label, n=point.value)
        for point in points
        if point.value is not None
    )
    have = _bar(_("手里有的"), cover.now.have, cover.have)
    owe = _bar(_("欠大家的"), cover.now.owe, cover.owe)
    both = clauses([f"{have.label} {have.text}", f"{owe.label} {owe.text}"])
    return CoverPictures(
        gauge=_drawn(gauge(cover.now.ratio, cover.verdict_words, size), cover.words),
        sides=_drawn(stacked([have, owe], size), both),
        months=_drawn(lines(points, size=size), told or cover.words),
    )


def _drawn(drawing: Drawing, words: str) -> Markup:
    return Markup(svg(drawing, words))  # noqa: S704 - drawn by us, words escaped there


def _bar(label: str, fen: int, parts: tuple[CoverLine, ...]) -> Bar:
    return Bar(
        label,
        _money(fen),
        tuple(Part(part.label, part.fen, _money(part.fen)) for part in parts),
    )


def _money(fen: int) -> str:
    return _("%(yuan)s 元", yuan=yuan(fen))
