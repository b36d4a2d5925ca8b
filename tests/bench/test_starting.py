"""The program is there soon, and nothing is loaded before somebody uses it."""

import subprocess
import sys
from pathlib import Path

import pytest

from moralbank.bench import starting
from moralbank.bench.plan import SIZES, Plan
from moralbank.bench.starting import NeverAnswered, Starts


def test_help_and_first_page_are_measured_beside_their_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Starts, "bare", lambda _starts: 1.0)  # the baseline is others' code
    rows = [one.row() for one in starting.measure(Plan(SIZES["small"], 1, tmp_path)).figures]
    assert [row["name"] for row in rows] == ["start-help", "start-page"]
    assert all(row["verdict"] in {"ok", "missed"} for row in rows), rows
    helps, page = rows
    assert page["beside"]["modules"] > helps["beside"]["modules"] > 0


def test_what_was_loaded_too_early_is_named() -> None:
    assert not starting._needless({"moralbank.cli", "flask"})
    assert starting._needless({"PIL.Image", "flask", "reportlab"}).endswith("PIL, reportlab")


def test_a_server_that_ends_is_no_figure() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended, pytest.raises(NeverAnswered):
        starting.wait_for_page(ended, starting._free_port())
