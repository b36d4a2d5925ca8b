"""What the village allows at the counter, and what a refusal says would make it work."""

import io
from datetime import date, datetime
from pathlib import Path

import pytest
from PIL import Image

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.cards.service import mark_lost
from moralbank.counter import judging, service
from moralbank.counter.limits import Allowance, allowance, next_exchange_day, period_end
from moralbank.counter.models import Proof
from moralbank.counter.service import Redeem
from moralbank.errors import MoralbankError
from moralbank.ledger.queries import ClockBehind
from moralbank.photos.models import PhotoSubject
from moralbank.photos.pictures import picture_of
from moralbank.photos.queries import photos_of
from moralbank.photos.service import keep_picture
from moralbank.store.models import LimitPeriod
from moralbank.villages.settings import (
    DAY_POINTS,
    EXCHANGE_DAYS,
    LEAST_POINTS,
    MONTH_POINTS,
    PROOF_POINTS,
)
from tests.counter.till import DU, WANG, Till

LAST_NIGHT = datetime(2031, 5, 31, 23, 59, tzinfo=clock.VILLAGE_ZONE)
NEXT_MORNING = datetime(2031, 6, 1, 0, 1, tzinfo=clock.VILLAGE_ZONE)


def test_points_of_a_day_and_of_a_month(till: Till) -> None:
    """Midnight and month end begin anew; what came back may be used again."""
    till.give(DU, 300)
    till.rule(DAY_POINTS, 60)
    till.rule(MONTH_POINTS, 70)
    with clock.at(LAST_NIGHT):
        assert _left(till) == (60, 70)
        first = till.redeem(DU, RICE_5KG=1)  # 45
        with pytest.raises(judging.OverDayPoints) as refused:
            till.redeem(DU, SALT_400G=2, SOAP_126G=6)
        assert "今天还能用 15 分" in refused.value.message
        assert "少拿 1 块香皂就够了" in refused.value.message
        till.redeem(DU, SALT_400G=6)  # all of the day
        with pytest.raises(judging.DayPointsSpent):
            till.redeem(DU, SOAP_126G=1)
        assert till.refund(first.id, 1).points_back == 45
        assert _left(till) == (45, 55)
        till.redeem(DU, NOODLE_1KG=4)  # 40 of the month's 55
    with clock.at(NEXT_MORNING):
        assert _left(till) == (60, 70)
        till.redeem(DU, SOAP_126G=10)
    with clock.at(NEXT_MORNING.replace(day=2)):
        with pytest.raises(judging.OverMonthPoints) as refused:
            till.redeem(DU, OIL_5L=1)
        assert "本月还能用 50 分" in refused.value.message
        assert "少拿" not in refused.value.message  # one bottle can't be less
        till.redeem(DU, RICE_5KG=1)
        till.rule(MONTH_POINTS, 65)
        with pytest.raises(judging.MonthPointsSpent):
            till.redeem(DU, SALT_400G=1)


def test_pieces_of_a_product_within_its_period(till: Till) -> None:
    till.give(DU, 300)
    till.give(WANG, 300)
    till.limit("RICE-5KG", 2, LimitPeriod.MONTH)
    with clock.at(LAST_NIGHT):
        till.redeem(WANG, RICE_5KG=2)  # another household's are its own
        with pytest.raises(judging.OverPieces) as refused:
            till.redeem(DU, RICE_5KG=3)
        assert "每户每月最多 2 袋，本月还可以拿 2 袋" in refused.value.message
        first = till.redeem(DU, SALT_400G=1, RICE_5KG=2)
        with pytest.raises(judging.PiecesTaken) as refused:
            till.redeem(DU, RICE_5KG=1)
        assert "6 月 1 日起可以再拿" in refused.value.message
        till.refund(first.id, 2)
        assert _allowance(till).product_left == {till.product("RICE-5KG").id: 2}
        till.redeem(DU, RICE_5KG=1)
    with clock.at(NEXT_MORNING):
        till.redeem(DU, RICE_5KG=2)
        till.limit("RICE-5KG", 4, LimitPeriod.YEAR)
        with pytest.raises(judging.OverPieces) as refused:
            till.redeem(DU, RICE_5KG=2)
        assert "今年还可以拿 1 袋" in refused.value.message


