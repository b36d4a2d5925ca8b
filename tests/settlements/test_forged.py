"""What `check` finds when somebody writes into settlements past the program."""

from typing import Final

from moralbank.settlements.check import check_settlements
from tests.counter.till import DU, WANG
from tests.intruder import codes_after
from tests.settlements.desk import Desk, on_day

FORGED: Final = (
    ("UPDATE slips SET total_fen = total_fen + 100 WHERE id = 2", "settlement_claim"),
    ("UPDATE ledger_accounts SET balance = 1 WHERE kind = 'shop_accepted'", "settlement_claim"),
    ("UPDATE settlements SET state = 'checked' WHERE id = 1", "settlement_claim"),
    ("UPDATE settlements SET amount_fen = amount_fen - 1 WHERE id = 1", "settlement_sums"),
    ("UPDATE settlements SET amount_fen = amount_fen - 1 WHERE id = 1", "settlement_claim"),
    ("UPDATE settlements SET slips = 3 WHERE id = 2", "settlement_sums"),
    ("UPDATE settlements SET refunds_fen = 0, amount_fen = 9 WHERE id = 1", "settlement_sums"),
    ("DELETE FROM settlement_slips WHERE slip_id = 3", "settlement_sums"),
    ("DELETE FROM settlement_refunds", "settlement_sums"),
    ("UPDATE settlement_slips SET settlement_id = 1 WHERE slip_id = 3", "settlement_period"),
    ("UPDATE slips SET shop_id = 2 WHERE id = 3", "settlement_shop"),
    ("UPDATE refunds SET shop_id = 2 WHERE id = 1", "settlement_shop"),
    ("UPDATE settlements SET state = 'dropped' WHERE id = 2", "settlement_dropped"),
    ("UPDATE settlements SET checked_by = drafted_by WHERE id = 1", "settlement_hands"),
    ("UPDATE settlements SET signed_by = checked_by WHERE id = 1", "settlement_hands"),
    ("UPDATE settlements SET state = 'signed' WHERE id = 2", "settlement_hands"),
    ("UPDATE settlements SET paid_fen = paid_fen - 1 WHERE id = 1", "settlement_event"),
    ("UPDATE settlements SET paid_fen = paid_fen - 1 WHERE id = 1", "settlement_voucher"),
    ("UPDATE settlements SET paid_by = paid_by + 50 WHERE id = 1", "settlement_event"),
    ("UPDATE settlements SET seq = 1 WHERE id = 1", "settlement_missing"),
    ("UPDATE ledger_transfers SET amount = amount + 1 WHERE memo LIKE '结算%'", "settlement_event"),
    ("UPDATE vouchers SET amount_fen = 1 WHERE kind = 'settlement'", "settlement_voucher"),
    ("UPDATE vouchers SET settlement_id = 2 WHERE kind = 'settlement'", "settlement_paid"),
    ("UPDATE vouchers SET settlement_id = 9 WHERE kind = 'settlement'", "settlement_voucher"),
    ("DELETE FROM vouchers WHERE kind = 'settlement'", "settlement_voucher"),
    ("UPDATE settlements SET paid_fen = 5 WHERE id = 2", "settlement_paid"),
    ("UPDATE settlements SET due_fen = 0 WHERE id = 1", "settlement_event"),
    ("UPDATE settlements SET due_fen = 0 WHERE id = 2", "settlement_drafted"),
    ("UPDATE settlements SET first = '2020-01-01' WHERE id = 1", "settlement_drafted"),
    ("UPDATE settlements SET reason = '抹零' WHERE id = 1", "settlement_event"),
    ("UPDATE settlement_slips SET slip_id = 4 WHERE slip_id = 2", "settlement_event"),
    ("UPDATE vouchers SET number = '记-9' WHERE kind = 'settlement'", "settlement_event"),
    ("UPDATE vouchers SET party = '别家' WHERE kind = 'settlement'", "settlement_event"),
    ("UPDATE vouchers SET day = '2020-01-01' WHERE kind = 'settlement'", "settlement_event"),
    ("UPDATE settlements SET signed_by = 1 WHERE id = 1", "settlement_trail"),
    ("UPDATE settlements SET signed_at = '2020-01-01 00:00:00' WHERE id = 1", "settlement_trail"),
    ("UPDATE settlements SET signed_at = NULL WHERE id = 1", "settlement_trail"),
    (
        "UPDATE settlements SET signed_by = checked_by, checked_by = signed_by WHERE id = 1",
        "settlement_trail",
    ),
    ("UPDATE audit_entries SET detail = replace(detail, 'supervisor', 'grid')", "settlement_trail"),
    ("DELETE FROM settlements WHERE id = 2", "settlement_gone"),
    ("DELETE FROM settlements WHERE id = 1", "settlement_missing"),
)


def test_every_forged_row_is_found(small_desk: Desk) -> None:
    desk = small_desk
    desk.contract()
    desk.second_shop()
    with on_day(1):
        desk.income(50_000)
        sold = desk.redeem(DU, OIL_5L=1, SALT_400G=2)
        desk.redeem(WANG, RICE_5KG=1)
        desk.refund(sold.id, 2)
        desk.pay(desk.checked())
    with on_day(2):
        desk.redeem(WANG, SALT_400G=1)
        desk.draft()
        desk.redeem(DU, RICE_5KG=1)  # as dear as the one that was paid
    with desk.town.database.reading() as session:
        assert check_settlements(session, desk.town.village_id) == []
    for statement, code in FORGED:
        assert code in codes_after(desk.town, statement), statement
