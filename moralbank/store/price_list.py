"""A shop's price list as a poster: everything that can be had today, by category."""

from collections.abc import Sequence

from sqlmodel import Session

from moralbank import clock
from moralbank.errors import Refused
from moralbank.i18n import _, mark
from moralbank.ledger.queries import rate_on
from moralbank.money import short_yuan
from moralbank.printing import numerals
from moralbank.printing.panels import Panel, PanelPoster, PanelRow, asked
from moralbank.store.goods import PERIOD_LABELS
from moralbank.store.keeping import ShopInfo
from moralbank.store.prices import points_for
from moralbank.store.queries import ProductInfo, products, shelves
from moralbank.villages.queries import village_info
from moralbank.villages.settings import CONTACT


class NothingOffered(Refused):
    """A price list names at least one product."""

    text = mark("“%(shop)s”今天没有可以兑换的商品，印不出价目表")
    code = "nothing_offered"


def price_list(session: Session, village_id: int, shop: ShopInfo) -> PanelPoster:
    """What the shop offers today, in points and yuan. Raises NoRate, NothingOffered."""
    village = village_info(session, village_id)
    rate = rate_on(session, village_id)
    goods = products(session, village_id, shop.id)
    if not goods:
        raise NothingOffered(shop=shop.name)
    day = numerals.full_date(clock.today())
    told = {"shop": shop.name, "day": day, "yuan": short_yuan(rate)}
    return PanelPoster(
        village=village.full_name,
        title=_("积分超市价目表"),
        told=_("%(shop)s　·　%(day)s　·　1 分 = %(yuan)s 元", **told),
        panels=tuple(_panel(name, shelf, rate) for name, shelf in shelves(goods)),
        way=_("带上积分卡，扫一扫就换"),
        words=(_("价钱有变，以货架上的价签为准。"), asked(village.settings[CONTACT])),
        organisation=village.organisation,
        date=day,
    )


def _panel(category: str, shelf: Sequence[ProductInfo], rate: int) -> Panel:
    rows = tuple(_row(place, one, rate) for place, one in enumerate(shelf, start=1))
    return Panel(category, _("%(n)s 种", n=len(rows)), rows)


def _row(place: int, one: ProductInfo, rate: int) -> PanelRow:
    detail = _("%(yuan)s 元一%(unit)s", yuan=short_yuan(one.price_fen), unit=one.unit)
    if one.limit_pieces:
        period = _(PERIOD_LABELS[one.limit_period])
        limit = _(
            "每户%(period)s限 %(n)s %(unit)s", period=period, n=one.limit_pieces, unit=one.unit
        )
        detail = _("%(price)s，%(limit)s", price=detail, limit=limit)
    return PanelRow(str(place), one.title, detail, str(points_for(one.price_fen, rate)), _("分"))
