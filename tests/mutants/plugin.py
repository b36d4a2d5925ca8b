"""For `pytest -p tests.mutants.plugin`: the suite against the mutant that MUTANT names."""

import os
from contextlib import ExitStack
from typing import Final

import pytest

from tests.mutants.invariants import MUTANTS
from tests.mutants.mutation import changed

VARIABLE: Final = "MUTANT"
_stack: Final = ExitStack()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let the mutant loose when everything is imported: the tests' own names are bound."""
    assert session.items
    _invariant, mutant = MUTANTS[os.environ[VARIABLE]]
    _stack.enter_context(changed(mutant.changes))


def pytest_unconfigure() -> None:
    """Mend it."""
    _stack.close()