def test_exchange_days(booth: Till) -> None:
    booth.give(DU, 300)
    booth.rule(EXCHANGE_DAYS, "1 15")
    with clock.at(LAST_NIGHT):
        with pytest.raises(judging.NoExchangeDay) as refused:
            booth.redeem(DU, SALT_400G=1)
        assert "下次兑换是 6 月 1 日（周日）" in refused.value.message
        # The page was opened before midnight, and is sent after it.
    with clock.at(NEXT_MORNING):
        booth.redeem(DU, SALT_400G=1)


def test_the_next_exchange_day_may_be_months_ahead() -> None:
    assert next_exchange_day([31], date(2031, 4, 2)) == date(2031, 5, 31)
    assert next_exchange_day([30], date(2031, 1, 31)) == date(2031, 3, 30)
    assert next_exchange_day([], date(2031, 1, 31)) is None
    assert next_exchange_day([31], date(2031, 1, 31)) is None
    assert period_end(LimitPeriod.QUARTER, date(2031, 11, 30)) == date(2032, 1, 1)
    assert period_end(LimitPeriod.MONTH, date(2031, 12, 31)) == date(2032, 1, 1)
    assert period_end(LimitPeriod.DAY, date(2031, 12, 31)) == date(2032, 1, 1)


def test_a_least_number_of_points(booth: Till) -> None:
    booth.rate(5000)
    booth.give(DU, 1)
    booth.redeem(DU, SALT_400G=1)
    booth.rule(LEAST_POINTS, 30)
    booth.give(DU, 12, days_ago=2)
    with pytest.raises(judging.BelowLeast) as refused:
        booth.redeem(DU, OIL_5L=1)
    assert "还差 18 分" in refused.value.message
    assert booth.redeem(DU, SALT_400G=1).points_used == 0  # credit alone uses no points


def test_too_few_points_says_what_would_do(booth: Till) -> None:
    booth.give(DU, 100)
    with pytest.raises(judging.PointsShort) as refused:
        booth.redeem(DU, RICE_5KG=2, NOODLE_1KG=2)  # 109.80
    assert "还差 10 分；少拿 1 把挂面就够了" in refused.value.message
    booth.rate(5000)
    booth.redeem(DU, SALT_400G=1)  # 47.50 yuan stay as credit
    booth.rate(100)
    wanted = Redeem(
        booth.town.household(DU).id,
        None,
        {booth.product("OIL-5L").id: 2},
        credit_fen=0,
        proof=Proof.PIN,
    )
    with pytest.raises(judging.PointsShort) as refused:
        booth.take(wanted)
    assert "把余额都用上就够了" in refused.value.message


def test_how_much_credit_to_use_may_be_chosen(till: Till) -> None:
    till.give(DU, 100)
    till.rate(700)
    till.redeem(DU, SALT_400G=1)  # 4.50 yuan stay
    till.rate(100)
    lines = {till.product("NOODLE-1KG").id: 1}
    wanted = Redeem(till.town.household(DU).id, None, lines, credit_fen=300)
    made = till.slip(till.take(wanted))
    assert (made.credit_used, made.points_used, made.credit_after) == (300, 7, 160)
    none = till.slip(till.take(Redeem(wanted.household_id, None, lines, credit_fen=0)))
    assert (none.credit_used, none.points_used, none.credit_after) == (0, 10, 170)
    more = till.slip(till.take(Redeem(wanted.household_id, None, lines, credit_fen=10**9)))
    assert (more.credit_used, more.points_used, more.credit_after) == (170, 9, 80)
    for amount in (-1, 1.5, "3", True):
        with pytest.raises(service.CreditInvalid):
            till.take(Redeem(wanted.household_id, None, lines, credit_fen=amount))  # type: ignore[arg-type]


