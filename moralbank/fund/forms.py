"""Forms of the fund: money in, goods bought, a voucher taken back, points that lapse."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from wtforms import MultipleFileField, RadioField, SelectField

from moralbank import clock
from moralbank.forms import (
    REQUIRED,
    AtMost,
    BaseForm,
    DayField,
    Required,
    TextField,
    WholeNumberField,
    Within,
    YuanField,
)
from moralbank.fund.lapse_rules import LONGEST_RESOLUTION, MOST_MONTHS
from moralbank.fund.models import FundSource, VoucherKind
from moralbank.fund.queries import SOURCE_LABELS, ReceiptToPay, VoucherFilter
from moralbank.fund.service import LONGEST, LONGEST_REASON, Income, Purchase
from moralbank.i18n import _, mark
from moralbank.local_numbers import number_or_unknown
from moralbank.money import yuan

NO_RECEIPT: Final = 0
LAPSES, STAYS = "lapses", "stays"


class VoucherForm(BaseForm):
    """What both kinds of vouchers say."""

    day = DayField(mark("凭证日期"), [Required()])
    amount = YuanField(mark("金额"), [Required()])
    note = TextField(mark("备注"), [AtMost(LONGEST["note"])])
    photos = MultipleFileField(mark("凭证照片"))

    def _said(self) -> dict[str, Any]:
        return {
            "day": self.day.data or clock.today(),
            "amount_fen": self.amount.fen or 0,
            "note": self.note.data or "",
        }


class IncomeForm(VoucherForm):
    """Money that came in."""

    source = RadioField(mark("钱从哪里来"), [Required()], coerce=FundSource)
    party = TextField(mark("谁给的"), [Required(), AtMost(LONGEST["party"])])
    number = TextField(mark("凭证号"), [Required(), AtMost(LONGEST["number"])])

    def offer_sources(self) -> "IncomeForm":
        """Fill in the sources to choose from."""
        self.source.choices = [(one.value, _(label)) for one, label in SOURCE_LABELS.items()]
        return self

    def command(self) -> Income:
        """What was typed; call after validate()."""
        return Income(
            source=self.source.data,
            party=self.party.data,
            number=self.number.data,
            **self._said(),
        )


class PurchaseForm(VoucherForm):
    """Goods that were paid for."""

    receipt = SelectField(
        mark("付的是哪张进货单"),
        coerce=number_or_unknown,
        default=NO_RECEIPT,
        validate_choice=False,
    )
    party = TextField(mark("付给谁"), [Required(), AtMost(LONGEST["party"])])
    number = TextField(mark("发票或收据号"), [AtMost(LONGEST["number"])])

    @classmethod
    def paying(cls, receipt: ReceiptToPay | None) -> Any:
        """An empty form, or one that pays for a receipt."""
        given: dict[str, Any] = {"day": clock.today()}
        if receipt is not None:
            paid = {"party": receipt.supplier, "number": receipt.number, "receipt": receipt.id}
            given |= paid | {"amount": yuan(receipt.cost_fen)}
        return cls(data=given)

    def offer_receipts(self, receipts: Sequence[ReceiptToPay]) -> "PurchaseForm":
        """Fill in the receipts that wait for their money."""
        self.receipt.choices = [
            (NO_RECEIPT, _("不对应进货单")),
            *((one.id, _receipt_words(one)) for one in receipts),
        ]
        return self

    def command(self) -> Purchase:
        """What was typed; call after validate()."""
        return Purchase(
            party=self.party.data,
            number=self.number.data or "",
            receipt_id=self.receipt.data or None,
            **self._said(),
        )


class TakeBackForm(BaseForm):
    """Why a voucher is wrong."""

    reason = TextField(mark("为什么冲正"), [Required(), AtMost(LONGEST_REASON)])


class LapseForm(BaseForm):
    """Whether points lapse, from which day on, and how long they are kept."""

    lapses = RadioField(mark("积分会不会到期"), [Required()])
    begins = DayField(mark("第一次清零的日子"))
    keeps_months = WholeNumberField(
        mark("得分满几个月才清零"),
        [Within(0, MOST_MONTHS, mark("须是 0 到 120 的整数"))],
    )
    resolution = TextField(mark("依据"), [Required(), AtMost(LONGEST_RESOLUTION)])

    def __init__(self, *given: Any, **also: Any) -> None:
        """Offer the two ways; what one of them needs is not to be called optional."""
        super().__init__(*given, **also)
        self.begins.flags.required = self.keeps_months.flags.required = True
        self.lapses.choices = [(LAPSES, _("每年到期清零")), (STAYS, _("长期有效"))]

    def validate(self, *given: Any, **also: Any) -> bool:
        """What lapses, lapses on a day and after some months; what stays needs neither."""
        if self.lapses.data == STAYS:
            self.begins.data, self.keeps_months.data = None, 0
            self.begins.process_errors, self.keeps_months.process_errors = [], []
        good = bool(super().validate(*given, **also))
        if self.lapses.data == LAPSES:
            for field in (self.begins, self.keeps_months):
                if field.data is None and not field.errors:
                    field.errors = [_(REQUIRED)]
                    good = False
        return good

    @property
    def first_day(self) -> date | None:
        """The day on which points lapse first; None where they stay."""
        return self.begins.data


class VoucherFilterForm(BaseForm):
    """What a list of vouchers is narrowed to by its address."""

    q = TextField(mark("查找"), [AtMost(60)])
    kind = TextField(mark("种类"))
    source = TextField(mark("来源"))
    first = DayField(mark("从"))
    last = DayField(mark("到"))

    def chosen(self) -> VoucherFilter:
        """The filter; what can't be understood narrows nothing."""
        kinds = {one.value: one for one in VoucherKind}
        sources = {one.value: one for one in SOURCE_LABELS}
        return VoucherFilter(
            kind=kinds.get(self.kind.data or ""),
            source=sources.get(self.source.data or ""),
            first=self.first.data,
            last=self.last.data,
            typed=(self.q.data or "")[:60],
        )


def read_filter(address: Mapping[str, str]) -> VoucherFilter:
    """The filter that an address asks for."""
    form = VoucherFilterForm(address)
    form.validate()
    return form.chosen()


def _receipt_words(one: ReceiptToPay) -> str:
    words = {
        "id": one.id,
        "day": clock.local(one.at).date().isoformat(),
        "supplier": one.supplier,
        "yuan": yuan(one.cost_fen),
    }
    return _("第 %(id)s 号　%(day)s　%(supplier)s　%(yuan)s 元", **words)
