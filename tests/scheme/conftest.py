"""People at the command line of the settled village."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal import Terminal
from tests.village import Town, found_village


@pytest.fixture
def terminal(
    village: Town,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Terminal:
    """The command line over the settled village, on both engines."""
    return Terminal(village.database, tmp_path, monkeypatch, capsys)


@pytest.fixture
def found(village: Town) -> Callable[[int], Town]:
    """Opens another village beside the settled one, by its code."""

    def open_one(code: int) -> Town:
        found_village(village.database, code, "小河沿村")
        return Town(village.database, code)

    return open_one
