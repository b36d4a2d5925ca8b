"""Goods from a file: what importing it would do row by row, and doing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlmodel import Session, col, select

from moralbank import audit
from moralbank.audit import Actor
from moralbank.errors import Invalid, MoralbankError, Refused
from moralbank.i18n import _, clauses, mark
from moralbank.ledger.service import lock, take_numbers
from moralbank.money import yuan
from moralbank.store.goods import (
    PERIOD_LABELS,
    ProductDetails,
    SkuInvalid,
    change,
    checked,
    checked_sku,
    product_row,
)
from moralbank.store.headings import HEADINGS, LABELS, NO, SKU, YES, read_cells
from moralbank.store.keeping import shop_for
from moralbank.store.models import Product
from moralbank.store.queries import ProductInfo, products
from moralbank.tables.cells import Cell, Fate, Table, as_text, best_header, fate_label, is_blank
from moralbank.tables.files import read_table
from moralbank.tables.marked import Mark, marked_table

MOST_GOODS: Final = 2000
"""No shop of a village has more; a longer file is another kind of list."""
_DETAILS: Final = tuple(ProductDetails.__dataclass_fields__)
_FIELD_OF: Final = {"price_fen": "price", "cost_fen": "cost"}
_WORTH_A_LOOK: Final = (Fate.ERROR, Fate.CHANGED, Fate.NEW, Fate.SAME)


class NoGoodsColumns(Invalid):
    """Without a column of SKUs, and another, a sheet is no list of goods."""

    text = mark("没有认出表头：至少要有“货号”和另外一列，如“名称”“价格”。可以先导出一份照着填")
    code = "no_goods_columns"


class NoGoods(Invalid):
    """Nothing stands below the headings."""

    text = mark("表头下面没有商品，请检查是否选错了文件")
    code = "no_goods"


class TooManyGoods(Invalid):
    """More rows than any shop has goods."""

    text = mark("一次最多导入 %(n)s 种商品")
    code = "too_many_goods"


class GoodsHaveErrors(Refused):
    """Some rows can't be imported, and nobody said to skip them."""

    text = mark("有 %(n)s 行有错，没有导入。请改好再传，或者勾选“跳过有错的行”")
    code = "goods_have_errors"


@dataclass(frozen=True)
class JudgedGoods:
    """A row with its fate: the product it would make, and its errors or changes in words."""

    line: int
    sku: str
    name: str
    fate: Fate
    details: ProductDetails | None
    active: bool
    reasons: tuple[str, ...] = ()
    wrong: frozenset[str] = frozenset()


@dataclass(frozen=True)
class GoodsPreview:
    """A list of goods judged against the shop as it stands."""

    table: Table
    header_row: int
    columns: Mapping[str, int]
    judged: tuple[JudgedGoods, ...]

    @property
    def counts(self) -> dict[Fate, int]:
        """How many rows have each fate."""
        return {fate: len(self.of(fate)) for fate in Fate}

    @property
    def has_work(self) -> bool:
        """Whether importing would change anything."""
        return any(one.fate in {Fate.NEW, Fate.CHANGED} for one in self.judged)

    def of(self, fate: Fate | None) -> list[JudgedGoods]:
        """The rows of one fate; or all, those first that someone should look at."""
        if fate is not None:
            return [one for one in self.judged if one.fate == fate]
        return sorted(self.judged, key=lambda one: _WORTH_A_LOOK.index(one.fate))


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    new: int
    changed: int
    skipped: int


