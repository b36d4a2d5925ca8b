"""A village that hangs what it approves."""

from collections.abc import Iterator

import pytest

from tests.notices.wall import Wall
from tests.village import Town


@pytest.fixture
def wall(village: Town) -> Iterator[Wall]:
    """A wall on both engines; the books must be whole at the end."""
    made = Wall(village)
    yield made
    assert made.codes() == []
