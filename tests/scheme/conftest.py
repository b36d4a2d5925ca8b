"""Villages beside each other."""

from collections.abc import Callable

import pytest

from tests.village import Town, found_village


@pytest.fixture
def found(village: Town) -> Callable[[int], Town]:
    """Opens another village beside the settled one, by its code."""

    def open_one(code: int) -> Town:
        found_village(village.database, code, "小河沿村")
        return Town(village.database, code)

    return open_one
