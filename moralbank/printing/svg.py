"""A drawing as SVG: scalable, in the reader's own fonts, with nothing that a strict CSP forbids."""

from functools import singledispatch
from html import escape
from typing import Any, Final

from reportlab.graphics.shapes import Circle, Drawing, Line, Path, Polygon, PolyLine, Rect, String

from moralbank.printing.fonts import Voice

_FONTS: Final = (
    "'Noto Sans SC','Noto Sans CJK SC','PingFang SC','Microsoft YaHei','Source Han Sans SC',"
    "system-ui,sans-serif"
)
_LETTERS: Final = "MLCZ"
"""What reportlab's path operators 0 to 3 are called in SVG."""
_COORDINATES: Final = (2, 2, 6, 0)


def svg(drawing: Drawing, description: str) -> str:
    """Return ``drawing`` as an SVG element that fills whatever width it is given.

    ``description`` is what a screen reader says. Only presentation attributes are used, so the
    text may stand in a page or be served as a file. Raises TypeError for a shape unknown here.
    """
    width, height = _n(drawing.width), _n(drawing.height)
    shapes = "".join(_element(shape, drawing.height) for shape in drawing.contents)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' font-family="{_FONTS}"><title>{escape(description)}</title>{shapes}</svg>'
    )


@singledispatch
def _element(shape: Any, high: float) -> str:
    """Return a shape, its y turned downwards from ``high``."""
    del high
    message = f"{type(shape).__name__} has no SVG here"
    raise TypeError(message)


@_element.register
def _rect(shape: Rect, high: float) -> str:
    place = f'x="{_n(shape.x)}" y="{_n(high - shape.y - shape.height)}"'
    size = f'width="{_n(shape.width)}" height="{_n(shape.height)}"'
    return f"<rect {place} {size} {_paint(shape)}/>"


@_element.register
def _circle(shape: Circle, high: float) -> str:
    place = f'cx="{_n(shape.cx)}" cy="{_n(high - shape.cy)}" r="{_n(shape.r)}"'
    return f"<circle {place} {_paint(shape)}/>"


@_element.register
def _line(shape: Line, high: float) -> str:
    start = f'x1="{_n(shape.x1)}" y1="{_n(high - shape.y1)}"'
    end = f'x2="{_n(shape.x2)}" y2="{_n(high - shape.y2)}"'
    return f"<line {start} {end} {_stroke(shape)}/>"


@_element.register
def _polyline(shape: PolyLine, high: float) -> str:
    corners = _corners(shape.points, high)
    return f'<polyline points="{corners}" fill="none" {_stroke(shape)} stroke-linejoin="round"/>'


@_element.register
def _polygon(shape: Polygon, high: float) -> str:
    return f'<polygon points="{_corners(shape.points, high)}" {_paint(shape)}/>'


@_element.register
def _path(shape: Path, high: float) -> str:
    numbers, steps = list(shape.points), []
    for operator in shape.operators:
        count = _COORDINATES[operator]
        steps.append(_LETTERS[operator] + _corners(numbers[:count], high))
        del numbers[:count]
    return f'<path d="{"".join(steps)}" {_paint(shape)}/>'


@_element.register
def _string(shape: String, high: float) -> str:
    weight = ' font-weight="700"' if shape.fontName == Voice.HEI_BOLD.font_name else ""
    place = f'x="{_n(shape.x)}" y="{_n(high - shape.y)}" text-anchor="{shape.textAnchor}"'
    look = f'font-size="{_n(shape.fontSize)}"{weight} fill="{_colour(shape.fillColor)}"'
    return f"<text {place} {look}>{escape(shape.text)}</text>"


def _paint(shape: Any) -> str:
    return f'fill="{_colour(shape.fillColor)}" {_stroke(shape)}'


def _stroke(shape: Any) -> str:
    if shape.strokeColor is None:
        return 'stroke="none"'
    dash = ""
    if shape.strokeDashArray:
        dash = f' stroke-dasharray="{" ".join(map(_n, shape.strokeDashArray))}"'
    return f'stroke="{_colour(shape.strokeColor)}" stroke-width="{_n(shape.strokeWidth)}"{dash}'


def _colour(colour: Any) -> str:
    return "none" if colour is None else f"#{colour.hexval()[2:]}"


def _corners(numbers: Any, high: float) -> str:
    turned = (high - number if place % 2 else number for place, number in enumerate(numbers))
    return " ".join(map(_n, turned))


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
