"""`notice`: a closing beside a driver's; rows that differ make the figure worth nothing."""

import sqlite3
from contextlib import closing as done
from pathlib import Path

from moralbank.bench import closing
from moralbank.bench.figures import Figure
from moralbank.bench.plan import SIZES, Plan
from moralbank.db import Database


def test_both_sides_write_the_same_rows(tmp_path: Path) -> None:
    measured = closing.measure(Plan(SIZES["small"], 1, tmp_path))
    (figure,), (curve,) = measured.figures, measured.curves
    assert isinstance(figure, Figure)
    assert not figure.wrong
    assert figure.ratio > 0
    assert curve.sizes == [1, 4, 40]
    assert all(cost > 0 for cost in (*curve.costs, *curve.bare))

    database, lines = Database(f"sqlite:///{tmp_path / closing.OURS}"), 2 * (1 + 4 + 40)
    assert closing.wrong_in(database, tmp_path, lines - 1) == (
        f"{lines} deeds posted by {lines} transfers instead of {lines - 1}"
    )
    with done(sqlite3.connect(tmp_path / closing.COPY)) as baseline:
        baseline.execute("UPDATE award_honours SET points = points + 1 WHERE household_id = 1")
        baseline.commit()
    wrong = closing.wrong_in(database, tmp_path, lines)
    assert wrong == "rows of award_honours differ from the baseline's"
    database.close()
