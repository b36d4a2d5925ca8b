"""People at the command line of the settled village."""

from pathlib import Path

import pytest

from tests.terminal import Terminal
from tests.village import Town


@pytest.fixture
def terminal(
    village: Town,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Terminal:
    """The command line over the settled village, on both engines."""
    return Terminal(village.database, tmp_path, monkeypatch, capsys)
