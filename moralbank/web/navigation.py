"""The menu: which rooms a role sees, and in which order."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from flask import request, url_for

from moralbank.access.permissions import Role, may
from moralbank.i18n import _, mark


@dataclass(frozen=True)
class Entry:
    """One line of the menu, ready to be shown."""

    label: str
    url: str
    icon: str
    current: bool


# Words, endpoint, icon, permission of each line.
_MENU: Final = (
    (mark("首页"), "home.home", "home", "access.self"),
    (mark("各村"), "regions.regions", "households", "regions.view"),
    (mark("各村排名"), "regions.ranking", "board", "regions.view"),
    (mark("记分"), "awards.record", "deed", "awards.record"),
    (mark("核实"), "awards.verify", "check", "awards.verify"),
    (mark("评议"), "awards.review", "review", "awards.decide"),
    (mark("兑换"), "counter.counter", "counter", "counter.redeem"),
    (mark("监督"), "supervision.supervision", "watch", "supervision.view"),
    (mark("复核"), "proposals.proposals", "second", "proposals.view"),
    (mark("评比"), "rounds.rounds", "round", "rounds.view"),
    (mark("积分"), "awards.awards", "ledger", "awards.view"),
    (mark("公示"), "notices.notices", "notice", "notices.view"),
    (mark("异议"), "objections.objections", "objection", "objections.view"),
    (mark("提醒"), "reminders.reminders", "reminder", "reminders.view"),
    (mark("评议会"), "sittings.sittings", "sitting", "sittings.view"),
    (mark("住户"), "households.households", "households", "households.view"),
    (mark("积分卡"), "cards.cards", "card", "cards.view"),
    (mark("红榜"), "boards.boards", "board", "boards.view"),
    (mark("打印"), "paper.paper", "print", "paper.view"),
    (mark("超市"), "store.store", "store", "store.view"),
    (mark("兑换单"), "counter.slips", "slip", "counter.view"),
    (mark("结算"), "settlements.settlements", "settlement", "settlements.view"),
    (mark("基金"), "fund.fund", "fund", "fund.view"),
    (mark("保障"), "fund.cover", "cover", "fund.cover"),
    (mark("积分细则"), "scheme.scheme", "scheme", "scheme.view"),
    (mark("总账"), "ledger.books", "ledger", "ledger.check"),
    (mark("备份"), "backup.backup", "download", "backup.view"),
    (mark("操作记录"), "supervision.acts", "watch", "supervision.acts"),
    (mark("用户"), "access.users", "users", "access.manage"),
    (mark("设置"), "villages.settings", "settings", "villages.settings"),
)

# What each role needs most, by endpoint: it comes first, and a phone shows it at the bottom.
_FIRST: Final = {
    Role.ADMIN: ("home.home", "notices.notices", "rounds.rounds", "households.households"),
    Role.RECORDER: ("home.home", "awards.record", "awards.verify", "rounds.rounds"),
    Role.GRID: ("home.home", "awards.verify", "awards.record", "rounds.rounds"),
    Role.REVIEWER: ("home.home", "awards.review", "sittings.sittings", "notices.notices"),
    Role.SUPERVISOR: (
        "home.home",
        "supervision.supervision",
        "objections.objections",
        "notices.notices",
    ),
    Role.SHOPKEEPER: ("home.home", "counter.counter", "store.store", "counter.slips"),
    Role.ACCOUNTANT: ("home.home", "ledger.books", "counter.slips", "households.households"),
    Role.OVERSEER: ("home.home", "regions.regions", "regions.ranking"),
}


def entries(role: str) -> list[Entry]:
    """The menu of a role; the room one is in is marked on all its pages."""
    seen = _seen(role, request.script_root)
    here = _room([url for _label, url, _icon in seen])
    return [Entry(_(label), url, icon, url == here) for label, url, icon in seen]


@lru_cache(maxsize=64)
def _seen(role: str, _below: str) -> list[tuple[str, str, str]]:
    """Words, address and icon of what a role sees, on a server `_below` whose root we are."""
    first = _FIRST[Role(role)]
    order = {endpoint: place for place, endpoint in enumerate(first)}
    own = [line for line in _MENU if may(role, line[3])]
    own.sort(key=lambda line: order.get(line[1], len(first)))  # the others stay as they are
    return [(label, url_for(endpoint), icon) for label, endpoint, icon, _part in own]


def _room(urls: list[str]) -> str:
    """The entry whose address this page's begins with: the longest; home is only itself."""
    page, home = request.script_root + request.path, url_for("home.home")
    found = [url for url in urls if page == url or (url != home and page.startswith(url))]
    return max(found, key=len, default="")
