"""What comes from the counter's pages: the cart, and the filter of the slip list."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from moralbank.counter.queries import SlipFilter
from moralbank.counter.service import PiecesInvalid, Redeem, Shown
from moralbank.forms import BaseForm, DayField, TextField
from moralbank.i18n import mark
from moralbank.local_numbers import local_number
from moralbank.store.queries import ProductUnknown

_QUANTITY: Final = "q-"
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


class SlipFilterForm(BaseForm):
    """Days and words to look for in the list of slips."""

    first = DayField(mark("从"))
    last = DayField(mark("到"))
    q = TextField(mark("查找"))

    def chosen(self) -> SlipFilter:
        """The filter; what can't be read as a date is left out."""
        return SlipFilter(self.first.data, self.last.data, (self.q.data or "")[:60])


@dataclass(frozen=True)
class Cart:
    """The counter's form as it was sent: quantities are still what was typed."""

    household_id: int
    card_id: int | None
    collector: str = ""
    typed: Mapping[int, str] = field(default_factory=dict)
    shown: Shown | None = None

    def command(self) -> Redeem:
        """What is asked for; raises PiecesInvalid, which names no product by its typing."""
        return Redeem(
            household_id=self.household_id,
            card_id=self.card_id,
            lines={number: _pieces(typed) for number, typed in self.typed.items()},
            collector=self.collector,
            shown=self.shown,
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
    return Cart(
        household_id=local_number(form.get("household", "")) or 0,
        card_id=local_number(form.get("card", "")),
        collector=form.get("collector", "").strip(),
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
