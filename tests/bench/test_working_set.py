"""How much memory a server takes is measured after work of all kinds, each piece of it done."""

import re
import sys
from pathlib import Path

import pytest

from moralbank.bench import working_set
from moralbank.bench.callers import WrongAnswer
from moralbank.bench.mixed import _require
from moralbank.bench.plan import SIZES, Plan


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_a_server_is_weighed_after_mixed_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(working_set.WORKS, "small", 4)
    monkeypatch.setattr(working_set, "_libraries", lambda: 60_000_000)
    measured = working_set.measure(Plan(SIZES["small"], 1, tmp_path))
    (row,) = [figure.row() for figure in measured.figures]
    assert (row["name"], row["unit"], row["bare"]) == ("memory", "MB", 100)
    assert row["verdict"] in {"ok", "missed"}, row
    assert row["beside"]["at the start MB"] < row["ours"] <= row["beside"]["peak MB"]
    (curve,) = measured.curves
    assert list(curve.sizes) == [1, 2, 3, 4]
    done = "".join(path.read_text("utf-8") for path in (tmp_path / "logs").rglob("*"))
    routes = set(re.findall(r'"route": "([^"]+)"', done))
    assert {"/counter/redeem", "/counter/scan", "/cards/sheet.pdf", "/paper/<token>"} <= routes


def test_the_page_for_signing_in_is_no_answer() -> None:
    for status, held in ((200, False), (500, True)):
        with pytest.raises(WrongAnswer):
            _require("/", status, held)
