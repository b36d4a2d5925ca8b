"""What a settlement shows on paper, as plain values."""

from dataclasses import dataclass
from datetime import date

from moralbank.printing.numerals import amount_words


@dataclass(frozen=True, kw_only=True)
class SettledSlip:
    """A slip in the settlement."""

    label: str
    day: date
    household: str
    head: str
    fen: int


@dataclass(frozen=True, kw_only=True)
class SettledRefund:
    """A refund in the settlement, whose slip may stand in an earlier one; ``fen`` above zero."""

    label: str
    slip_label: str
    day: date
    fen: int


@dataclass(frozen=True, kw_only=True)
class SettledGoods:
    """One product over all slips less refunds of the settlement."""

    title: str
    pieces: int
    fen: int


@dataclass(frozen=True, kw_only=True)
class SettlementSheet:
    """What a shop is owed for a period (结算单), to be signed three times.

    ``number`` is like "JS2026-0003"; ``amount_fen`` = ``slips_fen`` − ``refunds_fen``. ``due_fen``
    is what of it is to be paid (nothing to the village's own shop), ``paid_fen`` what was paid,
    None before that, and ``reason`` why it differs. ``ledger_mark`` is that of the payment, None
    before. ``drafted``, ``signed``, ``checked`` and ``paid`` are name and day of each step, empty
    before it.
    """

    village: str
    town: str
    shop: str
    shop_kind_words: str
    number: str
    first: date
    last: date
    slips: tuple[SettledSlip, ...]
    refunds: tuple[SettledRefund, ...]
    goods: tuple[SettledGoods, ...]
    slips_fen: int
    refunds_fen: int
    amount_fen: int
    due_fen: int
    paid_fen: int | None
    reason: str
    ledger_mark: str | None
    drafted: str
    signed: str
    checked: str
    paid: str

    @property
    def pays(self) -> bool:
        """Whether money is due, or was paid."""
        return bool(self.due_fen or self.paid_fen)

    @property
    def amount_words(self) -> str:
        """The amount in the capital numerals that can't be altered: 人民币壹仟贰佰元整."""
        return amount_words(self.amount_fen)
