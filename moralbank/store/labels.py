"""Which goods get a new shelf label (价签), and what stands on it."""

import json
from collections.abc import Collection
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from moralbank import clock
from moralbank.audit import AuditEntry
from moralbank.errors import Invalid
from moralbank.i18n import mark
from moralbank.ledger.queries import rate_on
from moralbank.store.keeping import shop
from moralbank.store.prices import points_for
from moralbank.store.queries import ProductInfo, products, rate_history
from moralbank.store.sheets import LabelSheet, ShelfLabel

_ADDED: Final = "store.add"
_EDITED: Final = "store.edit"
"""The acts under which new goods, and what was changed about goods, stand in the trail."""
_ON_LABELS: Final = frozenset({"name", "spec", "unit", "price_fen", "barcode"})
_audit = AuditEntry.__table__  # type: ignore[attr-defined]


class NoLabels(Invalid):
    """A sheet of labels holds at least one."""

    text = mark("没有要打印的价签：一种商品也没选")
    code = "no_labels"


def labelled(
    session: Session,
    village_id: int,
    shop_id: int,
    *,
    category: str = "",
    since: date | None = None,
) -> list[ProductInfo]:
    """The goods on offer that need a label: all of a shop or of a category.

    With a day, those whose label has changed from that day on: because they are new, or are
    called or priced otherwise now; all of them where the rate has changed since.
    """
    goods = [
        one for one in products(session, village_id, shop_id) if category in {"", one.category}
    ]
    if since is None or _rate_changed(session, village_id, since):
        return goods
    changed = _changed_skus(session, village_id, since)
    return [one for one in goods if one.sku in changed]


def label_sheet(
    session: Session, village_id: int, shop_id: int, chosen: Collection[int]
) -> LabelSheet:
    """Labels of the chosen goods, in the order of the shelf, with today's points.

    What is not on offer in this shop is left out. Raises NoLabels, NoRate, NoShop.
    """
    rate = rate_on(session, village_id)
    labels = tuple(
        ShelfLabel(
            name=one.name,
            spec=one.spec,
            unit=one.unit,
            points=points_for(one.price_fen, rate),
            price_fen=one.price_fen,
            barcode=one.barcode,
            sku=one.sku,
        )
        for one in products(session, village_id, shop_id)
        if one.id in chosen
    )
    if not labels:
        raise NoLabels
    return LabelSheet(shop=shop(session, village_id, shop_id).name, labels=labels)


def _rate_changed(session: Session, village_id: int, since: date) -> bool:
    today = clock.today()
    return any(since <= rate.valid_from <= today for rate in rate_history(session, village_id))


def _changed_skus(session: Session, village_id: int, since: date) -> set[str]:
    """SKUs of goods that were added from that day on, or changed in what a label shows."""
    rows = session.connection().execute(
        select(_audit.c.act, _audit.c.subject, _audit.c.detail).where(
            _audit.c.village_id == village_id,
            _audit.c.act.in_([_ADDED, _EDITED]),
            _audit.c.at >= clock.midnight(since),
        )
    )
    return {
        row.subject
        for row in rows
        if row.act == _ADDED or _ON_LABELS & json.loads(row.detail).get("changed", {}).keys()
    }
