"""Erasing what is personal of a household that moved away (个人信息保护法第四十七条).

This is the one place that reaches into other rooms' rows: whoever erases must see at a glance
what goes. What stays is what may not go: the books and what hangs on them (会计档案管理办法: thirty
years), what the village published and proves by its sha256, and the trail. Pages show `ERASED`
wherever such rows name somebody. `check` proves the same as before.
"""

import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Table, and_, func, select, update
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.access.models import Tie
from moralbank.audit import Actor
from moralbank.awards.models import Award, AwardState
from moralbank.boards.models import BoardLine
from moralbank.cards.models import Card, CardState
from moralbank.cards.token import make_token
from moralbank.counter.models import Slip
from moralbank.errors import Refused
from moralbank.households.erased import require_whole
from moralbank.households.masking import ERASED
from moralbank.households.models import Household, Member
from moralbank.households.queries import HouseholdInfo, household_named
from moralbank.i18n import _, listed, mark
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import account_of
from moralbank.ledger.service import lock
from moralbank.money import yuan
from moralbank.objections.models import Objection, ObjectionState
from moralbank.photos.forgetting import forget_photos, photos_showing
from moralbank.photos.models import PhotoSubject
from moralbank.reminders.models import Reminder, ReminderState
from moralbank.rounds.models import RoundScore
from moralbank.settlements.models import Settlement, SettlementSlip, SettlementState

ACT: Final = "households.erase"

_households: Final[Table] = Household.__table__  # type: ignore[attr-defined]
_members: Final[Table] = Member.__table__  # type: ignore[attr-defined]
_awards: Final[Table] = Award.__table__  # type: ignore[attr-defined]
_reminders: Final[Table] = Reminder.__table__  # type: ignore[attr-defined]
_objections: Final[Table] = Objection.__table__  # type: ignore[attr-defined]
_cards: Final[Table] = Card.__table__  # type: ignore[attr-defined]
_ties: Final[Table] = Tie.__table__  # type: ignore[attr-defined]
_slips: Final[Table] = Slip.__table__  # type: ignore[attr-defined]
_settlements: Final[Table] = Settlement.__table__  # type: ignore[attr-defined]
_settled: Final[Table] = SettlementSlip.__table__  # type: ignore[attr-defined]
_scores: Final[Table] = RoundScore.__table__  # type: ignore[attr-defined]
_board_lines: Final[Table] = BoardLine.__table__  # type: ignore[attr-defined]

_DEED_DONE: Final = (
    AwardState.POSTED,
    AwardState.REFUSED,
    AwardState.WITHDRAWN,
    AwardState.REVERSED,
)
_SETTLED: Final = (SettlementState.PAID, SettlementState.DROPPED)

STAYS: Final = (
    (
        mark("账本：每笔积分的日期、项目、分数，记到成员名下的连同名字"),
        mark("账只能添、不能改，一改校验码就对不上；会计档案要保管三十年"),
    ),
    (
        mark("兑换单、退货单、结算单：东西、金额、领取人、签名"),
        mark("是会计凭证，和账本一起保管三十年"),
    ),
    (
        mark("张贴过的公示和红榜，连同定稿时写的事迹"),
        mark("是村里公开过的文书，内容有校验码；页面和再印的纸上，姓名、事由一律显示“已注销”"),
    ),
    (
        mark("评议、核实、评比、异议办理的步骤和理由"),
        mark("说明每一分是谁按什么规矩定的；只有村里办事的人看得到"),
    ),
    (
        mark("操作记录"),
        mark("记着谁在什么时候改过什么，只能添、不能改；页面上这一户的详情不再显示"),
    ),
    (
        mark("以前的备份、导出的表、印出的纸"),
        mark("旧备份要等轮换掉才没有；已经拿走的表和纸，请经手人销毁"),
    ),
)
"""What is left of an erased household, and why: (what, why) as msgids."""


class NotMovedAway(Refused):
    """Only a household that moved away is erased."""

    text = mark("%(household)s 还在本村。先在“修改资料”里改成“已迁出”，再抹去个人资料")
    code = "not_moved_away"


class HasValueLeft(Refused):
    """Points or credit are still its own."""

    text = mark("%(household)s 还有 %(points)s 分、余额 %(yuan)s 元。兑换完或到期清零以后才能抹去")
    code = "has_value_left"


