"""What comes from the counter's page: the cart, who takes it home, how it is paid and proved."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from moralbank.counter.service import CreditInvalid, PiecesInvalid, Redeem, Shown
from moralbank.errors import Invalid
from moralbank.i18n import mark
from moralbank.local_numbers import local_number
from moralbank.money import fen_from_yuan
from moralbank.store.queries import ProductUnknown

SOMEONE_ELSE: Final = "*"
"""What the field `taker` holds where nobody of the household takes the goods."""

_QUANTITY: Final = "q-"
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


class CollectorMissing(Invalid):
    """Someone else takes the goods, and nobody said who."""

    text = mark("请写清领取人的姓名，以及和户主是什么关系")
    code = "collector_missing"


class CreditUse(StrEnum):
    """How much of the credit pays for a part: all that there is, none, or a chosen amount."""

    ALL = "all"
    NONE = "none"
    SOME = "some"


@dataclass(frozen=True)
class Cart:
    """The counter's form as it was sent: quantities and amounts are still what was typed.

    `taker` is empty for the head, SOMEONE_ELSE, or the name of a member of the household;
    `collector` and `relation` are typed about someone else.
    """

    household_id: int
    card_id: int | None
    taker: str = ""
    collector: str = ""
    relation: str = ""
    credit: CreditUse = CreditUse.ALL
    credit_yuan: str = ""
    typed: Mapping[int, str] = field(default_factory=dict)
    shown: Shown | None = None

    @property
    def credit_fen(self) -> int | None:
        """How much credit to use at most; None: all there is. Raises CreditInvalid."""
        if self.credit is CreditUse.ALL:
            return None
        if self.credit is CreditUse.NONE:
            return 0
        fen = fen_from_yuan(self.credit_yuan)
        if fen is None:
            raise CreditInvalid(field="credit")
        return fen

    def command(self) -> Redeem:
        """What is asked for, not proved yet.

        Raises PiecesInvalid, CreditInvalid, CollectorMissing.
        """
        someone_else = self.taker == SOMEONE_ELSE
        if someone_else and not self.collector:
            raise CollectorMissing(field="collector")
        return Redeem(
            household_id=self.household_id,
            card_id=self.card_id,
            lines={number: _pieces(typed) for number, typed in self.typed.items()},
            collector=self.collector if someone_else else self.taker,
            relation=self.relation if someone_else else "",
            shown=self.shown,
            credit_fen=self.credit_fen,
        )


def read_cart(form: Mapping[str, str]) -> Cart:
    """Read the counter's form: fields `q-<product>` hold quantities, empty and 0 mean none.

    Raises ProductUnknown for a field that names no product's number.
    """
    typed = {}
    for name, value in form.items():
        plain = unicodedata.normalize("NFKC", value).strip()
        if not name.startswith(_QUANTITY) or plain in {"", "0"}:
            continue
        number = local_number(name.removeprefix(_QUANTITY))
        if number is None:
            raise ProductUnknown(name=name[:20])
        typed[number] = plain[:12]
    credit = form.get("credit", "")
    return Cart(
        household_id=local_number(form.get("household", "")) or 0,
        card_id=local_number(form.get("card", "")),
        taker=form.get("taker", "").strip(),
        collector=form.get("collector", "").strip(),
        relation=form.get("relation", "").strip(),
        credit=CreditUse(credit) if credit in list(CreditUse) else CreditUse.ALL,
        credit_yuan=form.get("credit_yuan", "").strip()[:20],
        typed=typed,
        shown=_shown(form),
    )


def _shown(form: Mapping[str, str]) -> Shown | None:
    """The sum that the page showed; None where it showed none yet (browsers without scripts)."""
    total = local_number(form.get("shown-total", ""))
    points = local_number(form.get("shown-points", ""))
    return None if total is None or points is None else Shown(total, points)


def _pieces(typed: str) -> int:
    if not _NUMBER.fullmatch(typed):
        raise PiecesInvalid
    return int(typed)
