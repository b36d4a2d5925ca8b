"""Imposition: whatever is printed, folded and stapled reads in order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moralbank.printing.booklet import FoldedSheet, imposed, sides
from tests.printing.passbook import folded


@given(st.integers(1, 400))
def test_a_folded_heap_reads_in_order(pages: int) -> None:
    sheets = imposed(pages)
    read = folded(sheets)
    assert read[:pages] == list(range(1, pages + 1))
    assert read[pages:] == [None] * (len(read) - pages)
    assert len(read) - pages < 4
    assert list(sides(pages)) == [side for one in sheets for side in (one.front, one.back)]


def test_eight_pages_lie_as_printers_know_it() -> None:
    assert imposed(8) == (FoldedSheet((8, 1), (2, 7)), FoldedSheet((6, 3), (4, 5)))
    assert imposed(3) == (FoldedSheet((None, 1), (2, 3)),)
    with pytest.raises(ValueError, match="0"):
        imposed(0)