class HasOpenBusiness(Refused):
    """Something about it isn't decided or paid yet."""

    text = mark("%(household)s 还有没办完的事：%(what)s。办完再抹去")
    code = "has_open_business"


@dataclass(frozen=True)
class Found:
    """What there is to erase of a household, counted; whoever decides reads the numbers."""

    info: HouseholdInfo
    members: int
    cards: int
    deeds: int
    objections: int
    reminders: int
    photos: int

    @property
    def words(self) -> int:
        """How many rows hold something that was written about it."""
        return self.deeds + self.objections + self.reminders


@dataclass(frozen=True)
class _Numbers:
    """The village-local numbers of what is the household's."""

    household: int
    deeds: tuple[int, ...]
    objections: tuple[int, ...]
    reminders: tuple[int, ...]
    frozen_photos: frozenset[int]

    @property
    def shown(self) -> dict[PhotoSubject, Collection[int]]:
        """What its photos show. Signatures on slips are vouchers, and stay."""
        return {
            PhotoSubject.AWARD: self.deeds,
            PhotoSubject.OBJECTION: self.objections,
            PhotoSubject.REMINDER: self.reminders,
            PhotoSubject.HOUSEHOLD: (self.household,),
            PhotoSubject.LAUREATE: (self.household,),
        }


def erasable(session: Session, village_id: int, label: str) -> Found:
    """A household that may be erased, with what would go.

    Raises HouseholdNotNamed, HouseholdErased, NotMovedAway, HasValueLeft, HasOpenBusiness.
    """
    info = household_named(session, village_id, label)
    require_whole(info)
    if not info.moved:
        raise NotMovedAway(household=info.label)
    _require_nothing_left(session, village_id, info)
    numbers = _numbers(session, village_id, info.id)
    open_ones = listed(_open_business(session, village_id, info.id, numbers))
    if open_ones:
        raise HasOpenBusiness(household=info.label, what=open_ones)
    photos = photos_showing(session, village_id, numbers.shown) | numbers.frozen_photos
    return Found(
        info=info,
        members=_count(session, _members, village_id, _members.c.household_id == info.id),
        cards=_count(session, _cards, village_id, _cards.c.household_id == info.id),
        deeds=len(numbers.deeds),
        objections=len(numbers.objections),
        reminders=len(numbers.reminders),
        photos=len(photos),
    )


def erase(session: Session, actor: Actor, label: str) -> int:
    """Erase what is personal of a household; its number.

    Files of photos lie loose afterwards (`photos.forgetting.sweep_forgotten`). Raises as
    `erasable` does.
    """
    lock(session, actor.village_id)
    found = erasable(session, actor.village_id, label)
    village_id, household_id = actor.village_id, found.info.id
    numbers = _numbers(session, village_id, household_id)
    photos = forget_photos(session, village_id, numbers.shown, numbers.frozen_photos)
    _erase_people(session, village_id, household_id)
    _erase_words(session, village_id, household_id, numbers)
    _end_cards(session, village_id, household_id)
    session.expire_all()
    # Old issues of boards are proven against who had agreed to be named: see `boards/check.py`.
    consent = [found.info.consent, False]
    counted = {"members": found.members, "cards": found.cards, "photos": photos}
    audit.record(session, actor, ACT, found.info.label, consent=consent, **counted)
    return household_id


def _require_nothing_left(session: Session, village_id: int, info: HouseholdInfo) -> None:
    points = account_of(session, village_id, AccountKind.HOUSEHOLD_POINTS, info.id).amount
    credit = account_of(session, village_id, AccountKind.HOUSEHOLD_CREDIT, info.id).amount
    if points or credit:
        raise HasValueLeft(household=info.label, points=points, yuan=yuan(credit))


def _numbers(session: Session, village_id: int, household_id: int) -> _Numbers:
    deeds = _ids(session, _awards, village_id, _awards.c.household_id == household_id)
    of_house = _reminders.c.household_id == household_id
    published = select(_board_lines.c.photo_id).where(
        _board_lines.c.village_id == village_id, _board_lines.c.household_id == household_id
    )
    scored = select(_scores.c.photo_id).where(
        _scores.c.village_id == village_id, _scores.c.household_id == household_id
    )
    frozen = session.connection().scalars(published.union(scored))
    return _Numbers(
        household=household_id,
        deeds=deeds,
        objections=_ids(session, _objections, village_id, _objections.c.award_id.in_(deeds)),
        reminders=_ids(session, _reminders, village_id, of_house),
        frozen_photos=frozenset(number for number in frozen if number is not None),
    )


