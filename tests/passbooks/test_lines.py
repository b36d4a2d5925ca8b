"""A passbook's lines are the ledger's, in words that old people understand."""

from datetime import timedelta

from sqlalchemy import event

from moralbank import clock
from moralbank.access.permissions import VILLAGE_ROLES, Role
from moralbank.passbooks.service import print_passbook
from moralbank.passbooks.sheets import How
from tests.awards.deeds import DU, GAOWA, WANG, fresh_id
from tests.counter.till import Till
from tests.fund.purse import Purse
from tests.notices.wall import after
from tests.passbooks.clerk import MEETING, Clerk


def test_every_kind_of_line_is_told_as_the_ledger_has_it(clerk: Clerk) -> None:
    day, town = clock.today(), clerk.town
    until = day + timedelta(days=60)
    purse = Purse(town)
    purse.rule(until)
    sister = clerk.add_member(DU, "杜小妹")
    hers = clerk.record(DU, MEETING, quantity=30, member_id=sister)
    clerk.approve(hers)
    ours = clerk.record(DU, MEETING, quantity=10, note="另一次会")
    clerk.approve(ours)
    till = Till(town)
    till.stock(SALT_400G=20)
    slip = till.redeem(DU, SALT_400G=2)
    refund = till.refund(slip.id, 1)
    clerk.reverse(ours, "开会的不是他")
    with after(60):
        purse.lapse()

    lines = clerk.lines(DU)
    assert [(one.amount, one.balance, one.mark) for one in lines] == clerk.ledger(DU)
    assert [one.number for one in lines] == [1, 2, 3, 4, 5, 6]
    done = f"{day.month}月{day.day}日"
    names = {role: town.actor(role).name for role in VILLAGE_ROLES}
    assert [(one.words, one.by) for one in lines] == [
        (f"参加村民会议（{done}，杜小妹）", names[Role.REVIEWER]),
        (f"参加村民会议（{done}）", names[Role.REVIEWER]),
        (f"兑换 {slip.lines[0].title}（{slip.label}）", names[Role.SHOPKEEPER]),
        (f"退回 {slip.lines[0].title}（{refund.label}）", names[Role.SHOPKEEPER]),
        (f"冲正第 2 笔：参加村民会议（{done}）", names[Role.REVIEWER]),
        (f"积分到期清零（{until.year} 年 {until.month} 月 {until.day} 日）", "系统"),
    ]
    assert lines[-1].balance == 0
    assert (lines[0].day, lines[-1].day) == (day, until)


def test_more_households_and_lines_need_no_more_statements(clerk: Clerk) -> None:
    clerk.earn(DU, 1)
    _statements(clerk, DU)  # the first printing of a village opens its number
    few = _statements(clerk, DU)
    clerk.earn(DU, 3)
    clerk.earn(WANG, 2)
    clerk.earn(GAOWA, 2)
    assert _statements(clerk, DU, WANG, GAOWA) == few


def _statements(clerk: Clerk, *labels: str) -> int:
    """How many statements a printing takes."""
    made: list[str] = []

    def note(*said: object) -> None:
        made.append(str(said[2]))

    engine, ids = clerk.town.database.engine, clerk.ids(labels)
    event.listen(engine, "before_cursor_execute", note)
    with clerk.town.database.writing() as session:
        print_passbook(session, clerk.recorder, fresh_id(), ids, How.BOOKLET)
    event.remove(engine, "before_cursor_execute", note)
    return len(made)
