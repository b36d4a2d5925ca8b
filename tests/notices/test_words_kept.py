"""What is kept is in the village's language, whoever's browser it came through."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session, col, select

from moralbank import i18n
from moralbank.ledger.models import Transfer
from moralbank.objections.models import ObjectionState
from moralbank.supervision.months import month_of
from moralbank.supervision.trail import overrides
from tests.awards.deeds import DU, GAOWA
from tests.notices.wall import WORK, Wall, after
from tests.village import Town


@pytest.fixture
def english() -> Iterator[None]:
    """Everybody reads English."""
    i18n.use_language("en")
    yield
    i18n.use_language("zh")


def _memos(session: Session) -> list[str]:
    return list(session.exec(select(Transfer.memo).order_by(col(Transfer.seq), col(Transfer.leg))))


@pytest.mark.usefixtures("english")
def test_an_english_reader_closes_a_notice(village: Town) -> None:
    wall = Wall(village)
    disputed = wall.record(DU, "拾金不昧", points_each=2, note="还了钱包")
    wall.adjust(disputed, 4, "多给")
    wall.approve(disputed)
    merit, deduction = wall.approved(GAOWA, WORK), wall.deducted(GAOWA)
    notice = wall.hang(disputed, merit, deduction)
    objection, second = wall.object_to(disputed), wall.object_to(disputed)
    wall.answer(objection, ObjectionState.CHANGED, "只还了一半", new_points=1)
    with after(4):
        wall.close_due()
        wall.hang(disputed)
    kept = [reason for _act, _by, reason, _witness in wall.acts(disputed) if reason]
    assert kept == [
        "2 分 → 4 分：多给",
        "第 1 号异议",
        "4 分 → 1 分：第 1 号异议：只还了一半",
    ]
    assert wall.objection(second).answer == "已随第 1 号异议一并处理"
    assert "积分公示（" in wall.notice(notice).title
    with village.database.reading() as session:
        merit_memo, deduction_memo = _memos(session)
        changed = overrides(session, village.village_id, month_of(wall.row(disputed).deed_on))
    assert merit_memo.startswith("出义务工")
    assert deduction_memo.startswith("扣分：乱倒垃圾")
    assert [(one.before, one.after, one.reason) for one in changed] == [
        (2, 4, "多给"),
        (4, 1, "第 1 号异议：只还了一半"),
    ]
    assert wall.codes() == []
