"""From the scheme in force to its poster."""

from sqlmodel import Session

from moralbank import clock
from moralbank.i18n import _
from moralbank.ledger.queries import rate_in_force
from moralbank.money import short_yuan
from moralbank.printing import numerals
from moralbank.printing.panels import Panel, PanelPoster, PanelRow, asked
from moralbank.scheme.emblems import BELL, emblem_of
from moralbank.scheme.models import CapMeasure
from moralbank.scheme.queries import PERIOD_UNITS, Category, Item, Scheme, scheme_on
from moralbank.villages.queries import VillageInfo, village_info
from moralbank.villages.settings import CONTACT, NOTICE_DAYS


def poster_of(session: Session, village_id: int) -> PanelPoster:
    """The scheme of today as a poster; raises NoScheme."""
    village = village_info(session, village_id)
    scheme = scheme_on(session, village_id, clock.today())
    return PanelPoster(
        village=village.full_name,
        title=_("道德银行积分细则"),
        told=f"{_version(scheme)}　·　{scheme.resolution}",
        panels=_panels(scheme),
        way="　→　".join(_steps(village)),
        words=(_rate(session, village_id), asked(village.settings[CONTACT])),
        organisation=village.organisation,
        date=numerals.full_date(clock.today()),
    )


def _version(scheme: Scheme) -> str:
    day = numerals.full_date(scheme.valid_from)
    return _("第 %(n)s 版，%(day)s起施行", n=scheme.version, day=day)


def _panels(scheme: Scheme) -> tuple[Panel, ...]:
    merits = tuple(_panel(category) for category in scheme.categories)
    if not scheme.deductions:
        return merits
    minus = tuple(map(_row, scheme.deductions))
    return (*merits, Panel(_("扣分"), _("先提醒，后扣分"), minus, BELL))


def _panel(category: Category) -> Panel:
    count = _("%(n)s 项", n=len(category.items))
    return Panel(category.name, count, tuple(map(_row, category.items)), emblem_of(category.name))


def _row(item: Item) -> PanelRow:
    return PanelRow(str(item.number), item.name, _detail(item), _points(item), _("分"))


def _points(item: Item) -> str:
    sign = "−" if item.deduction else ""
    least, most = f"{sign}{item.points_min}", f"{sign}{item.points_max}"
    return f"{least}–{most}" if item.has_range else least


def _detail(item: Item) -> str:
    """What one time is, the cap, and the levels: "每 2 小时，每月最多 10 分"."""
    parts = [item.each_text]
    if item.cap and not _is_said_by_unit(item):
        parts.append(item.cap_text)
    if item.levels:
        parts.append(_("、").join(f"{name} {points}" for name, points in item.levels))
    return _("，").join(parts)


def _is_said_by_unit(item: Item) -> bool:
    """Whether the cap says no more than the unit: once a month, counted by the month."""
    cap = item.cap
    if cap is None or cap.measure is not CapMeasure.TIMES or cap.amount != 1:
        return False
    return PERIOD_UNITS.get(item.unit) is cap.period


def _steps(village: VillageInfo) -> tuple[str, ...]:
    days = int(village.settings[NOTICE_DAYS])
    hung = (_("公示 %(n)s 天", n=days),) if days else ()
    return (_("申报"), _("核实"), _("评议"), *hung, _("入账"), _("兑换"))


def _rate(session: Session, village_id: int) -> str:
    fen = rate_in_force(session, village_id)
    return "" if fen is None else _("1 分 = %(yuan)s 元，到积分超市兑换", yuan=short_yuan(fen))
