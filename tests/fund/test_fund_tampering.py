"""What `check` finds when somebody writes into the fund's rows past the program."""

from datetime import timedelta

from moralbank import clock
from tests.awards.deeds import DU, WANG
from tests.fund.purse import Purse
from tests.intruder import codes_after
from tests.notices.wall import after
from tests.village import Town

_FORGED = [
    ("UPDATE vouchers SET amount_fen = amount_fen + 1 WHERE id = 1", {"fund_cash", "voucher_legs"}),
    ("UPDATE vouchers SET number = '财-8' WHERE id = 1", {"voucher_payload"}),
    ("UPDATE vouchers SET party = '别人' WHERE id = 2", {"voucher_payload"}),
    ("UPDATE vouchers SET note = '假' WHERE id = 1", {"voucher_payload"}),
    ('UPDATE vouchers SET "by" = "by" + 1 WHERE id = 1', {"voucher_hand"}),
    ("UPDATE vouchers SET source = 'donation' WHERE id = 1", {"voucher_payload"}),
    ("UPDATE vouchers SET day = '2020-01-01' WHERE id = 1", {"voucher_payload"}),
    ("UPDATE vouchers SET receipt_id = 5 WHERE id = 2", {"voucher_payload"}),
    ("UPDATE vouchers SET kind = 'purchase' WHERE id = 1", {"fund_cash", "voucher_without_event"}),
    ("UPDATE vouchers SET settlement_id = 1 WHERE id = 2", {"voucher_kind"}),
    ("UPDATE vouchers SET reversed_why = '假' WHERE id = 3", {"voucher_reversed"}),
    ("UPDATE vouchers SET seq = 1 WHERE id = 2", {"voucher_without_event", "voucher_missing"}),
    ("UPDATE vouchers SET reversed_seq = NULL WHERE id = 3", {"fund_cash", "voucher_reversed"}),
    ("UPDATE vouchers SET reversed_seq = 2 WHERE id = 1", {"fund_cash", "voucher_reversed"}),
    ("DELETE FROM vouchers WHERE id = 2", {"fund_cash", "voucher_missing"}),
    ("UPDATE ledger_accounts SET balance = -5 WHERE kind = 'fund_cash'", {"fund_below_zero"}),
    ("UPDATE lapse_lines SET points = points + 1 WHERE points = 9", {"lapse_sums", "lapse_legs"}),
    ("UPDATE lapses SET points = 20", {"lapse_sums"}),
    ("UPDATE lapses SET day = '2020-01-10'", {"lapse_payload"}),
    ("UPDATE lapses SET older_than = '2020-01-10'", {"lapse_payload"}),
    ("UPDATE lapses SET seq = NULL", {"lapse_missing", "lapse_without_event"}),
    ("UPDATE lapse_rules SET keeps_months = 6", {"lapse_rule"}),
    ("UPDATE lapse_rules SET resolution = '假'", {"lapse_rule"}),
    ("UPDATE lapses SET seq = 1", {"lapse_missing", "lapse_without_event"}),
]


def test_every_forged_row_is_found(village: Town) -> None:
    """One story, forged in many ways: each is undone before the next."""
    purse = Purse(village)
    purse.income(10_000, "财-7")
    purse.buy(4_000)
    purse.take_back(purse.income(500))
    purse.give(DU, 9)
    purse.give(WANG, 4)
    purse.rule(clock.today() + timedelta(days=30))
    with after(30):
        assert purse.lapse() == [1]
    assert purse.codes() == []
    for statement, codes in _FORGED:
        assert codes <= codes_after(village, statement), statement
    assert "lapse_missing" in codes_after(village, "DELETE FROM lapse_lines", "DELETE FROM lapses")
