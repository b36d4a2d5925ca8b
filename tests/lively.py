"""A village in which a little of everything has happened, for walks through all its pages."""

from datetime import timedelta
from typing import Final

from sqlmodel import Session

from moralbank import clock
from moralbank.access.models import TieKind
from moralbank.access.permissions import Role
from moralbank.access.queries import groups_looked_after
from moralbank.access.service import assign_groups, declare_tie
from moralbank.awards.deciding import approve, send_back
from moralbank.awards.models import AwardSource
from moralbank.awards.service import RecordAward, record, save_draft
from moralbank.boards.edits import save_edit
from moralbank.boards.issuing import publish
from moralbank.boards.periods import current_quarter
from moralbank.cards.service import issue
from moralbank.counter.refunding import refund
from moralbank.counter.service import Redeem, redeem
from moralbank.fund.lapse_rules import set_rule
from moralbank.fund.models import FundSource
from moralbank.fund.service import Income, record_income
from moralbank.notices.service import open_notice
from moralbank.objections.models import ObjectionWay
from moralbank.objections.service import RaiseObjection, raise_objection
from moralbank.passbooks.service import print_passbook
from moralbank.passbooks.sheets import How
from moralbank.proposals.acts import SetRate
from moralbank.proposals.service import propose
from moralbank.reminders.service import GiveReminder, give
from moralbank.rounds.choices import Choice
from moralbank.rounds.opening import OpenRound, open_round
from moralbank.rounds.operations import Operation
from moralbank.rounds.queries import round_info
from moralbank.rounds.scoring import take_operations
from moralbank.settlements.service import draft
from moralbank.sittings.models import Duty
from moralbank.sittings.service import Attending, open_sitting_now
from moralbank.store.counting import open_count
from moralbank.store.queries import products
from moralbank.store.service import ReceivedLine, Receiving, receive, waste
from moralbank.supervision.months import month_of
from moralbank.supervision.service import draw_recheck
from moralbank.villages.service import change_setting
from moralbank.villages.settings import NOTICE_DAYS, PUBLIC_ADDRESS
from tests.village import Town

DU: Final = "一组-012"
WORK, TREES, YARD, LITTER, SICK = 16, 7, 1, 41, 24  # numbers of the default scheme's items


def live(town: Town, note: str) -> None:
    """Let 杜仁森 have done, claimed, earned and bought things, each with `note` in its words."""
    du = town.household(DU).id
    with town.database.writing() as session:
        _judge(session, town, du, note)
    with town.database.writing() as session:
        _trade(session, town, du, note)
        _pay(session, town, note)
    with town.database.writing() as session:
        _hang(session, town, du, note)
    with town.database.writing() as session:
        _walk(session, town, note)
    with town.database.writing() as session:
        _honour(session, town, du, note)


def _judge(session: Session, town: Town, du: int, note: str) -> None:
    """A deed posted in a sitting and drawn for a re-check, a draft, one returned, a tie."""
    recorder, reviewer = town.actor(Role.RECORDER), town.actor(Role.REVIEWER)
    supervisor, grid, admin = (
        town.actor(role) for role in (Role.SUPERVISOR, Role.GRID, Role.ADMIN)
    )
    today, yesterday = clock.today(), clock.today() - timedelta(days=1)
    done = record(
        session, recorder, "lively-record", RecordAward(du, WORK, deed_on=yesterday, note=note)
    )
    save_draft(session, recorder, "lively-draft", RecordAward(du, TREES, deed_on=today, note=note))
    claim = RecordAward(
        du, TREES, deed_on=yesterday, note=note, source=AwardSource.PAPER, helper="张玉山"
    )
    asked = record(session, recorder, "lively-paper", claim)
    present = [Attending(Duty.CHAIR, user_id=reviewer.user_id), Attending(Duty.GUEST, note)]
    open_sitting_now(session, reviewer, "lively-sitting", today, "村委会", present)
    approve(session, reviewer, "lively-approve", [done])
    groups = groups_looked_after(session, town.village_id, grid.user_id)
    assign_groups(session, admin, grid.user_id, {*groups, town.household(DU).group_id})
    send_back(session, grid, asked, note)
    draw_recheck(session, supervisor, "lively-draw", month_of(today), "20261120")
    declare_tie(
        session, admin, reviewer.user_id, town.household("一组-001").id, TieKind.KIN, "女儿家"
    )


