"""Deeds in the settled village."""

import pytest

from tests.awards.deeds import Deeds
from tests.village import Town


@pytest.fixture
def deeds(village: Town) -> Deeds:
    """Deeds of the settled village, on both engines."""
    return Deeds(village)
