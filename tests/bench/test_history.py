"""A long history is as whole as any other, and what is read of it is compared with its rows."""

from pathlib import Path

from sqlalchemy import text

from moralbank.bench import ranking, statements
from moralbank.bench.history import CODE, History, founded, histories
from moralbank.bench.plan import SIZES, Plan
from moralbank.check import check_village


def test_both_rows_are_measured_on_one_ground(tmp_path: Path) -> None:
    plan = Plan(SIZES["small"], 3, tmp_path)
    for measured, limit in ((statements.measure(plan), 1.2), (ranking.measure(plan), 4)):
        (figure,), (curve,) = measured.figures, measured.curves
        row = figure.row()
        assert (row["unit"], row["aim"]) == ("ms", f"<= {limit:g}")
        assert row["verdict"] in {"ok", "missed"}  # so small a ground is no measure
        assert list(curve.sizes) == list(plan.size.history)
        assert len(curve.costs) == len(curve.sizes)
    assert row["beside"]["GROUP BY ms"] > 0
    # Rows that nobody posted make both figures worth nothing.
    long = histories(plan)[plan.size.history[-1]]
    with long.database.writing() as session:
        session.connection().execute(text("UPDATE award_honours SET points = points + 1"))
    assert "积分合计" in History(Path(long.database.engine.url.database or ""), long.deeds).wrong


def test_a_village_that_was_written_is_proved_whole(tmp_path: Path) -> None:
    file = tmp_path / "written.db"
    chronicle = founded(file)
    chronicle.grow(300)
    chronicle.walk()
    history = History(file, 300)
    assert history.wrong == ""
    with history.database.reading() as session:
        assert check_village(session, CODE) == []
    history.database.close()
