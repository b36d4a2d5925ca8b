"""Forms of the shop."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from wtforms import BooleanField, FileField, MultipleFileField, RadioField, SelectField

from moralbank import clock
from moralbank.forms import (
    AtMost,
    BaseForm,
    DayField,
    Required,
    TextField,
    WholeNumberField,
    YuanField,
)
from moralbank.i18n import _, mark
from moralbank.local_numbers import local_number, number_or_unknown
from moralbank.money import fen_from_yuan, yuan
from moralbank.store.goods import (
    HIGHEST_PRICE,
    LONGEST_NOTE,
    MOST_PIECES,
    PERIOD_LABELS,
    ProductDetails,
)
from moralbank.store.keeping import KIND_LABELS, ShopInfo
from moralbank.store.models import LimitPeriod, ShopKind
from moralbank.store.queries import ProductInfo
from moralbank.store.service import QuantityInvalid, ReceivedLine
from moralbank.store.shops import NewShop

_BOX: Final = re.compile(r"([qcb])-([0-9]{1,9})")
_PIECES, _COST, _BEST_BEFORE = "q", "c", "b"
_DIGITS: Final = re.compile(r"[0-9]{1,9}")
_LONGEST_TYPED: Final = 12


class ProductForm(BaseForm):
    """A product; the SKU is only asked for once."""

    name = TextField(mark("名称"), [Required(), AtMost(40)])
    spec = TextField(mark("规格"), [AtMost(20)])
    unit = TextField(mark("单位"), [Required(), AtMost(8)])
    category = TextField(mark("类别"), [Required(), AtMost(20)])
    price = YuanField(mark("价格"), [Required()])
    barcode = TextField(mark("条码"), [AtMost(20)])
    cost = YuanField(mark("进价"))
    low_at = WholeNumberField(mark("剩几件该进货"), default=3)
    limit_pieces = WholeNumberField(mark("每户限兑几件"))
    limit_period = SelectField(mark("限兑多久算一次"), default=LimitPeriod.MONTH.value)
    on_from = DayField(mark("从哪天起供应"))
    on_until = DayField(mark("供应到哪天"))
    photos = MultipleFileField(mark("照片"))

    def __init__(self, *given: Any, **named: Any) -> None:
        """Offer the periods in the reader's language."""
        super().__init__(*given, **named)
        self.limit_period.choices = [
            (period.value, _(label)) for period, label in PERIOD_LABELS.items()
        ]

    @classmethod
    def of(cls, info: ProductInfo) -> Any:
        """The form with what the product is now."""
        now = {
            **vars(info),
            "price": yuan(info.price_fen),
            "cost": "" if info.cost_fen is None else yuan(info.cost_fen),
            "limit_pieces": info.limit_pieces or None,
            "limit_period": info.limit_period.value,
        }
        return cls(data=now)

    @property
    def says_more(self) -> bool:
        """Whether anything of what is usually left alone was said, or is wrong."""
        names = ("limit_pieces", "on_from", "on_until")
        rare = (*names, "low_at", "limit_period")
        return any(self[name].data for name in names) or any(self[name].errors for name in rare)

    def details(self) -> ProductDetails:
        """What was typed; call after validate()."""
        return ProductDetails(
            name=self.name.data,
            spec=self.spec.data or "",
            unit=self.unit.data,
            category=self.category.data,
            price_fen=self.price.fen or 0,
            barcode=self.barcode.data or "",
            cost_fen=self.cost.fen,
            on_from=self.on_from.data,
            on_until=self.on_until.data,
            low_at=self.low_at.data or 0,
            limit_pieces=self.limit_pieces.data or 0,
            limit_period=LimitPeriod(self.limit_period.data),
        )


class NewProductForm(ProductForm):
    """A new product."""

    sku = TextField(mark("货号"), [Required(), AtMost(20)])


class EditProductForm(ProductForm):
    """A product that is on the shelf, or is to be taken off."""

    active = BooleanField(mark("上架，可以兑换"))


class ReceiveForm(BaseForm):
    """What is written about a receipt; its lines are read by `ReceiptLines`."""

    supplier = TextField(mark("供货商"), [AtMost(40)])
    number = TextField(mark("单据号"), [AtMost(30)])
    note = TextField(mark("备注"), [AtMost(LONGEST_NOTE)])


class ReasonForm(BaseForm):
    """Why goods leave the shelf; the quantities are read by `read_quantities`."""

    reason = TextField(mark("原因"), [Required(), AtMost(LONGEST_NOTE)])


class CostForm(BaseForm):
    """What a piece of a batch cost, where nobody said so when it came."""

    cost = YuanField(mark("进价"), [Required()])

    @classmethod
    def of_batch(cls, batch_id: int, sent: Any = None) -> Any:
        """The form of one of several batches on a page."""
        return cls(sent, prefix=f"batch-{batch_id}-")


