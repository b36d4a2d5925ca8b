"""The acts that take two people: what each changes, in words, and how it is done at last."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final, Self

from sqlmodel import Session

from moralbank.access import service as access
from moralbank.access.permissions import ROLE_LABELS, Role
from moralbank.access.queries import UserRow, user_named
from moralbank.audit import Actor
from moralbank.households import erasing
from moralbank.i18n import _, mark
from moralbank.ledger.queries import NoRate, rate_on
from moralbank.money import yuan
from moralbank.proposals.act import Act, Change, others_who_decide
from moralbank.scheme.models import CapMeasure, CapPer, CapPeriod
from moralbank.scheme.queries import Cap, Item, latest_scheme
from moralbank.scheme.rules import NewItem, NewScheme, as_new_items
from moralbank.scheme.service import adopt
from moralbank.store.service import set_rate


@dataclass(frozen=True)
class SetRate(Act):
    """Let a point be worth `fen_per_point` fen from a day on."""

    fen_per_point: int
    valid_from: date | None
    resolution: str

    key = "rate"
    label = mark("定兑换比例")
    permission = "store.rate"
    trail = "store.rate"

    @property
    def subject(self) -> str:
        """The village has one rate a day."""
        return ""

    def changes(self, session: Session, village_id: int) -> list[Change]:
        """The rate that would else hold on that day, and the new one."""
        try:
            before = _rate_words(rate_on(session, village_id, self.valid_from))
        except NoRate:
            before = ""
        return [
            Change(_("1 分等于"), before, _rate_words(self.fen_per_point)),
            Change(_("从哪天起"), "", str(self.valid_from)),
            Change(_("依据"), "", self.resolution.strip()),
        ]

    def perform(self, session: Session, actor: Actor) -> int:
        """Set it; the number of the ledger's event."""
        return set_rate(session, actor, self.fen_per_point, self.valid_from, self.resolution)

    def told(self, result: int) -> dict[str, Any]:
        """The day, and the rate."""
        del result
        return {"subject": str(self.valid_from), "fen_per_point": self.fen_per_point}

    def kept(self) -> dict[str, Any]:
        """The day as text."""
        return {**asdict(self), "valid_from": self.valid_from and self.valid_from.isoformat()}

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Self:
        """The day from its text."""
        return cls(**{**kept, "valid_from": date.fromisoformat(kept["valid_from"])})


@dataclass(frozen=True)
class AdoptScheme(Act):
    """Adopt a new version of the scheme."""

    wanted: NewScheme

    key = "scheme"
    label = mark("通过新一版积分细则")
    permission = "scheme.edit"
    trail = "scheme.adopt"

    @property
    def subject(self) -> str:
        """The village has one scheme."""
        return ""

    def changes(self, session: Session, village_id: int) -> list[Change]:
        """Which version it follows, the resolution, and every item that isn't as it was."""
        last = latest_scheme(session, village_id)
        before = _("第 %(version)s 版", version=last.version) if last else ""
        old = {item.number: item for item in as_new_items(last)} if last else {}
        kept = {item.number for item in self.wanted.items}
        said = [(old.get(item.number), item) for item in self.wanted.items]
        gone = [(item, None) for number, item in old.items() if number not in kept]
        return [
            Change(_("接着哪一版"), before, _("新的一版")),
            Change(_("生效日期"), "", self.wanted.valid_from.isoformat()),
            Change(_("通过日期"), "", self.wanted.adopted_on.isoformat()),
            Change(_("哪次会议通过的"), "", self.wanted.resolution.strip()),
            *(_item_change(was, new) for was, new in (*said, *gone) if was != new),
        ]

    def perform(self, session: Session, actor: Actor) -> int:
        """Adopt it; the version's number."""
        return adopt(session, actor, self.wanted)

    def told(self, result: int) -> dict[str, Any]:
        """The version, and from when it holds."""
        return {"subject": str(result), "valid_from": self.wanted.valid_from.isoformat()}

    def kept(self) -> dict[str, Any]:
        """Days as text."""
        days = {"adopted_on", "valid_from"}
        whole = asdict(self.wanted)
        return {name: str(value) if name in days else value for name, value in whole.items()}

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Self:
        """Days, levels and caps as the service takes them."""
        items = tuple(NewItem(**{**item, **_read_item(item)}) for item in kept["items"])
        adopted_on, valid_from = (date.fromisoformat(kept[n]) for n in ("adopted_on", "valid_from"))
        return cls(NewScheme(kept["resolution"], adopted_on, valid_from, items))


