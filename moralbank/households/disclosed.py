"""What is kept about one household, sheet by sheet, as `disclosing.py` hands it out."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import RowMapping, Table, and_, select
from sqlmodel import Session

from moralbank import clock
from moralbank.audit import AuditEntry
from moralbank.awards.models import Award, AwardStep, AwardVote
from moralbank.awards.states import ACT_LABELS, STATE_LABELS
from moralbank.boards.models import BoardIssue, BoardLine
from moralbank.cards.queries import STATE_LABELS as CARD_STATES
from moralbank.cards.queries import cards_of
from moralbank.counter.models import Slip, SlipLine
from moralbank.excel import Cell, Sheet
from moralbank.households.masking import ERASED, surname
from moralbank.households.models import Household, Member
from moralbank.households.queries import HouseholdInfo, members_of
from moralbank.i18n import _
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import account_of, statement
from moralbank.money import yuan
from moralbank.notices.models import NoticeHousehold, NoticeLine
from moralbank.objections.models import Objection
from moralbank.objections.queries import STATE_LABELS as OBJECTION_STATES
from moralbank.reminders.models import Reminder
from moralbank.reminders.queries import STATE_LABELS as REMINDER_STATES
from moralbank.rounds.models import RoundScore
from moralbank.scheme.models import SchemeItem
from moralbank.supervision.act_details import detail_words, one_line
from moralbank.supervision.act_words import act_words

ALL_LINES: Final = 1_000_000
"""More lines than any statement has."""
CARD_TAIL: Final = 4

_households: Final[Table] = Household.__table__  # type: ignore[attr-defined]
_members: Final[Table] = Member.__table__  # type: ignore[attr-defined]
_awards: Final[Table] = Award.__table__  # type: ignore[attr-defined]
_items: Final[Table] = SchemeItem.__table__  # type: ignore[attr-defined]
_steps: Final[Table] = AwardStep.__table__  # type: ignore[attr-defined]
_votes: Final[Table] = AwardVote.__table__  # type: ignore[attr-defined]
_slips: Final[Table] = Slip.__table__  # type: ignore[attr-defined]
_goods: Final[Table] = SlipLine.__table__  # type: ignore[attr-defined]
_objections: Final[Table] = Objection.__table__  # type: ignore[attr-defined]
_reminders: Final[Table] = Reminder.__table__  # type: ignore[attr-defined]
_hung: Final[Table] = NoticeLine.__table__  # type: ignore[attr-defined]
_walls: Final[Table] = NoticeHousehold.__table__  # type: ignore[attr-defined]
_issues: Final[Table] = BoardIssue.__table__  # type: ignore[attr-defined]
_lines: Final[Table] = BoardLine.__table__  # type: ignore[attr-defined]
_scores: Final[Table] = RoundScore.__table__  # type: ignore[attr-defined]
_audit: Final[Table] = AuditEntry.__table__  # type: ignore[attr-defined]


class _Veil:
    """Masks in free text the names that belong to other households."""

    def __init__(self, names: Iterable[str]) -> None:
        """Longer names first: one name may begin another."""
        known = sorted({name for name in names if len(name) > 1}, key=len, reverse=True)
        self._names = re.compile("|".join(map(re.escape, known))) if known else None

    def over(self, text: str) -> str:
        """The text with 杜** for 杜仁森."""
        if self._names is None:
            return text
        return self._names.sub(lambda found: f"{surname(found[0])}**", text)


def disclosed_sheets(session: Session, village_id: int, info: HouseholdInfo) -> list[Sheet]:
    """Every sheet; one without rows stays, so that one sees that nothing is kept."""
    veil = _Veil(_names_of_others(session, village_id, info.id))
    return [
        _household(info),
        _people(session, village_id, info),
        _cards(session, village_id, info),
        *_deeds(session, village_id, info, veil),
        *_books(session, village_id, info, veil),
        _redeemed(session, village_id, info),
        _objected(session, village_id, info, veil),
        _reminded(session, village_id, info, veil),
        _scored(session, village_id, info, veil),
        *_published(session, village_id, info, veil),
        _trail(session, village_id, info, veil),
    ]


def _names_of_others(session: Session, village_id: int, household_id: int) -> set[str]:
    """Heads and members of all other households, less the names that this one has too."""
    connection = session.connection()
    of_heads = select(_households.c.id, _households.c.head).where(
        _households.c.village_id == village_id
    )
    of_members = select(_members.c.household_id, _members.c.name).where(
        _members.c.village_id == village_id
    )
    rows = [*connection.execute(of_heads), *connection.execute(of_members)]
    own = {name for number, name in rows if number == household_id}
    return {name for number, name in rows if number != household_id} - own - {ERASED}


def _household(info: HouseholdInfo) -> Sheet:
    rows: list[list[Cell]] = [
        [_("小组"), info.group],
        [_("户号"), info.number],
        [_("户主姓名"), info.head],
        [_("联系电话"), info.telephone],
        [_("家庭人口"), info.people],
        [_("住址"), info.address],
        [_("备注"), info.note],
        [_("同意姓名上榜"), _yes(info.consent)],
        [_("状态"), _("已迁出") if info.moved else _("在本村")],
    ]
    return Sheet(_("住户"), [_("项目"), _("内容")], rows)


def _people(session: Session, village_id: int, info: HouseholdInfo) -> Sheet:
    found = members_of(session, village_id, info.id)
    rows = [[one.name, one.relation, _yes(one.minor)] for one in found]
    return Sheet(_("成员"), [_("姓名"), _("与户主的关系"), _("未成年")], rows)


def _cards(session: Session, village_id: int, info: HouseholdInfo) -> Sheet:
    heads = [_("卡号末四位"), _("状态"), _("发卡"), _("停用"), _("印过几次"), _("设了密码")]
    rows: list[list[Cell]] = [
        [
            one.token[-CARD_TAIL:],
            _(CARD_STATES[one.state]),
            _at(one.issued_at),
            _at(one.ended_at),
            one.prints,
            _yes(one.has_pin),
        ]
        for one in cards_of(session, village_id, info.id)
    ]
    return Sheet(_("积分卡"), heads, rows)


def _deeds(session: Session, village_id: int, info: HouseholdInfo, veil: _Veil) -> list[Sheet]:
    """Deeds, the steps that each took, and how votes came out."""
    rows = _rows(session, _with_item(village_id, info.id))
    numbers = [row["id"] for row in rows]
    names = {one.id: one.name for one in members_of(session, village_id, info.id)}
    heads = [
        _("编号"),
        _("日期"),
        _("项目"),
        _("成员"),
        _("分"),
        _("说明"),
        _("现状"),
        _("记录时间"),
    ]
    deeds: list[list[Cell]] = [
        [
            row["id"],
            str(row["deed_on"]),
            row["item_name"],
            names.get(row["member_id"], ""),
            -row["points"] if row["deduction"] else row["points"],
            veil.over(row["note"]),
            _(STATE_LABELS[row["state"]]),
            _at(row["recorded_at"]),
        ]
        for row in rows
    ]
    return [
        Sheet(_("好事和扣分"), heads, deeds),
        _steps_of(session, village_id, numbers, veil),
        _votes_on(session, village_id, numbers),
    ]


def _with_item(village_id: int, household_id: int) -> Any:
    of_item = and_(
        _items.c.village_id == _awards.c.village_id,
        _items.c.version == _awards.c.scheme_version,
        _items.c.number == _awards.c.item,
    )
    return (
        select(_awards, _items.c.name.label("item_name"))
        .join(_items, of_item)
        .where(_awards.c.village_id == village_id, _awards.c.household_id == household_id)
        .order_by(_awards.c.id)
    )


def _steps_of(session: Session, village_id: int, deeds: Sequence[int], veil: _Veil) -> Sheet:
    wanted = select(_steps).where(_steps.c.village_id == village_id, _steps.c.award_id.in_(deeds))
    rows = [
        [row["award_id"], _at(row["at"]), _(ACT_LABELS[row["act"]]), veil.over(row["reason"])]
        for row in _rows(session, wanted.order_by(_steps.c.award_id, _steps.c.step))
    ]
    return Sheet(_("每件事的经过"), [_("编号"), _("时间"), _("做了什么"), _("理由")], rows)


def _votes_on(session: Session, village_id: int, deeds: Sequence[int]) -> Sheet:
    """How many were for and against; of each voter the last vote of the last ballot counts."""
    wanted = select(_votes).where(_votes.c.village_id == village_id, _votes.c.award_id.in_(deeds))
    last: dict[int, dict[int, bool]] = {}
    ballots: Counter[int] = Counter()
    for row in _rows(session, wanted.order_by(_votes.c.award_id, _votes.c.vote)):
        deed = row["award_id"]
        if row["ballot"] > ballots[deed]:
            ballots[deed], last[deed] = row["ballot"], {}
        last.setdefault(deed, {})[row["voter"]] = row["in_favour"]
    rows = [
        [deed, sum(cast.values()), len(cast) - sum(cast.values())] for deed, cast in last.items()
    ]
    return Sheet(_("评议结果"), [_("编号"), _("赞成"), _("不赞成")], rows)


def _books(session: Session, village_id: int, info: HouseholdInfo, veil: _Veil) -> list[Sheet]:
    """The statements of points and of credit, the newest line first."""
    heads = [_("时间"), _("事由"), _("变动"), _("结余"), _("账号")]
    sheets = []
    for title, kind in (
        (_("积分账"), AccountKind.HOUSEHOLD_POINTS),
        (_("余额账（分）"), AccountKind.HOUSEHOLD_CREDIT),
    ):
        account = account_of(session, village_id, kind, info.id).account
        rows: list[list[Cell]] = [
            [_at(one.at), veil.over(one.memo), one.amount, one.balance, one.mark]
            for one in statement(session, village_id, account, limit=ALL_LINES)
        ]
        sheets.append(Sheet(title, heads, rows))
    return sheets


def _redeemed(session: Session, village_id: int, info: HouseholdInfo) -> Sheet:
    of_slip = and_(_goods.c.village_id == _slips.c.village_id, _goods.c.slip_id == _slips.c.id)
    wanted = (
        select(_slips, _goods.c.name, _goods.c.spec, _goods.c.quantity, _goods.c.price_fen)
        .join(_goods, of_slip)
        .where(_slips.c.village_id == village_id, _slips.c.household_id == info.id)
        .order_by(_slips.c.id, _goods.c.line)
    )
    heads = [
        *(_("兑换单"), _("时间"), _("商品"), _("件数"), _("单价（元）")),
        *(_("整单用积分"), _("领取人"), _("与户主的关系")),
    ]
    rows: list[list[Cell]] = [
        [
            *(row["id"], _at(row["at"]), f"{row['name']} {row['spec']}".rstrip(), row["quantity"]),
            *(yuan(row["price_fen"]), row["points_used"], row["collector"], row["relation"]),
        ]
        for row in _rows(session, wanted)
    ]
    return Sheet(_("兑换"), heads, rows)


def _objected(session: Session, village_id: int, info: HouseholdInfo, veil: _Veil) -> Sheet:
    """Objections to its deeds, without who raised them."""
    own = select(_awards.c.id).where(
        _awards.c.village_id == village_id, _awards.c.household_id == info.id
    )
    wanted = select(_objections).where(
        _objections.c.village_id == village_id, _objections.c.award_id.in_(own)
    )
    heads = [_("异议号"), _("哪件事"), _("时间"), _("内容"), _("结果"), _("答复")]
    rows = [
        [
            *(row["id"], row["award_id"], _at(row["raised_at"]), veil.over(row["words"])),
            *(_(OBJECTION_STATES[row["state"]]), veil.over(row["answer"])),
        ]
        for row in _rows(session, wanted.order_by(_objections.c.id))
    ]
    return Sheet(_("对本户的异议"), heads, rows)


def _reminded(session: Session, village_id: int, info: HouseholdInfo, veil: _Veil) -> Sheet:
    wanted = select(_reminders).where(
        _reminders.c.village_id == village_id, _reminders.c.household_id == info.id
    )
    heads = [_("看到的日期"), _("说明"), _("改正期限"), _("结果"), _("结果说明")]
    rows = [
        [
            *(str(row["seen_on"]), veil.over(row["note"]), str(row["put_right_by"])),
            *(_(REMINDER_STATES[row["state"]]), veil.over(row["settled_note"])),
        ]
        for row in _rows(session, wanted.order_by(_reminders.c.id))
    ]
    return Sheet(_("提醒"), heads, rows)


def _scored(session: Session, village_id: int, info: HouseholdInfo, veil: _Veil) -> Sheet:
    wanted = select(_scores).where(
        _scores.c.village_id == village_id, _scores.c.household_id == info.id
    )
    rows = [
        [row["round_id"], _at(row["received_at"]), row["points"], veil.over(row["remark"])]
        for row in _rows(session, wanted.order_by(_scores.c.received_at, _scores.c.op))
    ]
    return Sheet(_("上门评比"), [_("第几次评比"), _("时间"), _("分"), _("备注")], rows)


def _published(session: Session, village_id: int, info: HouseholdInfo, veil: _Veil) -> list[Sheet]:
    """Its lines on notices, and on boards."""
    of_wall = and_(
        _walls.c.village_id == _hung.c.village_id,
        _walls.c.notice_id == _hung.c.notice_id,
        _walls.c.household_id == _hung.c.household_id,
    )
    hung = (
        select(_hung, _walls.c.head)
        .join(_walls, of_wall)
        .where(_hung.c.village_id == village_id, _hung.c.household_id == info.id)
        .order_by(_hung.c.notice_id, _hung.c.line)
    )
    notices = [
        [
            *(row["notice_id"], row["head"], row["member_name"], row["item_name"]),
            *(-row["points"] if row["deduction"] else row["points"], veil.over(row["note"])),
        ]
        for row in _rows(session, hung)
    ]
    of_issue = and_(_issues.c.village_id == _lines.c.village_id, _issues.c.id == _lines.c.issue_id)
    stood = (
        select(_lines, _issues.c.title, _issues.c.number, _issues.c.period)
        .join(_issues, of_issue)
        .where(_lines.c.village_id == village_id, _lines.c.household_id == info.id)
        .order_by(_lines.c.issue_id, _lines.c.line)
    )
    boards = [
        [
            *(row["title"], row["number"], row["period"], row["rank"], row["name"]),
            *(veil.over(row["deed"]), row["points"]),
        ]
        for row in _rows(session, stood)
    ]
    on_notices = [_("第几期公示"), _("户主"), _("成员"), _("项目"), _("分"), _("说明")]
    on_boards = [_("榜"), _("第几期"), _("时段"), _("名次"), _("姓名"), _("事迹"), _("分")]
    return [Sheet(_("公示"), on_notices, notices), Sheet(_("红榜"), on_boards, boards)]


def _trail(session: Session, village_id: int, info: HouseholdInfo, veil: _Veil) -> Sheet:
    """What was done to its data, when; by whom is the village's business."""
    wanted = select(_audit).where(
        _audit.c.village_id == village_id,
        _audit.c.act.startswith("households.", autoescape=True),
        _audit.c.subject == info.label,
    )
    rows = [
        [_at(row["at"]), act_words(row["act"]), veil.over(_told(row["act"], row["detail"]))]
        for row in _rows(session, wanted.order_by(_audit.c.id))
    ]
    return Sheet(_("资料的改动"), [_("时间"), _("做了什么"), _("详情")], rows)


def _told(act: str, detail: str) -> str:
    """The detail of a line in words, without who else agreed to it."""
    told = {key: value for key, value in json.loads(detail).items() if key != "seconded_by"}
    return one_line(detail_words(act, told, {}))


def _rows(session: Session, wanted: Any) -> Sequence[RowMapping]:
    return session.connection().execute(wanted).mappings().all()


def _yes(said: bool) -> str:  # noqa: FBT001 - a value of a row
    return _("是") if said else _("否")


def _at(moment: datetime | date | None) -> str:
    return clock.minute(moment) if isinstance(moment, datetime) else ""