def preview(session: Session, actor: Actor, content: bytes, filename: str) -> GoodsPreview:
    """Judge a file against the actor's shop; a blank cell leaves what is known as it is.

    Raises Invalid where it is no list of goods at all.
    """
    shop = shop_for(session, actor)
    table = read_table(content, filename, HEADINGS)
    header_row, columns = best_header(table.rows, HEADINGS)
    if SKU not in columns:
        raise NoGoodsColumns
    known = products(session, actor.village_id, shop.id, active_only=False)
    rows = [
        (line, {field: cells[at] for field, at in columns.items()})
        for line, cells in enumerate(table.rows[header_row + 1 :], start=header_row + 2)
        if any(not is_blank(cells[at]) for at in columns.values())
    ]
    if not rows:
        raise NoGoods
    if len(rows) > MOST_GOODS:
        raise TooManyGoods(n=MOST_GOODS)
    by_sku = {one.sku: one for one in known}
    judged = _without_rivals([_judge(line, cells, by_sku) for line, cells in rows], known)
    return GoodsPreview(table, header_row, columns, tuple(judged))


def import_goods(
    session: Session, actor: Actor, content: bytes, filename: str, *, skip_errors: bool
) -> Imported:
    """Do what `preview` says, judged anew; stock changes by receipts alone, never by a file.

    Raises GoodsHaveErrors, and what `preview` does.
    """
    lock(session, actor.village_id)
    judged = preview(session, actor, content, filename)
    counts = judged.counts
    if counts[Fate.ERROR] and not skip_errors:
        raise GoodsHaveErrors(n=counts[Fate.ERROR])
    shop = shop_for(session, actor)
    changed = _change(session, actor.village_id, shop.id, judged.of(Fate.CHANGED))
    _add(session, actor.village_id, shop.id, judged.of(Fate.NEW))
    done = Imported(counts[Fate.NEW], counts[Fate.CHANGED], counts[Fate.ERROR])
    added = [one.sku for one in judged.of(Fate.NEW)]
    audit.record(session, actor, "store.import", filename, added=added, changed=changed)
    return done


def marked_copy(judged: GoodsPreview) -> bytes:
    """The user's own sheet as .xlsx with every row's result beside it."""
    marks = {
        one.line: Mark(
            fate_label(one.fate),
            clauses(one.reasons),
            one.fate is Fate.ERROR,
            {judged.columns[field] for field in one.wrong if field in judged.columns},
        )
        for one in judged.judged
    }
    exact = {at for field, at in judged.columns.items() if field in {SKU, "barcode"}}
    return marked_table(judged.table, judged.header_row, marks, exact=exact)


def _judge(line: int, cells: Mapping[str, Cell], known: Mapping[str, ProductInfo]) -> JudgedGoods:
    """The fate of one row, whatever the others are."""
    values, wrong = read_cells(cells)
    sku = str(values.pop(SKU, "")).upper()
    now = known.get(sku)
    name = str(values.get("name") or (now.name if now else ""))
    active = bool(values.pop("active", now.active if now else True))
    try:
        sku = checked_sku(sku)
    except SkuInvalid as refusal:
        wrong.setdefault(SKU, refusal.message)
    details = _details(now, values, cells, wrong)
    if details is None:
        reasons = tuple(
            _("%(column)s：%(why)s", column=_(label), why=wrong[field])
            for field, label in LABELS.items()
            if field in wrong
        )
        return JudgedGoods(line, sku, name, Fate.ERROR, None, active, reasons, frozenset(wrong))
    if now is None:
        return JudgedGoods(line, sku, name, Fate.NEW, details, active)
    changes = _changes(now, details, active=active)
    fate = Fate.CHANGED if changes else Fate.SAME
    return JudgedGoods(line, sku, name, fate, details, active, changes)


def _details(
    now: ProductInfo | None,
    values: Mapping[str, Any],
    cells: Mapping[str, Cell],
    wrong: dict[str, str],
) -> ProductDetails | None:
    """What the row makes of its product; None where something is `wrong`, which is added to it."""
    if wrong.keys() - {SKU}:
        return None
    try:
        details = checked(_merged(now, values))
    except MoralbankError as refusal:
        field = refusal.field or SKU
        # Whose SKU can't be read may be known already: then nothing is missing but the SKU.
        if SKU not in wrong or field in cells:
            wrong.setdefault(field, refusal.message)
        return None
    return None if wrong else details