class RateForm(BaseForm):
    """A new rate."""

    fen_per_point = YuanField(mark("1 分等于"), [Required()])
    valid_from = DayField(mark("从哪天起"), [Required()])
    resolution = TextField(mark("依据"), [Required(), AtMost(80)])


class ShopForm(BaseForm):
    """A shop."""

    name = TextField(mark("店名"), [Required(), AtMost(40)])
    kind = RadioField(mark("哪一种"), [Required()], default=ShopKind.CONTRACT.value)
    contact = TextField(mark("联系人和电话"), [AtMost(40)])
    contract_until = DayField(mark("合同到哪天"))

    def __init__(self, *given: Any, **named: Any) -> None:
        """Offer the kinds in the reader's language."""
        super().__init__(*given, **named)
        self.kind.choices = [(kind.value, _(label)) for kind, label in KIND_LABELS.items()]

    @classmethod
    def of(cls, shop: ShopInfo, **named: Any) -> Any:
        """The form with what the shop is now."""
        return cls(data={**vars(shop), "kind": shop.kind.value}, **named)

    def wanted(self) -> NewShop:
        """What was typed; call after validate()."""
        return NewShop(
            self.name.data,
            ShopKind(self.kind.data),
            self.contact.data or "",
            self.contract_until.data,
        )


class KeeperForm(BaseForm):
    """Which shop a shopkeeper keeps; both are numbers that the service judges."""

    user_id = SelectField(coerce=number_or_unknown, validate_choice=False)
    shop_id = SelectField(coerce=number_or_unknown, validate_choice=False)


class ImportForm(BaseForm):
    """A list of goods as a file."""

    goods = FileField(mark("商品表"), [Required()])


@dataclass(frozen=True)
class TypedLine:
    """What was typed beside one product of a receipt, as it was typed."""

    pieces: str = ""
    cost: str = ""
    best_before: str = ""


class ReceiptLines:
    """What was typed beside the products: boxes q- (pieces), c- (cost), b- (best before).

    A product without pieces did not come; its cost stands in its box already and says nothing.
    """

    def __init__(self, sent: Mapping[str, str]) -> None:
        """Collect the boxes of a form or an address."""
        boxes: dict[int, dict[str, str]] = {}
        for name, value in sent.items():
            box = _BOX.fullmatch(name)
            number = local_number(box[2]) if box else None
            if box is not None and number is not None:
                boxes.setdefault(number, {})[box[1]] = _plain(value)
        self.typed = {
            number: TypedLine(
                said.get(_PIECES, ""), said.get(_COST, ""), said.get(_BEST_BEFORE, "")
            )
            for number, said in boxes.items()
        }
        self.wrong: dict[int, str] = {}

    def busy(self) -> set[int]:
        """The products beside which something is said of what came."""
        return {
            number
            for number, said in self.typed.items()
            if said.pieces not in {"", "0"} or said.best_before
        }

    def read(self) -> dict[int, ReceivedLine]:
        """The lines by product; what can't be read is told in `wrong`, by product."""
        lines = {}
        for number, typed in self.typed.items():
            try:
                line = _read_line(typed)
            except ValueError as error:
                self.wrong[number] = str(error)
            else:
                if line is not None:
                    lines[number] = line
        return lines


def typed_quantities(sent: Mapping[str, str]) -> dict[int, str]:
    """What was typed beside each product (boxes `q-<product>`), empty ones and 0 left out."""
    typed = ReceiptLines(sent).typed
    return {number: line.pieces for number, line in typed.items() if line.pieces not in {"", "0"}}


def read_quantities(typed: Mapping[int, str]) -> dict[int, int]:
    """The pieces typed beside each product; raises QuantityInvalid for what is no number."""
    if not all(_DIGITS.fullmatch(value) for value in typed.values()):
        raise QuantityInvalid
    return {number: int(value) for number, value in typed.items()}


def _plain(value: str) -> str:
    return unicodedata.normalize("NFKC", value).strip()[:_LONGEST_TYPED]


def _read_line(typed: TypedLine) -> ReceivedLine | None:
    """One line; None for what did not come. Raises ValueError in words for people."""
    if typed.pieces in {"", "0"}:
        if typed.best_before:
            raise ValueError(_("填了保质期，还没有填件数"))
        return None
    if not _DIGITS.fullmatch(typed.pieces) or int(typed.pieces) > MOST_PIECES:
        raise ValueError(_("数量不对：须是 1 到 100000 的整数"))
    cost = fen_from_yuan(typed.cost) if typed.cost else None
    if typed.cost and (cost is None or cost > HIGHEST_PRICE):
        raise ValueError(_("进价不对：应像 12 或 12.50，不知道就空着"))
    return ReceivedLine(int(typed.pieces), cost, _read_day(typed.best_before))


def _read_day(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed) if typed else None
    except ValueError as error:
        raise ValueError(_("日期不对：应像 2026-11-20")) from error
    if day is not None and day < clock.today():
        raise ValueError(_("%(day)s 已经过了，过期的货不能收", day=day))
    return day
