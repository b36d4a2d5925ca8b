"""The page on cover's pictures: the very drawings that stand on paper, as SVG."""

from dataclasses import dataclass

from moralbank.fund.cover import Cover
from moralbank.fund.sheets import CoverLine
from moralbank.i18n import _, clauses
from moralbank.money import yuan
from moralbank.printing.charts import Bar, Part, Point, gauge, lines, stacked, svg


@dataclass(frozen=True)
class CoverPictures:
    """SVG texts that a page may hold as they are; each says in words what it shows."""

    gauge: str
    sides: str
    months: str


def cover_pictures(cover: Cover) -> CoverPictures:
    """The gauge, what is there against what is owed, and cover over the months."""
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
        gauge=svg(gauge(cover.now.ratio, cover.verdict_words), cover.words),
        sides=svg(stacked([have, owe]), both),
        months=svg(lines(points), told or cover.words),
    )


def _bar(label: str, fen: int, parts: tuple[CoverLine, ...]) -> Bar:
    return Bar(
        label,
        _money(fen),
        tuple(Part(part.label, part.fen, _money(part.fen)) for part in parts),
    )


def _money(fen: int) -> str:
    return _("%(yuan)s 元", yuan=yuan(fen))
