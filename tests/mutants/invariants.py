"""The money invariants: each in a sentence, where it is held, how we break it, who notices.

`make test` breaks each for a short probe (`probes.py`); `make soak` also runs the suite's own
files against every mutant, and they must fail.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tests.mutants import probes
from tests.mutants.mutation import Change, Swap, Unguarded
from tests.mutants.stand import Stand


class Wall(StrEnum):
    """What stands behind a rule that was taken away; the probe fails by it."""

    RULE = "another rule refuses, or the probe sees the wrong number"
    DATABASE = "a constraint or trigger of the database"
    PROOF = "`moralbank check`"


@dataclass(frozen=True)
class Mutant:
    """A change of our own code that must not go unnoticed, and by what it is noticed."""

    name: str
    noticed_by: Wall
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Invariant:
    """What is always true of the money; `suite` are files of tests/ that would notice, too."""

    sentence: str
    held_in: str
    probe: Callable[[Stand], None]
    suite: tuple[str, ...]
    mutants: tuple[Mutant, ...]

    @property
    def name(self) -> str:
        """The probe's name is the invariant's."""
        return self.probe.__name__


def _swap(name: str, noticed_by: Wall, where: str, old: str, new: str) -> Mutant:
    """A mutant of one changed text; `where` is "room.module:name"."""
    return Mutant(name, noticed_by, (Swap(f"moralbank.{where}", old, new),))


_OVERDRAWN: Final = Swap(
    "moralbank.ledger.service:_Holding.move",
    "self.floor is not None and self.balance + amount < self.floor",
    "False",
)
_NO_CHECKS: Final = Unguarded("PRAGMA ignore_check_constraints = ON")

INVARIANTS: Final = (
    Invariant(
        "No account of a household or a shop falls below zero.",
        "ledger.service, CHECK floor, ledger.check",
        probes.nobody_falls_below_zero,
        ("ledger/test_post.py",),
        (
            Mutant("overdrawn", Wall.DATABASE, (_OVERDRAWN,)),
            Mutant(
                "overdrawn-unguarded",
                Wall.RULE,
                (
                    _OVERDRAWN,
                    _NO_CHECKS,
                ),
            ),
        ),
    ),
    Invariant(
        "The fund pays only money that it has.",
        "fund.service.require_cash",
        probes.the_fund_pays_only_what_it_has,
        ("fund/test_fund_money.py",),
        (
            _swap(
                "empty-fund-pays",
                Wall.RULE,
                "fund.service:require_cash",
                "if has < amount_fen",
                "if has < 0",
            ),
        ),
    ),
    Invariant(
        "What leaves one account enters another, to the last point and fen.",
        "ledger.service, ledger.check",
        probes.what_leaves_one_account_enters_another,
        ("ledger/test_post.py",),
        (
            _swap(
                "a-point-from-nowhere",
                Wall.PROOF,
                "ledger.service:_transfer_row",
                "credit.move(leg.amount)",
                "credit.move(leg.amount + 1)",
            ),
        ),
    ),
    Invariant(
        "Points and money never mix.",
        "ledger.service, the transfers' keys with their unit",
        probes.points_and_money_never_mix,
        ("ledger/test_post.py",),
        (
            _swap(
                "points-become-money",
                Wall.DATABASE,
                "ledger.service:_transfer_row",
                "debit.unit != credit.unit or ",
                "",
            ),
        ),
    ),
    Invariant(
        "Amounts are whole and above zero.",
        "ledger.service, CHECK amount",
        probes.amounts_are_above_zero,
        ("ledger/test_post.py",),
        (
            _swap(
                "amount-below-zero",
                Wall.DATABASE,
                "ledger.service:_transfer_row",
                "1 <= leg.amount <= LARGEST",
                "leg.amount",
            ),
        ),
    ),
    Invariant(
        "A request id counts once, however often it is sent.",
        "ledger.requests, UNIQUE of requests and events",
        probes.a_request_counts_once,
        ("counter/test_redeem.py",),
        (
            _swap(
                "request-forgotten",
                Wall.DATABASE,
                "ledger.requests:once",
                "if earlier is not None:",
                "if earlier is None is not None:",
            ),
        ),
    ),
    Invariant(
        "The same request id with another content is refused.",
        "ledger.requests",
        probes.a_request_means_one_thing,
        ("counter/test_redeem.py",),
        (
            _swap(
                "content-not-compared",
                Wall.RULE,
                "ledger.requests:once",
                "if earlier.digest != digest:",
                "if 0:",
            ),
        ),
    ),
    Invariant(
        "Nothing is reversed twice.",
        "ledger.service.reverse, UNIQUE of what a transfer reverses, ledger.check",
        probes.nothing_is_reversed_twice,
        ("ledger/test_post.py",),
        (
            _swap(
                "reversed-again",
                Wall.DATABASE,
                "ledger.service:_require_not_reversed",
                "again.first() is not None",
                "False",
            ),
        ),
    ),
    Invariant(
        "Goods come back once, and so does their value.",
        "counter.refunding, the key of a refund's lines",
        probes.nothing_is_taken_back_twice,
        ("counter/test_refunds.py",),
        (
            _swap(
                "refunded-again",
                Wall.DATABASE,
                "counter.refunding:_chosen",
                "known[line].refund_id is not None",
                "False",
            ),
        ),
    ),
    Invariant(
        "An event's hash covers its transfers: amounts can't be changed afterwards.",
        "ledger.chain, ledger.check",
        probes.the_hash_covers_every_transfer,
        ("ledger/test_tampering.py",),
        (
            _swap("amount-not-hashed", Wall.RULE, "ledger.service:hashed", 'row["amount"],', "0,"),
            _swap(
                "hash-not-compared",
                Wall.RULE,
                "ledger.check:_check_event",
                'if expected != event["hash"]:',
                "if 0:",
            ),
        ),
    ),
    Invariant(
        "History is appended to, never rewritten.",
        "triggers on events and transfers",
        probes.history_is_not_rewritten,
        ("ledger/test_tampering.py",),
        (
            Mutant(
                "events-can-change",
                Wall.RULE,
                (Unguarded("DROP TRIGGER IF EXISTS ledger_events_no_update"),),
            ),
            Mutant(
                "transfers-can-go",
                Wall.RULE,
                (Unguarded("DROP TRIGGER IF EXISTS ledger_transfers_no_delete"),),
            ),
        ),
    ),
    Invariant(
        "The chain has no gaps, and the head stands at its end.",
        "ledger.service.post, ledger.check",
        probes.the_chain_has_no_gaps,
        ("ledger/test_post.py",),
        (
            _swap("a-number-left-out", Wall.PROOF, "ledger.service:post", "seq += 1", "seq += 2"),
            _swap(
                "head-left-behind",
                Wall.PROOF,
                "ledger.service:post",
                "last=seq, end",
                "last=seq - 1, end",
            ),
        ),
    ),
    Invariant(
        "A stored balance is what the whole history leaves.",
        "ledger.service.post, ledger.check",
        probes.balances_are_what_history_left,
        ("ledger/test_post.py",),
        (
            _swap(
                "balance-a-point-too-high",
                Wall.PROOF,
                "ledger.service:post",
                '"left": holding.balance',
                '"left": holding.balance + 1',
            ),
        ),
    ),
    Invariant(
        "Points are posted only when their notice is over.",
        "notices.service.close, awards.deciding",
        probes.points_wait_for_their_notice,
        ("notices/test_closing.py",),
        (
            _swap(
                "notice-closed-early",
                Wall.RULE,
                "notices.service:close",
                "if found.last_day >= (today or clock.today()):",
                "if 0:",
            ),
            _swap(
                "posted-without-notice",
                Wall.RULE,
                "awards.deciding:_approve",
                "if number_set(session, village_id, NOTICE_DAYS):",
                "if 0:",
            ),
        ),
    ),
    Invariant(
        "Nobody gets more than an item's cap allows.",
        "awards.caps, awards.cap_check",
        probes.caps_are_held,
        ("awards/test_caps.py",),
        (
            _swap(
                "each-deed-for-itself",
                Wall.RULE,
                "awards.caps:refusal_by_cap",
                "if done + wanted <= cap.amount:",
                "if wanted <= cap.amount:",
            ),
        ),
    ),
    Invariant(
        "A slip's value is its points at the rate and its credit, to the fen.",
        "counter.reckoning, counter.posting, counter.check",
        probes.a_slip_is_worth_what_it_cost,
        (
            "counter/test_reckoning.py",
            "counter/test_redeem.py",
        ),
        (
            _swap(
                "points-rounded-down",
                Wall.RULE,
                "store.prices:points_for",
                "-(-max(0, fen)",
                "(max(0, fen)",
            ),
            _swap(
                "more-credit-than-points",
                Wall.PROOF,
                "counter.posting:post_redemption",
                "reckoned.points_used * reckoned.rate_fen",
                "reckoned.points_used * reckoned.rate_fen + 1",
            ),
        ),
    ),
    Invariant(
        "A slip goes by the rate of its day.",
        "ledger.queries.rate_on",
        probes.a_slip_goes_by_the_rate_of_its_day,
        ("store/test_rates.py",),
        (
            _swap(
                "the-oldest-rate",
                Wall.RULE,
                "ledger.queries:_RATE_ON",
                "_rates.c.valid_from.desc(), _rates.c.seq.desc()",
                "_rates.c.valid_from, _rates.c.seq",
            ),
        ),
    ),
    Invariant(
        "A refund gives back what was paid, never more.",
        "counter.reckoning.GivingBack, counter.refund_check",
        probes.a_refund_gives_back_what_was_paid,
        (
            "counter/test_refunds.py",
            "counter/test_reckoning.py",
        ),
        (
            _swap(
                "earlier-refunds-forgotten",
                Wall.RULE,
                "counter.reckoning:GivingBack.points_back",
                " - self.points_back_before",
                "",
            ),
        ),
    ),
    Invariant(
        "Stock never falls below zero.",
        "store.moving.take, CHECK left and stock",
        probes.nothing_leaves_an_empty_shelf,
        (
            "store/test_receiving.py",
            "counter/test_redeem.py",
        ),
        (
            _swap(
                "from-an-empty-shelf",
                Wall.RULE,
                "store.moving:take",
                "if sum(-one.pieces for one in found) < wanted:",
                "if 0:",
            ),
        ),
    ),
    Invariant(
        "A slip stands in one settlement.",
        "settlements.contents.unsettled, the key of a settlement's slips",
        probes.a_slip_stands_in_one_settlement,
        ("settlements/test_settling.py",),
        (
            _swap(
                "settled-slips-again",
                Wall.RULE,
                "settlements.contents:unsettled",
                "_slips.c.village_id == village_id, ~_slip_is_in()",
                "_slips.c.village_id == village_id",
            ),
        ),
    ),
    Invariant(
        "A settlement is paid once.",
        "settlements.steps.require_state",
        probes.a_settlement_is_paid_once,
        ("settlements/test_settling.py",),
        (
            Mutant(
                "paid-again",
                Wall.RULE,
                (
                    Swap(
                        "moralbank.settlements.steps:require_state",
                        "if info.state != state:",
                        "if 0:",
                    ),
                    Swap(
                        "moralbank.settlements.service:_require_oldest", "oldest.id != info.id", "0"
                    ),
                ),
            ),
        ),
    ),
    Invariant(
        "A settlement takes no more than what the shop still has to claim.",
        "settlements.paying, the floor of a shop's account",
        probes.a_settlement_takes_no_more_than_the_claim,
        ("settlements/test_settling.py",),
        (
            _swap(
                "more-than-the-claim",
                Wall.RULE,
                "settlements.paying:post_payment",
                "if accepted.amount < info.amount_fen:",
                "if 0:",
            ),
        ),
    ),
    Invariant(
        "What one village does never touches another's books.",
        "village_id in every statement, row security on PostgreSQL",
        probes.villages_never_touch,
        (
            "house/test_isolation.py",
            "ledger/test_post.py",
        ),
        (
            _swap(
                "the-neighbours-balance",
                Wall.PROOF,
                "ledger.service:_SET_BALANCE",
                '_accounts.c.village_id == bindparam("village")',
                '_accounts.c.village_id >= bindparam("village")',
            ),
        ),
    ),
    Invariant(
        "Only points that are too old lapse; the oldest were spent first.",
        "fund.old_points, fund.lapse_days, fund.check",
        probes.only_old_points_lapse,
        ("fund/test_lapse.py",),
        (
            _swap(
                "all-points-lapse",
                Wall.RULE,
                "fund.lapse_days:lapsing_points",
                "balance - max(0, earned_since)",
                "balance",
            ),
            _swap(
                "any-day-is-old",
                Wall.RULE,
                "fund.old_points:earned_since",
                "_events.c.at >= clock.midnight(since)",
                "_events.c.at < clock.midnight(since)",
            ),
        ),
    ),
    Invariant(
        "Cover counts what each shop claims once, and the village's own shops not at all.",
        "fund.cover",
        probes.cover_counts_each_shop_once,
        ("fund/test_cover.py",),
        (
            _swap(
                "own-shops-owed",
                Wall.RULE,
                "fund.cover:_position",
                "for number in contract",
                "for number in range(9)",
            ),
            _swap(
                "claims-counted-as-credit", Wall.RULE, "fund.cover:_position", " - accepted,", ","
            ),
        ),
    ),
)
MUTANTS: Final = {
    mutant.name: (invariant, mutant) for invariant in INVARIANTS for mutant in invariant.mutants
}