def _merged(now: ProductInfo | None, values: Mapping[str, Any]) -> ProductDetails:
    """What the product is, with the cells' values over it."""
    if now is not None:
        known = {field: getattr(now, field) for field in _DETAILS}
        return ProductDetails(**{**known, **values})
    empty = {"name": "", "category": "", "price_fen": 0}
    return ProductDetails(**{**empty, **values})


def _changes(now: ProductInfo, details: ProductDetails, *, active: bool) -> tuple[str, ...]:
    """What would be different, in words."""
    wanted = {**vars(details), "active": active}
    return tuple(
        _(
            "%(field)s由“%(old)s”改为“%(new)s”",
            field=_(LABELS[_FIELD_OF.get(field, field)]),
            old=_in_words(field, getattr(now, field)),
            new=_in_words(field, value),
        )
        for field, value in wanted.items()
        if value != getattr(now, field)
    )


def _in_words(field: str, value: Any) -> str:
    if value is None:
        return ""
    if field in _FIELD_OF:
        return yuan(value)
    if field == "active":
        return YES if value else NO
    return _(PERIOD_LABELS[value]) if field == "limit_period" else as_text(value)


def _without_rivals(rows: Sequence[JudgedGoods], known: Sequence[ProductInfo]) -> list[JudgedGoods]:
    """The rows, where two claim one SKU or one barcode those after the first with an error.

    What is refused leaves its product as it is, barcode and all: so judged until nothing changes.
    """
    judged = list(rows)
    while True:
        again = _judged_once(judged, known)
        if again == judged:
            return judged
        judged = again


def _judged_once(rows: Sequence[JudgedGoods], known: Sequence[ProductInfo]) -> list[JudgedGoods]:
    """One round of `_without_rivals`."""
    skus: dict[str, int] = {}
    barcodes = {}
    named = {one.sku for one in rows if one.details is not None}
    for info in known:
        if info.sku not in named and info.barcode:
            barcodes[info.barcode] = _("“%(name)s”", name=info.title)
    judged = []
    for one in rows:
        barcode = one.details.barcode if one.details else ""
        if one.details and one.sku in skus:
            words = _("与第 %(line)s 行重复", line=skus[one.sku])
            judged.append(_refused(one, SKU, words))
        elif barcode in barcodes:
            words = _("条码已经用在%(where)s上", where=barcodes[barcode])
            judged.append(_refused(one, "barcode", words))
        else:
            judged.append(one)
            if one.details:
                skus[one.sku] = one.line
            if barcode:
                barcodes[barcode] = _("第 %(line)s 行", line=one.line)
    return judged


def _refused(one: JudgedGoods, field: str, why: str) -> JudgedGoods:
    return replace(one, fate=Fate.ERROR, details=None, reasons=(why,), wrong=frozenset({field}))


def _change(
    session: Session, village_id: int, shop_id: int, rows: Sequence[JudgedGoods]
) -> dict[str, Any]:
    """Change products that are there; what changed, by SKU."""
    found = session.exec(
        select(Product).where(
            Product.village_id == village_id,
            Product.shop_id == shop_id,
            col(Product.sku).in_([one.sku for one in rows]),
        )
    )
    wanted = {one.sku: {**vars(one.details), "active": one.active} for one in rows if one.details}
    changed = {product.sku: change(product, wanted[product.sku]) for product in found}
    session.flush()
    return changed


def _add(session: Session, village_id: int, shop_id: int, rows: Sequence[JudgedGoods]) -> None:
    """Add products that are new, without stock."""
    numbers = take_numbers(session, village_id, "product", len(rows)) if rows else ()
    for number, one in zip(numbers, rows, strict=True):
        if one.details is not None:
            made = product_row(village_id, shop_id, number, one.sku, one.details)
            made.active = one.active
            session.add(made)
    session.flush()
