"""Every money invariant, and mutants of our own code that break it: none goes unnoticed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from moralbank.errors import MoralbankError
from tests.mutants.invariants import INVARIANTS, MUTANTS, Invariant, Wall
from tests.mutants.mutation import changed
from tests.mutants.plugin import VARIABLE
from tests.mutants.stand import Stand, Unproven
from tests.soak import LONG, told

LEAST = 15
TESTS = Path(__file__).parents[1]
SOME_FAILED = 1
"""What pytest says when tests ran and failed; whatever went wrong otherwise is another number."""
NOTICED = {
    IntegrityError: Wall.DATABASE,
    Unproven: Wall.PROOF,
    AssertionError: Wall.RULE,
    MoralbankError: Wall.RULE,
    pytest.fail.Exception: Wall.RULE,
}


def test_there_are_as_many_as_were_promised() -> None:
    assert len(INVARIANTS) >= LEAST
    assert all(invariant.mutants for invariant in INVARIANTS)
    assert len(MUTANTS) == sum(len(invariant.mutants) for invariant in INVARIANTS)


@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda one: one.name)
def test_the_invariant_holds(stand: Stand, invariant: Invariant) -> None:
    invariant.probe(stand)


@pytest.mark.parametrize("name", MUTANTS)
def test_the_mutant_is_noticed(stand: Stand, name: str) -> None:
    """Not by a stumble of its own: by the wall that the table names."""
    invariant, mutant = MUTANTS[name]
    with pytest.raises(tuple(NOTICED)) as caught, changed(mutant.changes):
        invariant.probe(stand)
    wall = next(wall for kind, wall in NOTICED.items() if isinstance(caught.value, kind))
    assert wall is mutant.noticed_by, caught.value


@pytest.mark.soak
@pytest.mark.parametrize("name", list(MUTANTS) if LONG else [])  # `make soak` alone has the time
def test_the_suite_fails_with_the_mutant(name: str) -> None:
    invariant, _mutant = MUTANTS[name]
    pytest_command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-m", "not soak"]
    suite = [str(TESTS / name) for name in invariant.suite]
    done = subprocess.run(
        [*pytest_command, "-p", "tests.mutants.plugin", *suite],
        cwd=TESTS.parent,
        env={**os.environ, VARIABLE: name, "MORALBANK_SOAK": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == SOME_FAILED, (
        f"{name} went unnoticed\n{done.stdout[-3000:]}{done.stderr}"
    )
    assert "OperationalError" not in done.stdout, "a stumble of the mutant's own"
    noticed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    told(f"mutant {name}: {noticed[0][:120]}")
