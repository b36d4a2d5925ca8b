"""Reminders in the settled village."""

from collections.abc import Iterator

import pytest

from tests.awards.deeds import on
from tests.reminders.given import Reminders
from tests.village import Town


@pytest.fixture
def reminders(village: Town) -> Iterator[Reminders]:
    """Reminders of the settled village, on both engines; it is the 20th of November."""
    with on(2026, 11, 20):
        yield Reminders(village)
