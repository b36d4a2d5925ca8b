"""Charts: one drawing for paper and screen, true to their numbers."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from moralbank.printing import charts
from moralbank.printing.charts import Bar, Part, Point
from moralbank.printing.growth import Growth, Series, growth
from moralbank.printing.sheet import A4, Document
from tests.printing.paper import Paper

SVG = "{http://www.w3.org/2000/svg}"
SIDES = (
    Bar("手里有的", "300.00 元", (Part("钱", 20000, "200.00 元"), Part("货", 10000, "100.00 元"))),
    Bar("欠大家的", "150.00 元", (Part("积分 & <余额>", 15000, "150.00 元"),)),
)
MONTHS = [Point("1月", None), Point("2月", 450), Point("3月", 132), Point("今天", 88)]


def _shapes(text: str, tag: str) -> list[dict[str, str]]:
    root = ET.fromstring(text)  # noqa: S314 - our own
    return [dict(element.attrib) for element in root.iter(f"{SVG}{tag}")]


def _words(text: str) -> list[str]:
    root = ET.fromstring(text)  # noqa: S314 - our own
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("drawing", [
    charts.gauge(132, "够"), charts.gauge(None, "没有欠账"), charts.gauge(99999, "够"),
    charts.stacked(SIDES), charts.lines(MONTHS), charts.lines([]),
])  # fmt: skip
def test_a_drawing_goes_into_a_page_as_it_is(drawing: object) -> None:
    text = charts.svg(drawing, "每 1 元积分背后有 1.32 元")
    assert "style" not in text
    assert "<script" not in text
    assert ET.fromstring(text).attrib["viewBox"].startswith("0 0 360 ")  # noqa: S314
    assert "<title>每 1 元积分背后有 1.32 元</title>" in text
    assert charts.svg(drawing, "x") == charts.svg(drawing, "x")
    for value in re.findall(r'[ "](?:x|cx|x1|x2)="([-\d.]+)"', text):
        assert 0 <= float(value) <= 360


@pytest.mark.parametrize(("ratio", "left"), [(0, True), (99, True), (101, False), (500, False)])
def test_the_hand_points_to_the_side_of_the_verdict(ratio: int, left: bool) -> None:  # noqa: FBT001
    (hand,) = _shapes(charts.svg(charts.gauge(ratio, "紧"), ""), "polygon")
    tip = float(hand["points"].split()[2])
    assert (tip < 180) is left
    assert not _shapes(charts.svg(charts.gauge(None, "没有欠账"), ""), "polygon")


def test_bars_share_one_scale_and_say_every_part() -> None:
    text = charts.svg(charts.stacked(SIDES), "")
    bars = [one for one in _shapes(text, "rect") if one["height"] == "24"]
    money, goods, owed = (float(one["width"]) for one in bars)
    assert money == pytest.approx(2 * goods, abs=0.02)
    assert owed == pytest.approx(1.5 * goods, abs=0.02)
    assert {"手里有的", "300.00 元", "钱", "积分 & <余额>", "150.00 元"} <= set(_words(text))


def test_a_line_has_gaps_and_marks_what_is_short() -> None:
    text = charts.svg(charts.lines(MONTHS), "")
    first, second, third = _shapes(text, "circle")
    assert float(first["cy"]) < float(second["cy"]) < float(third["cy"])
    assert first["fill"] == second["fill"] != third["fill"]
    (line,) = _shapes(text, "polyline")
    assert len(line["points"].split()) == 2 * 3
    assert {"450", "132", "88", "1月", "100%"} <= set(_words(text))


def test_on_a_phone_no_letter_is_small() -> None:
    drawings = (charts.gauge(132, "够", charts.NARROW), charts.stacked(SIDES, charts.NARROW),
                charts.lines(MONTHS, size=charts.NARROW))  # fmt: skip
    for text in (charts.svg(drawing, "") for drawing in drawings):
        assert ET.fromstring(text).attrib["viewBox"].startswith("0 0 290 ")  # noqa: S314
        sizes = [float(one["font-size"]) * 326 / 290 for one in _shapes(text, "text")]
        assert min(sizes) >= 12


def test_values_of_a_line_never_run_into_one_another() -> None:
    year = [Point(f"{n}月", 162) for n in range(1, 12)] + [Point("今天", 162)]
    for size, shown in ((charts.WIDE, 11), (charts.NARROW, 5)):
        text = charts.svg(charts.lines(year, size=size), "")
        spots = [one["x"] for one in _shapes(text, "text")]
        values = [float(x) for x, word in zip(spots, _words(text), strict=True) if word == "162"]
        assert len(values) >= shown
        gaps = [later - earlier for earlier, later in pairwise(sorted(values))]
        assert min(gaps) > 1.7 * size.small  # as wide as three figures
        assert "今天" in _words(text)


def test_the_scale_grows_to_what_is_there() -> None:
    for most, top, beyond in ((180, "200%", False), (533, "600%", False), (2400, "600%", True)):
        words = _words(charts.svg(charts.lines([Point("1月", most), Point("今天", 88)]), ""))
        assert top in words
        assert str(most) in words
        assert ("以上" in words) is beyond


def test_the_same_drawing_stands_on_paper() -> None:
    document = Document(A4, "charts")
    high = charts.place(charts.stacked(SIDES), document.canvas, 40, 800, 360)
    high += charts.place(charts.gauge(132, "够"), document.canvas, 40, 800 - high, 360)
    charts.place(charts.lines(MONTHS), document.canvas, 40, 800 - high, 360)
    paper = Paper(document.close())
    text = "".join(paper.text.split())
    for words in ("手里有的300.00元", "积分&<余额>", "132%够", "不够", "450"):
        assert words in text
    assert paper.least_margin_mm() > 10


def test_growth_is_drawn_over_factors_or_over_even_steps() -> None:
    tens = Growth("红榜", "件", "ms", (10, 100, 1000),
                  [Series("本程序", (1, 10, 100)), Series("对照", (3, 3, 3))])  # fmt: skip
    text = charts.svg(growth(tens), "")
    *_legend, ours, bare = _shapes(text, "polyline")
    (x1, y1), (x2, y2), (x3, y3) = _corners(ours)
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.02)
    assert y1 - y2 == pytest.approx(y2 - y3, abs=0.02)
    assert "stroke-dasharray" in bare  # a black-and-white printer tells them apart
    assert {"红榜", "件", "ms", "本程序", "对照", "1,000", "3"} <= set(_words(text))
    minutes = Growth("内存", "秒", "MB", range(0, 600, 30), [Series("本程序", range(60, 80))])
    text = charts.svg(growth(minutes), "")
    assert {"0", "200", "400", "600", "100"} <= set(_words(text))
    assert len(_shapes(text, "circle")) == 1  # the legend's
    with pytest.raises(ValueError, match="empty"):
        growth(Growth("", "", "", (), [Series("", ())]))


def _corners(line: dict[str, str]) -> list[tuple[float, float]]:
    numbers = [float(number) for number in line["points"].split()]
    return list(zip(numbers[::2], numbers[1::2], strict=True))
