"""A village whose review group meets."""

import pytest

from tests.sittings.group import Group
from tests.village import Town


@pytest.fixture
def group(village: Town) -> Group:
    """The review group of the settled village, on both engines."""
    return Group(village)
