"""The kernel against a plain-Python model of it, driven by hypothesis."""

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from moralbank.db import Database
from moralbank.errors import Refused
from moralbank.ledger.models import AccountKind
from tests.conftest import Source
from tests.ledger.books import DU, WANG, Books

OWNERS = st.sampled_from([DU, WANG])


class Village(RuleBasedStateMachine):
    """Awards, redemptions and reversals in any order; the model keeps a list and sums it."""

    def __init__(self, url: str) -> None:
        """Open fresh books."""
        super().__init__()
        self.database = Database(url)
        self.books = Books(self.database).open()
        # The model: event number → what it moved, [(owner, points, credit to the shop)].
        self.acts: dict[int, tuple[int, int, int]] = {}
        self.undone: set[int] = set()

    def teardown(self) -> None:
        """Prove the whole history once more."""
        assert self.books.problems() == []
        self.database.close()

    def model_points(self) -> dict[int, int]:
        """Points of each household, by the model."""
        points: dict[int, int] = defaultdict(int)
        for seq, (owner, change, _credit) in self.acts.items():
            if seq not in self.undone:
                points[owner] += change
        return points

    @rule(owner=OWNERS, points=st.integers(1, 60))
    def award(self, owner: int, points: int) -> None:
        """Points are given."""
        self.acts[self.books.award(owner, points).seq] = (owner, points, 0)

    @rule(owner=OWNERS, points=st.integers(1, 80), rate=st.sampled_from([25, 100, 200]))
    def redeem(self, owner: int, points: int, rate: int) -> None:
        """Points are spent, if there are enough."""
        enough = self.model_points()[owner] >= points
        try:
            seq = self.books.redeem(owner, points, rate).seq
        except Refused:
            assert not enough
            return
        assert enough
        self.acts[seq] = (owner, -points, points * rate)

    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        """An act is taken back, if it was not before and its points are still there."""
        if not self.acts:
            return
        seq = data.draw(st.sampled_from(sorted(self.acts)))
        owner, points, _credit = self.acts[seq]
        allowed = seq not in self.undone and self.model_points()[owner] >= points
        try:
            self.books.reverse(seq)
        except Refused:
            assert not allowed
            return
        assert allowed
        self.undone.add(seq)

    @invariant()
    def balances_agree(self) -> None:
        """Books and model say the same of every account."""
        points = self.model_points()
        live = [act for seq, act in self.acts.items() if seq not in self.undone]
        given = sum(change for _owner, change, _credit in live if change > 0)
        assert self.books.points(DU) == points[DU]
        assert self.books.points(WANG) == points[WANG]
        assert self.books.balance(AccountKind.POINTS_ISSUED) == -given
        accepted = sum(credit for _owner, _change, credit in live)
        assert self.books.balance(AccountKind.SHOP_ACCEPTED, 1) == accepted


@pytest.mark.parametrize(("engine", "examples"), [("sqlite", 25), ("postgresql", 6)])
def test_the_ledger_behaves_as_its_model(
    sources: dict[str, Source], engine: str, examples: int
) -> None:
    checks: list[Any] = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        lambda: Village(sources[engine].empty()),
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=checks,
        ),
    )
