"""What the demo village is made of: `seeds/demo/*.toml` as values."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moralbank.access.permissions import Role
from moralbank.paths import SEEDS

EVERY_MONTH = tuple(range(1, 13))


@dataclass(frozen=True)
class Round:
    """A day of the month on which a `share` of all households is given the same item."""

    item: str
    day: int
    share: float
    quantity: int
    note: str
    months: tuple[int, ...] = EVERY_MONTH


@dataclass(frozen=True)
class Habit:
    """Something single households do: see the head of `seeds/demo/deeds.toml`."""

    item: str
    weight: float
    notes: tuple[str, ...]
    months: tuple[int, ...] = EVERY_MONTH
    quantity: tuple[int, int] = (1, 1)
    points: tuple[int, ...] = ()
    once: bool = False
    personal: bool = False
    picture: str = ""


@dataclass(frozen=True)
class Names:
    """How people are called; surnames and streets by how common they are."""

    surnames: Mapping[str, int]
    men: tuple[str, ...]
    women: tuple[str, ...]
    mongolian_men: tuple[str, ...]
    mongolian_women: tuple[str, ...]
    streets: tuple[str, ...]
    fixed: Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Tie:
    """A household that one of the staff may not judge: "own" or "kin", and in which words."""

    role: str
    group: str
    number: str
    kind: str
    words: str


@dataclass(frozen=True)
class Income:
    """Money that came in, so many days `after` the village opened; `source` as the fund has it."""

    after: int
    source: str
    party: str
    yuan: int
    note: str


@dataclass(frozen=True)
class Goods:
    """A product of the private shop; see `store.service.ProductDetails`."""

    sku: str
    name: str
    spec: str
    unit: str
    category: str
    price_fen: int


@dataclass(frozen=True)
class PrivateShop:
    """A shop under contract; `share` of those who come to redeem go there."""

    name: str
    keeper: str
    contact: str
    share: float
    goods: tuple[Goods, ...]


@dataclass(frozen=True)
class Words:
    """What is written on receipts, refusals, reversals, slips, minutes and objections.

    `walk` and `walk_now` are titles of rounds, with the month to be filled in; `details` answer
    the `questions` in the same order; `answers` are by what the supervisor decided.
    """

    first_receipt: str
    receipts: tuple[str, ...]
    refusals: tuple[str, ...]
    reversals: tuple[str, ...]
    collectors: tuple[Sequence[str], ...]
    questions: tuple[str, ...]
    details: tuple[str, ...]
    witnesses: tuple[str, ...]
    room: str
    sitting: str
    walk: str
    walk_now: str
    objections: tuple[str, ...]
    answers: Mapping[str, str]
    reminder: str
    put_right: str
    suppliers: tuple[str, ...]
    returns: tuple[str, ...]
    spoiled: str
    expired: str
    counted: str
    rate: str
    lapse: str
    board_line: str
    board_reason: str


@dataclass(frozen=True)
class Material:
    """Everything the village is made of.

    `groups` are households by group when all are there; `shelves` are (highest price in fen,
    pieces the shop likes to have), cheapest first. `colleague` is the second reviewer;
    `looked_after` the grid worker's groups; `walked` the item that is scored from door to door
    each month, `begun` that of the round going on now; `reminded` the deduction that one
    household has been reminded of.
    """

    code: str
    name: str
    roster: str
    settings: Mapping[str, str]
    groups: Mapping[str, int]
    staff: Mapping[Role, str]
    colleague: str
    looked_after: tuple[str, ...]
    ties: tuple[Tie, ...]
    walked: str
    begun: str
    reminded: str
    shelves: tuple[tuple[int, int], ...]
    incomes: tuple[Income, ...]
    private_shop: PrivateShop
    words: Words
    names: Names
    rounds: tuple[Round, ...]
    habits: tuple[Habit, ...]


def material() -> Material:
    """Read the seeds."""
    village, people, deeds = (_read(name) for name in ("village", "people", "deeds"))
    given = {name: tuple(names) for name, names in people["given"].items()}
    return Material(
        code=village["code"],
        name=village["name"],
        roster=village["roster"],
        settings=village["settings"],
        groups=village["groups"],
        staff={Role(role): name for role, name in village["staff"].items()},
        colleague=village["colleague"],
        looked_after=tuple(village["looked_after"]),
        ties=tuple(Tie(**one) for one in village["ties"]),
        walked=deeds["walked"],
        begun=deeds["begun"],
        reminded=deeds["reminded"],
        shelves=tuple((shelf["up_to"], shelf["pieces"]) for shelf in village["shelves"]),
        incomes=tuple(Income(**one) for one in village["incomes"]),
        private_shop=_private_shop(village["private_shop"]),
        words=Words(**_frozen(village["words"])),
        names=Names(
            surnames=people["surnames"],
            streets=tuple(people["streets"]["names"]),
            fixed={(one["group"], one["number"]): one["head"] for one in people["fixed"]},
            **given,
        ),
        rounds=tuple(Round(**_frozen(entry)) for entry in deeds["rounds"]),
        habits=tuple(Habit(**_frozen(entry)) for entry in deeds["deeds"]),
    )


def _private_shop(entry: dict[str, Any]) -> PrivateShop:
    goods = tuple(Goods(**one) for one in entry["goods"])
    return PrivateShop(**{**entry, "goods": goods})


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((SEEDS / "demo" / f"{name}.toml").read_text("utf-8"))


def _frozen(entry: dict[str, Any]) -> dict[str, Any]:
    """TOML's lists as tuples."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()
    }
