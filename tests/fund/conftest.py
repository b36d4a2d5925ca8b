"""A village with a fund."""

from collections.abc import Iterator

import pytest

from tests.fund.purse import Purse
from tests.village import Town


@pytest.fixture
def purse(village: Town) -> Iterator[Purse]:
    """A fund on both engines; the books must be whole at the end."""
    made = Purse(village)
    yield made
    assert made.codes() == []