def _trade(session: Session, town: Town, du: int, note: str) -> None:
    """A card, goods from a supplier, a slip taken back, another in a settlement, a count."""
    keeper = town.actor(Role.SHOPKEEPER)
    issue(session, town.actor(Role.RECORDER), [du])
    cheap = min(products(session, town.village_id), key=lambda one: one.price_fen)
    goods = {cheap.id: ReceivedLine(3, 100, clock.today() + timedelta(days=20))}
    receive(session, keeper, "lively-receive", Receiving(goods, supplier=note[:20], note=note))
    waste(session, keeper, "lively-waste", {cheap.id: 1}, note)
    back = redeem(session, keeper, "lively-redeem", Redeem(du, None, {cheap.id: 1}))
    refund(session, keeper, "lively-refund", back, {1: False}, note)
    redeem(session, keeper, "lively-redeem-2", Redeem(du, None, {cheap.id: 1}))
    open_count(session, keeper, "lively-count", note=note)
    draft(session, town.actor(Role.ACCOUNTANT), "lively-settle", cheap.shop_id, clock.today())


def _pay(session: Session, town: Town, note: str) -> None:
    """Money that came in, a rule that points lapse, a new rate that waits for a second person."""
    said = Income(
        source=FundSource.DONATION,
        number="SR001",
        day=clock.today(),
        amount_fen=100_00,
        party=note,
    )
    record_income(session, town.actor(Role.ACCOUNTANT), "lively-income", said)
    begins = clock.today() + timedelta(days=30)
    set_rule(session, town.actor(Role.ADMIN), "lively-lapse", begins, 0, note)
    propose(session, town.actor(Role.ADMIN), "lively-rate", SetRate(120, begins, note))


def _hang(session: Session, town: Town, du: int, note: str) -> None:
    """Two deeds on a notice, an objection to one of them, a third that waits; a reminder."""
    admin, recorder = town.actor(Role.ADMIN), town.actor(Role.RECORDER)
    change_setting(session, admin, NOTICE_DAYS, "3")
    change_setting(session, admin, PUBLIC_ADDRESS, "https://bank.example.cn")
    today = clock.today()
    ids = [
        record(
            session,
            recorder,
            f"lively-hang-{item}",
            RecordAward(du, item, deed_on=today, note=note),
        )
        for item in (WORK, SICK, YARD)
    ]
    approve(session, town.actor(Role.REVIEWER), "lively-approve-2", ids[:2])
    open_notice(session, admin, "lively-notice", ids[:2])
    words = RaiseObjection(ids[0], note, ObjectionWay.PHONE, name="白森")
    raise_objection(session, town.actor(Role.SUPERVISOR), "lively-object", words)
    give(
        session,
        recorder,
        "lively-remind",
        GiveReminder(du, LITTER, note, seen_on=today, witness="张玉山"),
    )


def _walk(session: Session, town: Town, note: str) -> None:
    """An open round with a score, about which two disagree."""
    recorder, grid = town.actor(Role.RECORDER), town.actor(Role.GRID)
    home = town.household(DU)
    buttons = (Choice("达标", 2), Choice("不达标", 0))
    wanted = OpenRound(
        "庭院评比",
        clock.today(),
        ((2, buttons),),
        (home.group_id,),
        (recorder.user_id, grid.user_id),
    )
    number = open_round(session, recorder, "lively-round", wanted)
    info = round_info(session, town.village_id, number)
    for who, points in ((recorder, 2), (grid, 0)):
        op = f"{who.user_id:032x}"
        score = Operation(op, 1, home.id, 2, points, remark=note)
        take_operations(session, who, info, who.user_id, [score])


def _honour(session: Session, town: Town, du: int, note: str) -> None:
    """A published board with a line of its own words, and a passbook."""
    admin, quarter = town.actor(Role.ADMIN), current_quarter()
    save_edit(session, admin, "shanju", quarter.text, du, deed=note)
    publish(session, admin, "live-board", "shanju", quarter)
    print_passbook(session, admin, "live-passbook", [du], How.BOOKLET)
