"""Curves of costs as pictures for the document."""

from collections.abc import Mapping

from moralbank.bench.figures import Curve
from moralbank.printing.growth import Growth, Series, growth
from moralbank.printing.svg import svg


def curve_picture(curve: Curve, words: Mapping[str, str]) -> str:
    """A curve as SVG; `words` are the chart's `title`, what lies `across`, and of the `bare` line.

    Raises ValueError where nothing was measured.
    """
    series = [Series("本程序", curve.costs)]
    if curve.bare:
        series.append(Series(words.get("bare", "对照"), curve.bare))
    title = words.get("title", curve.work)
    shown = Growth(title, words.get("across", ""), curve.unit, curve.sizes, series)
    ends = "、".join(
        f"{size:,}：{cost:.3g} {curve.unit}"
        for size, cost in zip(curve.sizes, curve.costs, strict=True)
    )
    return svg(growth(shown), f"{title}。{ends}")
