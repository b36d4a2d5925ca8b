"""Two people at the pages: 王秀兰 proposes, 孙守正 confirms."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from moralbank.access.permissions import Role
from tests.village import Browser, Town


@dataclass
class Two:
    """The administrator and the supervisor, each signed in, and their village."""

    town: Town
    admin: Browser
    supervisor: Browser


@pytest.fixture
def two(village: Town, browse: Callable[[Role], Browser]) -> Two:
    """Both of them."""
    return Two(village, browse(Role.ADMIN), browse(Role.SUPERVISOR))