def _open_business(
    session: Session, village_id: int, household_id: int, numbers: _Numbers
) -> Iterator[str]:
    """What isn't done yet, in words: "积分记录 2 条"."""
    undone = and_(_awards.c.household_id == household_id, _awards.c.state.not_in(_DEED_DONE))
    waiting = and_(
        _objections.c.id.in_(numbers.objections), _objections.c.state == ObjectionState.OPEN
    )
    reminded = and_(
        _reminders.c.household_id == household_id, _reminders.c.state == ReminderState.OPEN
    )
    for table, open_ones, words in (
        (_awards, undone, mark("积分记录 %(n)s 条")),
        (_objections, waiting, mark("异议 %(n)s 件")),
        (_reminders, reminded, mark("提醒 %(n)s 件")),
        (_slips, _unsettled(village_id, household_id), mark("等结算的兑换单 %(n)s 张")),
    ):
        count = _count(session, table, village_id, open_ones)
        if count:
            yield _(words, n=count)


def _unsettled(village_id: int, household_id: int) -> Any:
    """The condition that a slip stands in a settlement which isn't paid."""
    waiting = (
        select(_settled.c.slip_id)
        .join(
            _settlements,
            and_(
                _settlements.c.village_id == _settled.c.village_id,
                _settlements.c.id == _settled.c.settlement_id,
            ),
        )
        .where(_settled.c.village_id == village_id, _settlements.c.state.not_in(_SETTLED))
    )
    return and_(_slips.c.household_id == household_id, _slips.c.id.in_(waiting))


def _erase_people(session: Session, village_id: int, household_id: int) -> None:
    """The household's row, its members' rows, and what was said of who is kin to it."""
    gone: dict[str, Any] = {
        "head": ERASED,
        "initials": "",
        "telephone": "",
        "people": None,
        "address": "",
    }
    gone |= {"note": "", "consent": False, "erased_at": clock.now()}
    _set(session, _households, village_id, _households.c.id == household_id, **gone)
    people = _ids(session, _members, village_id, _members.c.household_id == household_id)
    for place, number in enumerate(people, start=1):
        # Of one household no two members have the same name.
        blank = {"name": f"{ERASED}{place}", "relation": "", "minor": False}
        _set(session, _members, village_id, _members.c.id == number, **blank)
    _set(session, _ties, village_id, _ties.c.household_id == household_id, words="")


def _erase_words(session: Session, village_id: int, household_id: int, numbers: _Numbers) -> None:
    """What was written about deeds, objections and reminders in rows that may change."""
    for number in numbers.deeds:
        key = f"{ERASED} {number}"  # tells deeds of one day apart, as the note did
        _set(session, _awards, village_id, _awards.c.id == number, note="", deed_key=key)
    of_these = _objections.c.id.in_(numbers.objections)
    blank = {"name": "", "telephone": "", "words": ERASED, "answer": ERASED}
    _set(session, _objections, village_id, of_these, **blank)
    of_house = _reminders.c.household_id == household_id
    blank = {"note": ERASED, "witness": "", "settled_note": ""}
    _set(session, _reminders, village_id, of_house, **blank)


def _end_cards(session: Session, village_id: int, household_id: int) -> None:
    """No card works, none has a PIN, and the numbers printed on them lead nowhere."""
    for number in _ids(session, _cards, village_id, _cards.c.household_id == household_id):
        here = _cards.c.id == number
        _set(session, _cards, village_id, here, token=make_token(secrets.randbelow), pin_hash=None)
    working = and_(_cards.c.household_id == household_id, _cards.c.state == CardState.ACTIVE)
    _set(session, _cards, village_id, working, state=CardState.LOST, ended_at=clock.now())


def _set(session: Session, table: Table, village_id: int, where: Any, **values: Any) -> None:
    session.connection().execute(
        update(table).where(table.c.village_id == village_id, where).values(**values)
    )


def _ids(session: Session, table: Table, village_id: int, where: Any) -> tuple[int, ...]:
    wanted = select(table.c.id).where(table.c.village_id == village_id, where).order_by(table.c.id)
    return tuple(session.connection().scalars(wanted))


def _count(session: Session, table: Table, village_id: int, where: Any) -> int:
    wanted = select(func.count()).select_from(table).where(table.c.village_id == village_id, where)
    return int(session.connection().scalar(wanted) or 0)
