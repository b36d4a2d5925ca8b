"""What certificates and door plates show, as plain values: pages, commands and tests share it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from moralbank.i18n import mark
from moralbank.printing.stocks import A3, A4, Stock

MOST_STARS: Final = 10
"""So many stars stand in the row of a plate."""


class CertificateKind(StrEnum):
    """奖状, as villages know it, or 荣誉证书, the quieter one."""

    AWARD = "award"
    HONOUR = "honour"


class CertificateInk(StrEnum):
    """In colour; in black lines; or words alone, for bought blanks that have a border already."""

    COLOUR = "colour"
    LINES = "lines"
    WORDS = "words"


CERTIFICATE_LABELS: Final = {
    CertificateKind.AWARD: mark("奖状"),
    CertificateKind.HONOUR: mark("荣誉证书"),
}
"""What each kind is called, and its title: on paper untranslated, whoever prints it."""
INK_LABELS: Final = {
    CertificateInk.COLOUR: mark("彩色"),
    CertificateInk.LINES: mark("黑白省墨"),
    CertificateInk.WORDS: mark("套打：买来的空白奖状，只印字"),
}


@dataclass(frozen=True)
class Certificate:
    """One certificate, for `name`, called `suffix` ("家庭", "同志" or nothing) in its first line.

    `body` are its paragraphs; `number` says which one it is ("善举榜第 3 期 · 第 01 号").
    """

    name: str
    suffix: str
    body: tuple[str, ...]
    number: str


@dataclass(frozen=True, kw_only=True)
class CertificateSheet:
    """Certificates of one issue.

    `date` is the day in words; `mark` the ledger's event number and short hash when the issue was
    published. All words go `offset_mm` to the right and upwards where bought blanks are printed.
    """

    kind: CertificateKind
    ink: CertificateInk
    certificates: tuple[Certificate, ...]
    village: str
    organisation: str
    date: str
    mark: str
    offset_mm: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class PlateKind:
    """A kind of plate, from `seeds/plates.toml`: its colours are written #RRGGBB.

    `stars` are the names of what each star is given for; a plate without stars has none.
    """

    key: str
    title: str
    ground: str
    ink: str
    stars: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlateSize:
    """A size of plate: how many lie on which paper, and how far its holes are from the edges."""

    key: str
    label: str
    stock: Stock
    hole_mm: float


PLATE_SIZES: Final = {
    size.key: size
    for size in (
        PlateSize(
            "20x13",
            mark("20 × 13 厘米 · A4 两块"),
            Stock("20x13", A4, 1, 2, 200, 130, gap_mm=(0, 12)),
            8.5,
        ),
        PlateSize(
            "25x15",
            mark("25 × 15 厘米 · A4 一块"),
            Stock("25x15", A4.turned, 1, 1, 250, 150),
            10.5,
        ),
        PlateSize(
            "30x20",
            mark("30 × 20 厘米 · A3 一块"),
            Stock("30x20", A3.turned, 1, 1, 300, 200),
            12.5,
        ),
    )
}
"""Every size by its key, the smallest first."""


@dataclass(frozen=True)
class Plate:
    """One household's plate.

    `number` ("一组 012 号") and `head` are empty where they are not to be read at the door;
    `stars` are the numbers, from 0, of the stars that were earned.
    """

    number: str
    head: str
    stars: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class PlateSheet:
    """Plates of one kind and size, of a `period` in words ("二〇二六年度") or of none.

    `plain` is black alone.
    """

    kind: PlateKind
    size: PlateSize
    plates: tuple[Plate, ...]
    village: str
    organisation: str
    period: str
    plain: bool = False