@dataclass(frozen=True)
class AddUser(Act):
    """Add a user; of the first password only its hash is kept (`access.service.first_password`)."""

    name: str
    role: str
    password_hash: str

    key = "user"
    label = mark("添加用户")
    permission = "access.manage"
    trail = "access.add"
    secrets = frozenset({"password_hash"})

    @property
    def subject(self) -> str:
        """The user's name."""
        return self.name.strip()

    def changes(self, session: Session, village_id: int) -> list[Change]:
        """The name, and the part."""
        del session, village_id
        return [
            Change(_("用户名"), "", self.subject),
            Change(_("岗位"), "", _(ROLE_LABELS[Role(self.role)])),
        ]

    def perform(self, session: Session, actor: Actor) -> int:
        """Add; the user's number."""
        return access.enlist(session, actor, self.name, Role(self.role), self.password_hash).id

    def told(self, result: int) -> dict[str, Any]:
        """The name, and the part."""
        del result
        return {"subject": self.subject, "role": self.role}


@dataclass(frozen=True)
class _OfUser(Act):
    """An act on one user, by name: names are unique and never change."""

    name: str

    permission = "access.manage"

    @property
    def subject(self) -> str:
        """The user's name."""
        return self.name

    def told(self, result: int) -> dict[str, Any]:
        """The name."""
        del result
        return {"subject": self.name}

    def user(self, session: Session, village_id: int) -> UserRow:
        """Whom it is about, as they are now; raises UserUnknown."""
        return user_named(session, village_id, self.name)


@dataclass(frozen=True)
class ChangeRole(_OfUser):
    """Give somebody another part."""

    role: str

    key = "role"
    label = mark("改岗位")
    trail = "access.role"

    def changes(self, session: Session, village_id: int) -> list[Change]:
        """The part, and whether they are let in at all."""
        user = self.user(session, village_id)
        after = _(ROLE_LABELS[Role(self.role)])
        return [Change(_("岗位"), user.role_label, after), _unchanged_state(user)]

    def perform(self, session: Session, actor: Actor) -> int:
        """Change it; the user's number."""
        user = self.user(session, actor.village_id)
        return access.change_role(session, actor, user.id, Role(self.role)).id

    def told(self, result: int) -> dict[str, Any]:
        """The name, and the new part."""
        return {**super().told(result), "after": self.role}


@dataclass(frozen=True)
class LetIn(_OfUser):
    """Let somebody in again who was disabled."""

    key = "enable"
    label = mark("恢复使用")
    trail = "access.enable"

    def changes(self, session: Session, village_id: int) -> list[Change]:
        """The state, and in which part they come back."""
        user = self.user(session, village_id)
        return [Change(_("状态"), _state(user), _("在用")), _unchanged_role(user)]

    def perform(self, session: Session, actor: Actor) -> int:
        """Let in; the user's number."""
        user = self.user(session, actor.village_id)
        return access.set_disabled(session, actor, user.id, disabled=False).id


@dataclass(frozen=True)
class ShutOut(_OfUser):
    """Disable somebody. One person's act, since it only closes a door.

    Save for the last one who could confirm beside whoever acts: who could shut that one out would
    from then on act alone in everything.
    """

    key = "disable"
    label = mark("停用用户")
    trail = "access.disable"

    def takes_two(self, session: Session, actor: Actor) -> bool:
        """Whether nobody else could confirm afterwards."""
        return [one.name for one in others_who_decide(session, actor)] == [self.name]

    def changes(self, session: Session, village_id: int) -> list[Change]:
        """The state, and their part."""
        user = self.user(session, village_id)
        return [Change(_("状态"), _state(user), _("已停用")), _unchanged_role(user)]

    def perform(self, session: Session, actor: Actor) -> int:
        """Shut out; the user's number."""
        user = self.user(session, actor.village_id)
        return access.set_disabled(session, actor, user.id, disabled=True).id


