"""The round that tests walk in."""

import pytest

from tests.rounds.walk import Walk
from tests.village import Town


@pytest.fixture
def walk(village: Town) -> Walk:
    """Opened for 李建军 and 何志勇 through all groups, on both engines."""
    return Walk(village).begin()
