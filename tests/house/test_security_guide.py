"""docs/security.md names tests and mutants: each of them exists, and no mutant is left out."""

import ast
import re
from pathlib import Path

from moralbank.paths import PACKAGE
from tests.mutants.invariants import INVARIANTS

TESTS = Path(__file__).parent.parent
GUIDE = (PACKAGE.parent / "docs" / "security.md").read_text("utf-8")


def test_every_test_that_it_names_exists() -> None:
    named = set(re.findall(r"`(\w+/test_\w+\.py)::(\w+)`", GUIDE))
    assert len(named) > 70
    assert GUIDE.count("::test_") == len(re.findall(r"`\w+/test_\w+\.py::test_\w+`", GUIDE))
    missing = {(file, name) for file, name in named if name not in _tests_in(TESTS / file)}
    assert not missing


def test_every_invariant_and_mutant_stands_there() -> None:
    told = set(re.findall(r"`([\w-]+)`", GUIDE))
    assert {one.name for one in INVARIANTS} <= told
    assert {mutant.name for one in INVARIANTS for mutant in one.mutants} <= told


def _tests_in(path: Path) -> set[str]:
    """The tests that a file defines; none where there is no such file."""
    if not path.exists():
        return set()
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
