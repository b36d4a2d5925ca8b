"""Reading what stands on the committee's pocket card."""

from collections.abc import Sequence
from typing import Final

from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import ROLE_LABELS, Role
from moralbank.access.queries import users_of
from moralbank.i18n import _, listed, mark
from moralbank.paper.sheets import PocketCard, PocketCategory, PocketItem, PocketStep
from moralbank.scheme.queries import ONCE, PERIOD_UNITS, Item, Scheme, scheme_on
from moralbank.villages.queries import village_info
from moralbank.villages.settings import (
    CONTACT,
    NOTICE_DAYS,
    VERIFICATION,
    VERIFY_ALL,
    VERIFY_HOUSEHOLDS,
    VERIFY_NONE,
)

_ASKED: Final = (Role.ADMIN, Role.RECORDER, Role.REVIEWER, Role.SUPERVISOR, Role.SHOPKEEPER)
"""Whom somebody who records may have to ask."""
_SEE: Final = (mark("认人"), mark("扫积分卡，或按户号、姓名找，核对户主"))
_WRITE: Final = (mark("记事"), mark("选事项，写明哪天、谁、做了什么；要凭据的拍照"))
_VERIFY: Final = (mark("核实"), mark("换一个人去看、去问；自己记的自己不核"))
_VERIFY_SOME: Final = (mark("核实"), mark("住户自己报的，换一个人去看、去问"))
_NO_VERIFY: Final = (mark("核对"), mark("提交前再看一遍：户、事项、数量、日期"))
_DECIDE: Final = (mark("评议"), mark("评议员表决定分；自家和亲属的，一律回避"))
_HANG: Final = (mark("公示"), mark("张榜 %(n)s 天，没有异议才入账"))
_POST: Final = (mark("入账"), mark("评议通过就入账，全村随时可以查"))
_VERIFYING: Final = {
    VERIFY_NONE: _NO_VERIFY,
    VERIFY_HOUSEHOLDS: _VERIFY_SOME,
    VERIFY_ALL: _VERIFY,
}
_RULES: Final = (
    mark("一事一记，当天记；同一件事不重复加分。"),
    mark("加分看封顶：到了上限，多做的不再加。"),
    mark("扣分之前先私下提醒，改了就不扣。"),
    mark("记错了不涂改：请评议员冲正，账上留痕。"),
)


def pocket_card(session: Session, village_id: int) -> PocketCard:
    """The card by the scheme in force today; raises NoScheme."""
    village = village_info(session, village_id)
    scheme = scheme_on(session, village_id, clock.today())
    return PocketCard(
        village=village.name,
        organisation=village.organisation,
        steps=_steps(village.settings),
        categories=_categories(scheme),
        rules=tuple(_(rule) for rule in _RULES),
        people=_people(session, village_id),
        contact=village.settings[CONTACT],
        edition=_(
            "积分细则第 %(version)s 版，%(day)s 起",
            version=scheme.version,
            day=scheme.valid_from.isoformat(),
        ),
    )


def _steps(settings: dict[str, str]) -> tuple[PocketStep, ...]:
    """The way of a deed, as this village has set it."""
    verify = _VERIFYING[settings[VERIFICATION]]
    days = int(settings[NOTICE_DAYS])
    last = _HANG if days else _POST
    steps = (_SEE, _WRITE, verify, _DECIDE, last)
    return tuple(PocketStep(_(title), _(words, n=days)) for title, words in steps)


def _categories(scheme: Scheme) -> tuple[PocketCategory, ...]:
    named = [(category.name, category.items) for category in scheme.categories]
    if scheme.deductions:
        named.append((_("扣分（先提醒）"), scheme.deductions))
    return tuple(PocketCategory(name, _items(items)) for name, items in named)


def _items(items: Sequence[Item]) -> tuple[PocketItem, ...]:
    return tuple(PocketItem(item.name, item.points_text, _note(item)) for item in items)


def _note(item: Item) -> str:
    """For how much the points are, unless for once, and the cap; which says a period itself."""
    said = item.unit == ONCE or item.cap_text.startswith(item.each_text)
    if said or (item.unit in PERIOD_UNITS and item.cap is not None):
        return item.cap_text
    return listed(filter(None, (item.each_text, item.cap_text)))


def _people(session: Session, village_id: int) -> tuple[tuple[str, str], ...]:
    """Who can be asked, by duty; duties without anybody are left out."""
    users = [user for user in users_of(session, village_id) if not user.disabled]
    by_duty = ((role, [one.name for one in users if one.role == role]) for role in _ASKED)
    return tuple((_(ROLE_LABELS[role]), listed(names)) for role, names in by_duty if names)
