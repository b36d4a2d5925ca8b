"""The one table of who may do what. Routes and commands name a permission; tests walk it."""

from enum import StrEnum
from typing import Final

from moralbank.audit import Actor
from moralbank.errors import Denied
from moralbank.i18n import _, listed, mark


class Role(StrEnum):
    """A person's part in the village's bank."""

    ADMIN = "admin"
    RECORDER = "recorder"
    GRID = "grid"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    SHOPKEEPER = "shopkeeper"
    ACCOUNTANT = "accountant"
    OVERSEER = "overseer"


ROLE_LABELS: Final = {
    Role.ADMIN: mark("管理员"),
    Role.RECORDER: mark("记分员"),
    Role.GRID: mark("网格员"),
    Role.REVIEWER: mark("评议员"),
    Role.SUPERVISOR: mark("监督员"),
    Role.SHOPKEEPER: mark("店长"),
    Role.ACCOUNTANT: mark("会计"),
    Role.OVERSEER: mark("乡镇督导"),
}

VILLAGE_ROLES: Final = tuple(role for role in Role if role != Role.OVERSEER)
"""The parts that a village has. An overseer belongs to a town or county above it."""

_EVERYONE: Final = frozenset(VILLAGE_ROLES)
_COMMITTEE: Final = frozenset(
    {Role.ADMIN, Role.RECORDER, Role.GRID, Role.REVIEWER, Role.SUPERVISOR}
)
_BOOKS: Final = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.ACCOUNTANT})

# Recording, reviewing, redeeming and watching are four different people's work: no role has two.
# Who verifies may record too, but never verifies what they recorded (`awards/bars.py`).
PERMISSIONS: Final[dict[str, frozenset[Role]]] = {
    "access.self": frozenset(Role),
    "access.manage": frozenset({Role.ADMIN}),
    "proposals.view": frozenset({Role.ADMIN, Role.SUPERVISOR}),
    "proposals.decide": frozenset({Role.ADMIN, Role.SUPERVISOR}),
    "regions.view": frozenset({Role.OVERSEER}),
    "backup.view": frozenset({Role.ADMIN, Role.SUPERVISOR}),
    "backup.create": frozenset({Role.ADMIN}),
    "villages.settings": frozenset({Role.ADMIN}),
    "villages.export": frozenset({Role.ADMIN}),
    "households.view": _COMMITTEE | {Role.ACCOUNTANT},
    "households.edit": frozenset({Role.ADMIN}),
    "households.disclose": frozenset({Role.ADMIN}),
    "households.erase": frozenset({Role.ADMIN}),
    "scheme.view": _EVERYONE,
    "scheme.edit": frozenset({Role.ADMIN}),
    "awards.view": _COMMITTEE | {Role.ACCOUNTANT},
    "awards.record": frozenset({Role.RECORDER, Role.GRID}),
    "awards.verify": frozenset({Role.RECORDER, Role.GRID}),
    "awards.send_back": frozenset({Role.RECORDER, Role.GRID, Role.REVIEWER}),
    "awards.decide": frozenset({Role.REVIEWER}),
    "awards.reverse": frozenset({Role.REVIEWER}),
    "photos.view": frozenset({Role.RECORDER, Role.GRID, Role.REVIEWER, Role.SUPERVISOR}),
    "reminders.view": _COMMITTEE,
    "reminders.give": frozenset({Role.RECORDER, Role.GRID}),
    "rounds.view": _COMMITTEE,
    "rounds.manage": frozenset({Role.ADMIN, Role.RECORDER}),
    "rounds.score": frozenset({Role.RECORDER, Role.GRID}),
    "sittings.view": _COMMITTEE,
    "sittings.hold": frozenset({Role.REVIEWER}),
    "notices.view": _EVERYONE,
    "notices.publish": frozenset({Role.ADMIN, Role.RECORDER}),
    "objections.view": _COMMITTEE,
    "objections.take": _COMMITTEE,
    "objections.decide": frozenset({Role.SUPERVISOR}),
    "supervision.view": frozenset({Role.SUPERVISOR}),
    "supervision.acts": frozenset({Role.ADMIN, Role.SUPERVISOR}),
    "cards.view": frozenset({Role.ADMIN, Role.RECORDER, Role.SUPERVISOR}),
    "cards.manage": frozenset({Role.ADMIN, Role.RECORDER}),
    "boards.view": _EVERYONE,
    "boards.edit": frozenset({Role.ADMIN}),
    "boards.publish": frozenset({Role.ADMIN, Role.RECORDER}),
    "passbooks.print": frozenset({Role.ADMIN, Role.RECORDER}),
    "paper.view": _EVERYONE,
    "paper.jobs": frozenset(Role),
    "store.view": frozenset({Role.SHOPKEEPER, Role.ACCOUNTANT, Role.SUPERVISOR, Role.ADMIN}),
    "store.manage": frozenset({Role.SHOPKEEPER}),
    "store.shops": frozenset({Role.ADMIN}),
    "store.rate": frozenset({Role.ADMIN}),
    "counter.redeem": frozenset({Role.SHOPKEEPER}),
    "counter.view": frozenset({Role.SHOPKEEPER, Role.ACCOUNTANT, Role.SUPERVISOR}),
    "counter.refund": frozenset({Role.SHOPKEEPER, Role.ACCOUNTANT}),
    "counter.close": frozenset({Role.SHOPKEEPER}),
    "counter.reopen": frozenset({Role.ACCOUNTANT}),
    "fund.view": _BOOKS,
    "fund.cover": _EVERYONE,
    "fund.manage": frozenset({Role.ACCOUNTANT}),
    "fund.lapse": frozenset({Role.ADMIN}),
    "settlements.view": _BOOKS | {Role.SHOPKEEPER},
    "settlements.draft": frozenset({Role.ACCOUNTANT}),
    "settlements.sign": frozenset({Role.SHOPKEEPER}),
    "settlements.check": frozenset({Role.SUPERVISOR}),
    "settlements.pay": frozenset({Role.ACCOUNTANT}),
    "ledger.statement": _COMMITTEE | {Role.ACCOUNTANT},
    "ledger.check": _BOOKS,
}

_JUDGING: Final = ("awards.verify", "awards.decide", "rounds.score", "objections.decide")


class NotYourPart(Denied):
    """The role doesn't have the permission."""

    text = mark("“%(role)s”不能做这件事，请由%(others)s来办")
    code = "not_your_part"


def may(role: str, permission: str) -> bool:
    """Whether a role has a permission; an unknown permission is a fault of ours: KeyError."""
    return role in PERMISSIONS[permission]


def judges(role: str) -> bool:
    """Whether a role judges households, so that kin must be declared."""
    return any(may(role, permission) for permission in _JUDGING)


def require(actor: Actor, permission: str) -> None:
    """Raise NotYourPart, naming who could, unless the actor may."""
    if not may(actor.role, permission):
        others = listed(_(ROLE_LABELS[role]) for role in Role if may(role, permission))
        own = ROLE_LABELS.get(Role(actor.role), "") if actor.role in list(Role) else ""
        raise NotYourPart(role=_(own), others=others)
