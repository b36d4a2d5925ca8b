"""The suite and its document: rows of its own making, since what is measured has its own tests."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from moralbank.bench import suite
from moralbank.bench.figures import MILLISECONDS, Curve, Figure, Round, Unmeasured, at_most
from moralbank.bench.plan import ROWS, Measured, Plan
from moralbank.bench.report import DOCUMENT
from tests.terminal import Terminal

Row = Callable[[Plan], Measured]


def _figure(name: str, ours: float, wrong: str = "") -> Figure:
    rounds = tuple(Round([ours * times], [1.0]) for times in (0.9, 1, 1.2))
    return Figure(name, "w", "b", MILLISECONDS, at_most(3), rounds, wrong, beside={"p99 ms": 7})


def _rows(*figures: Figure | Unmeasured) -> Row:
    return lambda plan: Measured(
        figures, [Curve("board", "w", plan.size.history, (1, 2), bare=(1, 30))]
    )


class Bench:
    """`moralbank bench` over rows that measure nothing."""

    def __init__(self, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
        self.terminal, self.rows = terminal, dict[str, list[Row]]()
        monkeypatch.setattr(suite, "measurement", self._next)

    def _next(self, name: str) -> Row:
        return self.rows[name].pop(0)

    def run(self, *options: str, expect: int = 0) -> str:
        chosen = [part for name in self.rows for part in ("--row", name)]
        given = ["bench", "--size", "small", *chosen, *options]
        return self.terminal.run(*given, expect=expect)


@pytest.fixture
def bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Bench:
    return Bench(Terminal("", tmp_path / "nobody", monkeypatch, capsys), monkeypatch)


def _told(said: str) -> dict[str, object]:
    begin = said.index("{")
    return dict(json.JSONDecoder().raw_decode(said[begin:])[0])


def test_every_row_is_measured_in_a_folder_that_goes(bench: Bench) -> None:
    folders = []

    def row(plan: Plan) -> Measured:
        folders.append(plan.folder)
        assert plan.folder.is_dir()
        assert (plan.size.name, plan.rounds) == ("small", 4)
        return Measured([_figure("f", 2)])

    bench.rows = {"board": [row], "balance": [row], "start": [row]}
    said = bench.run("--rounds", "4")
    assert [one.name for one in folders] == ["0", "balance", "balance"]
    assert folders[0].parent.name == "start"
    assert not any(one.exists() for one in folders)
    assert "<= 3" in said
    assert "p99 ms 7" in said


def test_a_row_that_fails_is_invalid_and_the_others_are_measured(bench: Bench) -> None:
    def fails(_plan: Plan) -> Measured:
        raise OSError("the disk is full")  # noqa: EM101, TRY003 - as the system says it

    bench.rows = {"ledger": [fails], "start": [_rows(_figure("help", 2), _figure("page", 9))]}
    said = bench.run("--json", expect=1)
    told = _told(said)
    assert [(row["name"], row["verdict"]) for row in told["figures"]] == [
        ("ledger", "INVALID: OSError: the disk is full"),
        ("help", "ok"),
        ("page", "missed"),
    ]
    assert told["curves"][0]["bare"] == [1, 30]
    assert told["machine"]["cores"]
    assert "Traceback" in said


def test_a_figure_that_the_books_speak_against_fails_the_run(bench: Bench) -> None:
    bench.rows = {"http": [_rows(_figure("http", 2, "3 slips instead of 4"))]}
    assert "INVALID: 3 slips instead of 4" in bench.run(expect=1)
    bench.rows = {"http": [_rows(Unmeasured("http", "w", "b", "not here"))]}
    assert "not here" in bench.run()


def test_two_runs_say_whether_the_machine_was_quiet(bench: Bench) -> None:
    steady = [_rows(_figure("help", 2)), _rows(_figure("help", 2.2))]
    bench.rows = {"start": [*steady]}
    assert "两遍的比值相差都不到 15%" in bench.run("--twice")
    bench.rows = {
        "ledger": [_rows(_figure("ledger", 2)), _rows(_figure("ledger", 1.7))],
        "start": [*steady],
    }
    said = bench.run("--twice")
    assert "有 ledger，" in said
    assert "-15.0" in said
    bench.rows = {"start": [_rows(_figure("help", 2)), _rows(_figure("help", 4))]}
    (row,) = _told(bench.run("--twice", "--json"))["figures"]
    assert row["verdict"] == "missed"  # the aim must be met both times
    bench.rows = {"ledger": [_rows(_figure("ledger", 2)), _rows(_figure("ledger", 2, "no sum"))]}
    told = _told(bench.run("--twice", "--json", expect=1))
    (row,) = told["figures"]
    assert (row["again"], row["differs"], row["verdict"]) == (2, 0, "INVALID: no sum")
    assert len(told["loads"]) == 2
    assert told["noisy"] == []


def test_the_document_has_tables_words_and_charts(bench: Bench, tmp_path: Path) -> None:
    bench.rows = {
        "board": [
            _rows(_figure("board", 2), Unmeasured("peer", "w|x", "b", "INVALID: gone")),
            _rows(_figure("board", 3)),
        ]
    }
    said = bench.run("--twice", "--write", str(tmp_path / "docs"), expect=1)
    text = (tmp_path / "docs" / DOCUMENT).read_text("utf-8")
    assert "$" not in text
    line = next(line for line in text.splitlines() if line.startswith("| `board` | 一个村"))
    assert line.endswith("| 2,000 ms | 1,000 ms | **2**（1.8–2.4） | 3 | +50.0% | <= 3 | 达到 |")
    assert "**作废**：gone" in text
    assert "w/x" in text
    assert "这台电脑不安静" in text
    assert "| `board` | p99 ms 7 |" in text
    picture = tmp_path / "docs" / "pictures" / "bench-board.svg"
    assert "(pictures/bench-board.svg)" in text
    assert str(picture) in said
    drawn = ET.fromstring(picture.read_text("utf-8"))  # noqa: S314 - our own
    words = ["".join(part.itertext()) for part in drawn]
    assert {"本程序", "直接 GROUP BY", "30", "2", "1,000"} <= set(words)


def test_whoever_measures_on_postgresql_says_which(tmp_path: Path) -> None:
    assert set(ROWS) > suite.ON_POSTGRESQL
    assert suite._postgresql(["ledger", "start"], tmp_path) == ""
