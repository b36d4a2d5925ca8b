"""Books on both engines."""

import pytest

from moralbank.db import Database
from tests.ledger.books import Books


@pytest.fixture
def books(empty: Database) -> Books:
    return Books(empty).open()
