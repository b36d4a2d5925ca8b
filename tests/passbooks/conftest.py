"""A village that prints passbooks."""

from collections.abc import Iterator

import pytest

from tests.passbooks.clerk import Clerk
from tests.village import Town


@pytest.fixture
def clerk(village: Town) -> Iterator[Clerk]:
    """Passbooks on both engines; the books must be whole at the end."""
    made = Clerk(village)
    yield made
    assert made.codes() == []
