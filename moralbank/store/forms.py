"""Forms of the shop."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from wtforms import BooleanField

from moralbank.forms import AtMost, BaseForm, DayField, Required, TextField, YuanField
from moralbank.i18n import mark
from moralbank.money import yuan
from moralbank.store.queries import ProductInfo
from moralbank.store.service import ProductDetails, QuantityInvalid

_QUANTITY: Final = re.compile(r"q-([0-9]{1,9})")
_DIGITS: Final = re.compile(r"[0-9]{1,9}")


class ProductForm(BaseForm):
    """A product; the SKU is only asked for once."""

    name = TextField(mark("名称"), [Required(), AtMost(40)])
    spec = TextField(mark("规格"), [AtMost(20)])
    unit = TextField(mark("单位"), [Required(), AtMost(8)])
    category = TextField(mark("类别"), [Required(), AtMost(20)])
    price = YuanField(mark("价格"), [Required()])
    barcode = TextField(mark("条码"), [AtMost(20)])

    @classmethod
    def of(cls, info: ProductInfo) -> Any:
        """The form with what the product is now."""
        return cls(data={**vars(info), "price": yuan(info.price_fen)})

    def details(self) -> ProductDetails:
        """What was typed; call after validate()."""
        return ProductDetails(
            name=self.name.data,
            spec=self.spec.data or "",
            unit=self.unit.data,
            category=self.category.data,
            price_fen=self.price.fen or 0,
            barcode=self.barcode.data or "",
        )


class NewProductForm(ProductForm):
    """A new product."""

    sku = TextField(mark("货号"), [Required(), AtMost(20)])


class EditProductForm(ProductForm):
    """A product that is on the shelf, or is to be taken off."""

    active = BooleanField(mark("上架，可以兑换"))


class ReceiveForm(BaseForm):
    """What is written about a receipt; the quantities are read by `read_quantities`."""

    note = TextField(mark("备注"), [AtMost(80)])


class RateForm(BaseForm):
    """A new rate."""

    fen_per_point = YuanField(mark("1 分等于"), [Required()])
    valid_from = DayField(mark("从哪天起"), [Required()])
    resolution = TextField(mark("依据"), [Required(), AtMost(80)])


def typed_quantities(form: Mapping[str, str]) -> dict[int, str]:
    """What was typed beside each product (fields `q-<product>`), empty ones and 0 left out."""
    found = {}
    for name, value in form.items():
        field = _QUANTITY.fullmatch(name)
        plain = unicodedata.normalize("NFKC", value).strip()
        if field is not None and plain not in {"", "0"}:
            found[int(field.group(1))] = plain[:12]
    return found


def read_quantities(typed: Mapping[int, str]) -> dict[int, int]:
    """The pieces typed beside each product; raises QuantityInvalid for what is no number."""
    if not all(_DIGITS.fullmatch(value) for value in typed.values()):
        raise QuantityInvalid
    return {number: int(value) for number, value in typed.items()}
