"""Forms of settlements: drawing one up, paying it, giving it up."""

from datetime import date

from wtforms import SelectField

from moralbank import clock
from moralbank.forms import AtMost, BaseForm, DayField, Required, TextField, YuanField
from moralbank.i18n import mark
from moralbank.local_numbers import number_or_unknown
from moralbank.money import yuan
from moralbank.settlements.paying import LONGEST_NUMBER, Payment
from moralbank.settlements.queries import SettlementInfo
from moralbank.settlements.steps import LONGEST_REASON
from moralbank.store.keeping import ShopInfo


class DraftForm(BaseForm):
    """Which shop, up to the end of which day."""

    shop = SelectField(mark("哪一家店"), [Required()])
    last = DayField(mark("结到哪一天为止"), [Required()])

    def offer(self, shops: list[ShopInfo]) -> None:
        """Fill in the village's shops."""
        self.shop.choices = [(str(one.id), one.name) for one in shops]

    @property
    def shop_id(self) -> int:
        """The shop's number."""
        return number_or_unknown(self.shop.data)

    def cutoff(self) -> date:
        """The last day."""
        return self.last.data or clock.today()


class PayForm(BaseForm):
    """What was paid, by which voucher, on which day; why, where it isn't what was due."""

    amount = YuanField(mark("实付金额"), [Required()])
    number = TextField(mark("付款凭证号"), [AtMost(LONGEST_NUMBER)])
    day = DayField(mark("付款日期"))
    reason = TextField(mark("和应付不一样的原因"), [AtMost(LONGEST_REASON)])

    def show(self, info: SettlementInfo) -> None:
        """Begin with what is due, today."""
        self.amount.data, self.day.data = yuan(info.due_fen), clock.today()

    def expect(self, info: SettlementInfo) -> None:
        """Say of the fields whether they must be filled: money that is due has a voucher."""
        for field in (self.number, self.day):
            field.flags.required = bool(info.due_fen)

    def payment(self) -> Payment:
        """The payment as the service takes it."""
        return Payment(
            fen=self.amount.fen or 0,
            number=self.number.data or "",
            day=self.day.data,
            reason=self.reason.data or "",
        )


class DropForm(BaseForm):
    """Why a settlement is given up."""

    reason = TextField(mark("作废的原因"), [Required(), AtMost(LONGEST_REASON)])
