"""No line leaves its place, whatever villagers are called: measured by the ink of every text."""

from typing import Final

import pytest

from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import A4, Document, mm
from moralbank.printing.text import line
from tests.printing.ink import faults
from tests.printing.sheets import sheets_of
from tests.printing.snapshot import pages_of

NAMES: Final = (
    "李颋",
    "杜仁森",
    "斯琴高娃",
    "布仁巴雅尔",
    "乌日乐其木格",
    "帕提古丽·艾山",
    "阿不都热合曼·江",
    "古丽米热·买买提江",
    "阿卜杜拉·阿卜杜热曼",
    "迪丽拜尔·阿布都热依木",
    "阿依古丽·努尔买买提江尼",
    "阿卜杜拉·买买提江·艾山江",
    "古丽扎尔·买买提江·阿卜杜拉",
    "阿卜杜热依木·艾则孜·买买提江",
)
"""Names of two to fifteen characters: Chinese, Mongolian, Uyghur."""
AS_OTHERS: Final = ("cards-card", "cards-label", "board-80x120", "board-60x90-f", "plate-25x15")
"""These are drawn as others are, at another size."""
DRAWN: Final = {
    sheet: draw for sheet, draw in sheets_of(NAMES).items() if not sheet.startswith(AS_OTHERS)
}
EDGE_MM: Final = 4.0
"""What office printers leave blank; card printers and rolls print nearer to the edge."""
NARROW: Final = {"cards-pvc": 2.0, "slip-5": 1.5, "slip-8": 1.5, "refund-5": 1.5, "refund-8": 1.5}
SOME_NAMES: Final = ("slip", "refund", "day", "reminder", "settlement", "count", "passbook-")
NO_NAMES: Final = (
    "labels",
    "cover",
    "poster",
    "card-guide",
    "quick-start",
    "objection",
    "notice-letter",
)


def test_names_of_every_length_are_tried() -> None:
    assert [len(name) for name in NAMES] == list(range(2, 16))


@pytest.mark.parametrize("sheet", DRAWN)
def test_every_line_fits_its_place_and_every_name_stands_in_full(sheet: str) -> None:
    pdf = DRAWN[sheet]()
    edge = next((edge for key, edge in NARROW.items() if sheet.startswith(key)), EDGE_MM)
    assert faults(pdf, edge) == []
    text = "".join(run.text for page in pages_of(pdf) for run in page.runs)
    assert "…" not in text
    if not sheet.endswith("-back") and not sheet.startswith((*SOME_NAMES, *NO_NAMES)):
        assert [name for name in NAMES if name not in text] == []


def test_a_fault_is_found() -> None:
    document = Document(A4, "")
    words = line("古丽扎尔·买买提江", Voice.KAI, 14)
    for x, y in ((20, 200), (40, 201), (20, 100), (20, 90), (2, 50)):
        words.draw(document.canvas, x * mm, y * mm)
    document.canvas.line(50 * mm, 80 * mm, 50 * mm, 104 * mm)
    document.canvas.line(20 * mm, 92 * mm, 90 * mm, 92 * mm)
    told = faults(document.close(), EDGE_MM)
    found = [next(key for key in ("share", "crosses", "edge") if key in one) for one in told]
    assert sorted(found) == ["crosses", "crosses", "crosses", "edge", "share"]