@dataclass(frozen=True)
class NewPassword(_OfUser):
    """Give somebody a first password anew; only its hash is kept."""

    password_hash: str

    key = "password"
    label = mark("重设密码")
    trail = "access.reset"
    secrets = frozenset({"password_hash"})

    def changes(self, session: Session, village_id: int) -> list[Change]:
        """That the password changes, and whose part it opens."""
        user = self.user(session, village_id)
        after = _("新的初始密码，登录后须改")
        return [Change(_("密码"), _("本人现在的密码"), after), _unchanged_role(user)]

    def perform(self, session: Session, actor: Actor) -> int:
        """Set it; the user's number."""
        user = self.user(session, actor.village_id)
        return access.replace_password(session, actor, user.id, self.password_hash).id


@dataclass(frozen=True)
class EraseHousehold(Act):
    """Erase what is personal of a household that moved away; nothing brings it back."""

    label_of_household: str

    key = "erase"
    label = mark("抹去一户的个人资料")
    permission = "households.erase"
    trail = erasing.ACT

    @property
    def subject(self) -> str:
        """Group and number: no name, for this is kept."""
        return self.label_of_household

    def changes(self, session: Session, village_id: int) -> list[Change]:
        """What would go, counted; no name stands in a proposal."""
        found = erasing.erasable(session, village_id, self.label_of_household)
        gone = _("抹去，不能恢复")
        return [
            Change(
                _("户主和成员的姓名、电话、住址、备注"), _("%(n)s 人", n=found.members + 1), gone
            ),
            Change(_("积分卡和密码"), _("%(n)s 张", n=found.cards), _("作废")),
            Change(_("照片"), _("%(n)s 张", n=found.photos), gone),
            Change(_("好事、异议、提醒的说明"), _("%(n)s 条", n=found.words), gone),
        ]

    def perform(self, session: Session, actor: Actor) -> int:
        """Erase; the household's number."""
        return erasing.erase(session, actor, self.label_of_household)

    def told(self, result: int) -> dict[str, Any]:
        """Group and number."""
        del result
        return {"subject": self.label_of_household}


ACTS: Final[dict[str, type[Act]]] = {
    one.key: one
    for one in (
        *(SetRate, AdoptScheme, AddUser, ChangeRole, LetIn, ShutOut, NewPassword),
        EraseHousehold,
    )
}
"""Every act that takes two people, by its key. Another kind becomes one by a line here."""
ON_USERS: Final = frozenset(key for key, kind in ACTS.items() if kind.permission == "access.manage")
"""The acts on who may do what."""


def _rate_words(fen: int) -> str:
    return _("%(yuan)s 元", yuan=yuan(fen))


def _state(user: UserRow) -> str:
    return _("已停用") if user.disabled else _("在用")


def _unchanged_state(user: UserRow) -> Change:
    return Change(_("状态"), _state(user), _state(user))


def _unchanged_role(user: UserRow) -> Change:
    return Change(_("岗位"), user.role_label, user.role_label)


def _item_change(was: NewItem | None, new: NewItem | None) -> Change:
    """An item that comes, goes or changes, under the name that it has or had."""
    if was is None or new is None:
        before, after = _item_words(was) if was else "", _item_words(new) if new else _("停用")
        return Change(was.name if was else new.name if new else "", before, after)
    before, after = _item_words(was), _item_words(new)
    if was.name != new.name:
        before, after = _("，").join([was.name, before]), _("，").join([new.name, after])
    return Change(was.name, before, after)


def _item_words(item: NewItem) -> str:
    """Everything that an item says but its name, so that two that differ read differently."""
    values = {
        name: getattr(item, name) for name in Item.__dataclass_fields__ if hasattr(item, name)
    }
    shown = Item(**{**values, "number": item.number or 0, "category": 0, "category_name": ""})
    parts = (
        item.category,
        f"{shown.points_text} {shown.each_text}",
        shown.cap_text,
        _("须写明依据") if item.evidence else "",
        item.note,
    )
    return _("，").join(part for part in parts if part)


def _read_item(kept: dict[str, Any]) -> dict[str, Any]:
    """Of a kept item what JSON holds otherwise than the service."""
    cap = kept["cap"]
    if cap is not None:
        kinds = CapMeasure(cap["measure"]), CapPeriod(cap["period"]), CapPer(cap["per"])
        cap = Cap(cap["amount"], *kinds)
    return {"cap": cap, "levels": tuple((name, points) for name, points in kept["levels"])}
