"""Where everything of a poster stands: boxes for each proportion of paper, as data.

Boxes are written in mm on a sheet 210 mm wide (banner: 750 mm); the drawing is then enlarged to
the paper. Only what has a true size (the seal's place) is measured on the paper itself.
"""

from dataclasses import dataclass
from typing import Final

from moralbank.printing.stocks import MM, Paper


@dataclass(frozen=True)
class Box:
    """A rectangle by its edges, in points."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From bottom to top."""
        return self.top - self.bottom

    @property
    def centre(self) -> float:
        """The upright axis."""
        return (self.left + self.right) / 2

    @property
    def middle(self) -> float:
        """The lying axis."""
        return (self.bottom + self.top) / 2

    @property
    def rect(self) -> tuple[float, float, float, float]:
        """Left, bottom, width and height, as canvases draw rectangles."""
        return self.left, self.bottom, self.width, self.height

    def within(self, across: float, up: float | None = None) -> "Box":
        """The box inside, `across` from its sides and `up` from below and above."""
        up = across if up is None else up
        return Box(self.left + across, self.bottom + up, self.right - across, self.top - up)


def box_mm(left: float, bottom: float, right: float, top: float) -> Box:
    """The box with these edges in mm."""
    return Box(left * MM, bottom * MM, right * MM, top * MM)


@dataclass(frozen=True)
class Rows:
    """Heights of the table's rows, in points.

    Rows are `usual` on sheets that are full, `least` where a few more shall stand on the first
    sheet, and up to `most` where there is room.
    """

    head: float
    least: float
    usual: float
    most: float


@dataclass(frozen=True)
class Honours:
    """Heights of the field of the first three: at least, at most, and at least with photos.

    `dots` are those of a photo, at about 300 an inch on small paper, 180 on large.
    """

    least: float
    most: float
    least_pictured: float
    dots: tuple[int, int]


@dataclass(frozen=True)
class Head:
    """What names the poster, and the sizes of type in points: the title's is that of the brush."""

    issue: Box
    village: Box
    title: Box
    period: Box
    title_size: float
    village_size: float = 18
    period_size: float = 16
    issue_size: float = 12.5


@dataclass(frozen=True)
class Foot:
    """Whom to ask, who issued it, the seal's place.

    `code` is the side of the QR code, its quiet zone included; `enlarged` is how much larger the
    type is than on A4.
    """

    box: Box
    code: float
    enlarged: float = 1.0


@dataclass(frozen=True)
class Layout:
    """An upright poster: the sheet, and its boxes from above.

    The couplet hangs at both sides of `body`, `strip` wide.
    """

    width: float
    height: float
    head: Head
    body: Box
    strip: float
    foot: Foot
    rows: Rows
    honours: Honours


@dataclass(frozen=True)
class BannerLayout:
    """A lying poster: couplet at both ends, title and foot at the left, the names beside them.

    `cell` is the least width and height of one name's place, `dots` those of a photo.
    """

    width: float
    height: float
    right_strip: Box
    left_strip: Box
    head: Head
    foot: Foot
    names: Box
    cell: tuple[float, float]
    dots: tuple[int, int]


BORDER: Final = 6.5 * MM
"""From the sheet's edge to the frame: what an office printer leaves free, and a little."""
BAND: Final = 6 * MM
INNER_LINE: Final = 1.4 * MM
"""From the frame to the fine line inside of it."""
PADDING: Final = 4 * MM
STRIP_GAP: Final = 3 * MM

_UPRIGHT: Final = Layout(
    width=210 * MM,
    height=297 * MM,
    head=Head(
        issue=box_mm(166, 268, 192, 276.5),
        village=box_mm(46, 266, 164, 278),
        title=box_mm(29, 232.5, 181, 265),
        period=box_mm(60, 224, 150, 232),
        title_size=92,
    ),
    body=box_mm(17, 65.5, 193, 221),
    strip=16.5 * MM,
    foot=Foot(box_mm(17, 17.5, 193, 62), code=35 * MM),
    rows=Rows(6.6 * MM, 5.5 * MM, 6.4 * MM, 10.5 * MM),
    honours=Honours(44 * MM, 92 * MM, 54 * MM, dots=(540, 720)),
)
_TALL: Final = Layout(
    width=210 * MM,
    height=315 * MM,
    head=Head(
        issue=box_mm(166, 286, 192, 294.5),
        village=box_mm(44, 283, 166, 296),
        title=box_mm(27, 245.5, 183, 282.5),
        period=box_mm(56, 236, 154, 245),
        title_size=106,
    ),
    body=box_mm(17, 63, 193, 233),
    strip=17.5 * MM,
    foot=Foot(box_mm(17, 17.5, 193, 59.5), code=35 * MM, enlarged=1.15),
    rows=Rows(6 * MM, 4.1 * MM, 4.7 * MM, 11 * MM),
    honours=Honours(48 * MM, 100 * MM, 66 * MM, dots=(720, 960)),
)
BANNER: Final = BannerLayout(
    width=750 * MM,
    height=200 * MM,
    right_strip=box_mm(697, 22, 730, 178),
    left_strip=box_mm(20, 22, 53, 178),
    head=Head(
        issue=box_mm(62, 164, 96, 176),
        village=box_mm(98, 161, 272, 181),
        title=box_mm(62, 95, 272, 159),
        period=box_mm(88, 78, 246, 93),
        title_size=184,
        village_size=32,
        period_size=24,
        issue_size=17,
    ),
    foot=Foot(box_mm(62, 20, 272, 74), code=48 * MM, enlarged=1.35),
    names=box_mm(280, 20, 689, 180),
    cell=(54 * MM, 14 * MM),
    dots=(900, 1200),
)

_TALL_FROM: Final = 1.45
"""Height beside width: between the sheets of an office (1.414) and the 2:3 of print shops."""


def layout_of(paper: Paper) -> Layout | BannerLayout:
    """The layout that suits the proportions of `paper`."""
    if paper.width_mm > paper.height_mm:
        return BANNER
    tall = paper.height_mm / paper.width_mm > _TALL_FROM
    return _TALL if tall else _UPRIGHT