def test_many_points_need_a_proof(booth: Till, tmp_path: Path) -> None:
    booth.give(DU, 300)
    booth.rule(PROOF_POINTS, 60)
    lines = {booth.product("OIL-5L").id: 1}
    unproven = Redeem(booth.town.household(DU).id, None, lines, proof=Proof.SIGNATURE)
    with pytest.raises(judging.ProofMissing):
        booth.take(unproven)
    with booth.town.database.writing() as session:
        keeper = booth.town.actor(Role.SHOPKEEPER)
        signed = keep_picture(session, keeper, tmp_path, picture_of(_signature()))
    made = booth.slip(booth.take(Redeem(unproven.household_id, None, lines, signature=signed)))
    assert made.proof is Proof.SIGNATURE
    with booth.town.database.reading() as session:
        shown = photos_of(session, booth.town.village_id, PhotoSubject.SLIP, [made.id])
    assert [one.id for one in shown[made.id]] == [signed]
    assert booth.redeem(DU, OIL_5L=1).proof is Proof.PIN
    booth.rule(PROOF_POINTS, 0)
    assert booth.slip(booth.take(unproven)).proof is Proof.NONE


def test_who_takes_the_goods(booth: Till) -> None:
    booth.give(DU, 100)
    booth.member(DU, "杜小军", "儿子")
    number, lines = booth.town.household(DU).id, {booth.product("SALT-400G").id: 1}
    with pytest.raises(service.RelationMissing) as refused:
        booth.take(Redeem(number, None, lines, collector="李四"))
    assert "“李四”不是这户的人" in refused.value.message

    def taker(collector: str, relation: str = "") -> str:
        made = Redeem(number, None, lines, collector=collector, relation=relation)
        return booth.slip(booth.take(made)).taker

    assert taker("李四", "邻居") == "李四（邻居）"
    assert taker(" 杜小军 ", "儿子") == "杜小军"
    assert taker("杜仁森") == taker("") == "户主本人"


def test_a_shop_whose_contract_is_over_and_goods_that_are_not_offered(booth: Till) -> None:
    booth.contract(until=date(2031, 5, 31))
    booth.give(DU, 100)
    booth.change("SALT-400G", on_until=clock.today())
    booth.redeem(DU, SALT_400G=1)
    with clock.at(LAST_NIGHT):
        with pytest.raises(service.ProductWithdrawn):
            booth.redeem(DU, SALT_400G=1)
        booth.redeem(DU, SOAP_126G=1)
    with clock.at(NEXT_MORNING), pytest.raises(service.ContractEnded) as refused:
        booth.redeem(DU, SOAP_126G=1)
    assert "2031-05-31" in refused.value.message


def test_a_card_that_is_blocked_between_scan_and_confirm(booth: Till) -> None:
    booth.give(DU, 100)
    card = booth.card(DU)
    wanted = Redeem(card.household_id, card.id, {booth.product("SALT-400G").id: 1})
    with booth.town.database.reading() as session:
        service.require_customer(session, booth.town.village_id, wanted)
    with booth.town.database.writing() as session:
        mark_lost(session, booth.town.actor(Role.RECORDER), card.id)
    with pytest.raises(MoralbankError) as refused:
        booth.take(wanted)
    assert refused.value.code == "card_lost"


def test_a_clock_that_was_set_back(booth: Till) -> None:
    """Limits and closed days are the clock's: with a wrong one nothing is given out."""
    booth.give(DU, 100)
    with clock.at(LAST_NIGHT):
        booth.redeem(DU, SALT_400G=1)
    with pytest.raises(ClockBehind):
        booth.redeem(DU, SALT_400G=1)


def _signature() -> bytes:
    drawn = io.BytesIO()
    Image.linear_gradient("L").save(drawn, "PNG")
    return drawn.getvalue()


def _allowance(till: Till) -> Allowance:
    number = till.town.household(DU).id
    with till.town.database.reading() as session:
        return allowance(session, till.town.village_id, number, 1)


def _left(till: Till) -> tuple[int | None, int | None]:
    allowed = _allowance(till)
    return allowed.day_left, allowed.month_left
