"""The village supermarket: shops, batches, counts, refunds, closed days, fund, settlements.

Revision ID: 0004
Revises: 0003
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

HISTORY = ("refunds", "refund_lines", "lapse_lines")
EVENTS = (
    "open_accounts",
    "set_rate",
    "post_awards",
    "redeem",
    "refund",
    "income",
    "purchase",
    "settle",
    "lapse",
    "reverse",
)
ACCOUNTS = (
    "household_points",
    "household_credit",
    "shop_accepted",
    "points_issued",
    "points_exchanged",
    "points_lapsed",
    "credit_issued",
    "credit_settled",
    "fund_cash",
    "fund_income",
    "fund_settled",
    "fund_goods",
)
UNITS = ("point", "credit", "cash")
SUBJECTS = (
    "award",
    "reminder",
    "objection",
    "round",
    "household",
    "product",
    "slip",
    "voucher",
)
MOVES = ("receive", "redeem", "return", "send_back", "waste", "count")


def upgrade() -> None:
    _widen_shops()
    _widen_products()
    _shop_keepers()
    _stock_batches()
    _stock_receipts()
    _stock_counts()
    _stock_count_lines()
    _widen_moves()
    _widen_slips()
    _refunds()
    _refund_lines()
    _day_closes()
    _widen_ledger()
    _widen_photos()
    _vouchers()
    _lapse_rules()
    _lapses()
    _lapse_lines()
    _settlements()
    _settlement_slips()
    _settlement_refunds()
    for table in HISTORY:
        _guard(table)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _check(
    batch: BatchOperations, table: str, name: str, condition: str, *, known: bool = True
) -> None:
    """Set a CHECK anew. SQLite's tables are rebuilt, and a rebuild forgets every CHECK."""
    name = op.f(f"ck_{table}_{name}")
    if known and not _is_sqlite():
        batch.drop_constraint(name, type_="check")
    batch.create_check_constraint(name, condition)


def _add(batch: BatchOperations, name: str, kind: sa.types.TypeEngine[Any], value: object) -> None:
    """A column that every row has: those that are there already get `value`."""
    batch.add_column(sa.Column(name, kind, nullable=False, server_default=sa.text(repr(value))))


def _widen_shops() -> None:
    with op.batch_alter_table("shops") as batch:
        _add(batch, "kind", sa.String(24), "village")
        _add(batch, "contact", sa.String(40), "")
        batch.add_column(sa.Column("contract_until", sa.Date(), nullable=True))
    with op.batch_alter_table("shops") as batch:
        for name in ("kind", "contact"):
            batch.alter_column(name, server_default=None)
        _check(batch, "shops", "shopkind", _one_of("kind", ("village", "contract")), known=False)


def _widen_products() -> None:
    with op.batch_alter_table("products") as batch:
        for name, kind in (
            ("cost_fen", sa.Integer()),
            ("on_from", sa.Date()),
            ("on_until", sa.Date()),
        ):
            batch.add_column(sa.Column(name, kind, nullable=True))
        _add(batch, "low_at", sa.Integer(), 3)
        _add(batch, "limit_pieces", sa.Integer(), 0)
        _add(batch, "limit_period", sa.String(24), "month")
    with op.batch_alter_table("products") as batch:
        for name in ("low_at", "limit_pieces", "limit_period"):
            batch.alter_column(name, server_default=None)
        _check(batch, "products", "price", "price_fen > 0")
        _check(batch, "products", "stock", "stock >= 0")
        _check(batch, "products", "cost", "cost_fen >= 0", known=False)
        _check(batch, "products", "limits", "limit_pieces >= 0 AND low_at >= 0", known=False)
        _check(batch, "products", "offered", "on_until >= on_from", known=False)
        periods = ("day", "month", "quarter", "year")
        _check(batch, "products", "limitperiod", _one_of("limit_period", periods), known=False)


def _widen_moves() -> None:
    """Each move is of a batch: what came before is one batch a product, its cost unknown."""
    _unguard("stock_moves")
    op.execute(
        'INSERT INTO stock_batches (village_id, id, product_id, best_before, cost_fen, "left", at) '
        "SELECT p.village_id, row_number() OVER (PARTITION BY p.village_id ORDER BY p.id), p.id, "
        "NULL, NULL, p.stock, min(m.at) FROM products p JOIN stock_moves m "
        "ON m.village_id = p.village_id AND m.product_id = p.id "
        "GROUP BY p.village_id, p.id, p.stock"
    )
    op.execute(
        "INSERT INTO ledger_numbers (village_id, name, last) "
        "SELECT village_id, 'batch', max(id) FROM stock_batches GROUP BY village_id"
    )
    with op.batch_alter_table("stock_moves") as batch:
        for name in ("batch_id", "refund_id", "receipt_id", "count_id"):
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
    op.execute(
        "UPDATE stock_moves SET batch_id = (SELECT b.id FROM stock_batches b WHERE "
        "b.village_id = stock_moves.village_id AND b.product_id = stock_moves.product_id)"
    )
    with op.batch_alter_table("stock_moves") as batch:
        batch.alter_column("batch_id", existing_type=sa.Integer(), nullable=False)
        _check(batch, "stock_moves", "movekind", _one_of("kind", MOVES))
        _check(batch, "stock_moves", "quantity", "quantity <> 0")
        batch.create_foreign_key(
            op.f("fk_stock_moves_village_id_batch_id"),
            "stock_batches",
            ["village_id", "batch_id"],
            ["village_id", "id"],
            ondelete="RESTRICT",
        )
        batch.create_index("ix_stock_moves_product", ["village_id", "product_id", "id"])
        batch.create_index("ix_stock_moves_slip", ["village_id", "slip_id"])
    _guard("stock_moves")


def _widen_slips() -> None:
    with op.batch_alter_table("slips") as batch:
        _add(batch, "relation", sa.String(20), "")
        _add(batch, "proof", sa.String(24), "none")
        _add(batch, "credit_used", sa.BigInteger(), 0)
    # Credit from earlier was always used first.
    op.execute(
        "UPDATE slips SET credit_used = "
        "CASE WHEN credit_before < total_fen THEN credit_before ELSE total_fen END"
    )
    with op.batch_alter_table("slips") as batch:
        for name in ("relation", "proof", "credit_used"):
            batch.alter_column(name, server_default=None)
        _check(batch, "slips", "amounts", "total_fen > 0 AND points_used >= 0")
        _check(
            batch,
            "slips",
            "credit",
            "credit_used >= 0 AND credit_used <= credit_before",
            known=False,
        )
        proofs = ("none", "pin", "signature")
        _check(batch, "slips", "proof", _one_of("proof", proofs), known=False)
        batch.create_index("ix_slips_day", ["village_id", "shop_id", "at"])
        batch.create_index("ix_slips_household", ["village_id", "household_id", "at"])


def _widen_ledger() -> None:
    """Goods that the fund bought: an account and an event of their own."""
    _unguard("ledger_events")
    with op.batch_alter_table("ledger_events") as batch:
        _check(batch, "ledger_events", "eventkind", _one_of("kind", EVENTS))
        _check(batch, "ledger_events", "reverses", "reverses < seq")
        _check(batch, "ledger_events", "seq", "seq > 0")
    _guard("ledger_events")
    with op.batch_alter_table("ledger_accounts") as batch:
        _check(batch, "ledger_accounts", "accountkind", _one_of("kind", ACCOUNTS))
        _check(batch, "ledger_accounts", "unit", _one_of("unit", UNITS))
        _check(batch, "ledger_accounts", "floor", "floor IS NULL OR balance >= floor")


def _widen_photos() -> None:
    with op.batch_alter_table("photo_uses") as batch:
        _check(batch, "photo_uses", "photosubject", _one_of("subject", SUBJECTS))


def _shop_keepers() -> None:
    op.create_table(
        "shop_keepers",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "shop_id"],
            ["shops.village_id", "shops.id"],
            name=op.f("fk_shop_keepers_village_id_shop_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_shop_keepers_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "user_id", name=op.f("pk_shop_keepers")),
    )


def _stock_batches() -> None:
    op.create_table(
        "stock_batches",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("best_before", sa.Date(), nullable=True),
        sa.Column("cost_fen", sa.Integer(), nullable=True),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint('"left" >= 0', name=op.f("ck_stock_batches_left")),
        sa.CheckConstraint("cost_fen >= 0", name=op.f("ck_stock_batches_cost")),
        sa.ForeignKeyConstraint(
            ["village_id", "product_id"],
            ["products.village_id", "products.id"],
            name=op.f("fk_stock_batches_village_id_product_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_stock_batches_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_stock_batches")),
    )
    op.create_index(
        "ix_stock_batches_shelf",
        "stock_batches",
        ["village_id", "product_id", "best_before"],
        unique=False,
        sqlite_where=sa.text('"left" > 0'),
        postgresql_where=sa.text('"left" > 0'),
    )


def _stock_receipts() -> None:
    op.create_table(
        "stock_receipts",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("supplier", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("note", sa.String(length=80), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.CheckConstraint("cost_fen >= 0", name=op.f("ck_stock_receipts_cost")),
        sa.ForeignKeyConstraint(
            ["village_id", "shop_id"],
            ["shops.village_id", "shops.id"],
            name=op.f("fk_stock_receipts_village_id_shop_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_stock_receipts_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_stock_receipts")),
    )


def _stock_counts() -> None:
    op.create_table(
        "stock_counts",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "posted",
                "dropped",
                name="countstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=80), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["village_id", "shop_id"],
            ["shops.village_id", "shops.id"],
            name=op.f("fk_stock_counts_village_id_shop_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_stock_counts_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_stock_counts")),
    )


def _stock_count_lines() -> None:
    op.create_table(
        "stock_count_lines",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("count_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "expected >= 0 AND counted >= 0", name=op.f("ck_stock_count_lines_pieces")
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "count_id"],
            ["stock_counts.village_id", "stock_counts.id"],
            name=op.f("fk_stock_count_lines_village_id_count_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "product_id"],
            ["products.village_id", "products.id"],
            name=op.f("fk_stock_count_lines_village_id_product_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_stock_count_lines_village_id")
        ),
        sa.PrimaryKeyConstraint(
            "village_id", "count_id", "product_id", name=op.f("pk_stock_count_lines")
        ),
    )


def _refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slip_id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("points_back", sa.Integer(), nullable=False),
        sa.Column("credit_back", sa.BigInteger(), nullable=False),
        sa.Column("points_after", sa.Integer(), nullable=False),
        sa.Column("credit_after", sa.Integer(), nullable=False),
        sa.CheckConstraint("total_fen > 0 AND points_back >= 0", name=op.f("ck_refunds_amounts")),
        sa.ForeignKeyConstraint(
            ["village_id", "seq"],
            ["ledger_events.village_id", "ledger_events.seq"],
            name=op.f("fk_refunds_village_id_seq"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "slip_id"],
            ["slips.village_id", "slips.id"],
            name=op.f("fk_refunds_village_id_slip_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_refunds_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("village_id", "seq", name=op.f("uq_refunds_village_id_seq")),
    )
    op.create_index("ix_refunds_day", "refunds", ["village_id", "shop_id", "at"], unique=False)
    op.create_index("ix_refunds_slip", "refunds", ["village_id", "slip_id"], unique=False)


def _refund_lines() -> None:
    op.create_table(
        "refund_lines",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("slip_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("refund_id", sa.Integer(), nullable=False),
        sa.Column("written_off", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "refund_id"],
            ["refunds.village_id", "refunds.id"],
            name=op.f("fk_refund_lines_village_id_refund_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "slip_id", "line"],
            ["slip_lines.village_id", "slip_lines.slip_id", "slip_lines.line"],
            name=op.f("fk_refund_lines_village_id_slip_id_line"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_refund_lines_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "slip_id", "line", name=op.f("pk_refund_lines")),
    )


def _day_closes() -> None:
    op.create_table(
        "day_closes",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slips", sa.Integer(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("points_used", sa.Integer(), nullable=False),
        sa.Column("credit_used", sa.BigInteger(), nullable=False),
        sa.Column("refunds", sa.Integer(), nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=False),
        sa.Column("points_back", sa.Integer(), nullable=False),
        sa.Column("counted_slips", sa.Integer(), nullable=False),
        sa.Column("counted_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("goods", sa.String(), nullable=False),
        sa.Column("mark", sa.String(length=24), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=False),
        sa.Column("reopened_at", UTCDateTime(), nullable=True),
        sa.Column("reopened_by", sa.Integer(), nullable=True),
        sa.Column("reopened_why", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "shop_id"],
            ["shops.village_id", "shops.id"],
            name=op.f("fk_day_closes_village_id_shop_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_day_closes_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_day_closes")),
    )
    op.create_index(
        "uq_day_closes_one",
        "day_closes",
        ["village_id", "shop_id", "day"],
        unique=True,
        sqlite_where=sa.text("reopened_at IS NULL"),
        postgresql_where=sa.text("reopened_at IS NULL"),
    )


def _vouchers() -> None:
    op.create_table(
        "vouchers",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "income",
                "purchase",
                "settlement",
                name="voucherkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "village",
                "finance",
                "donation",
                "partner",
                "other",
                "none",
                name="fundsource",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("party", sa.String(length=60), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=True),
        sa.Column("settlement_id", sa.Integer(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("reversed_seq", sa.Integer(), nullable=True),
        sa.Column("reversed_why", sa.String(length=80), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_vouchers_amount")),
        sa.ForeignKeyConstraint(
            ["village_id", "seq"],
            ["ledger_events.village_id", "ledger_events.seq"],
            name=op.f("fk_vouchers_village_id_seq"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_vouchers_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_vouchers")),
        sa.UniqueConstraint("village_id", "seq", name=op.f("uq_vouchers_village_id_seq")),
    )


def _lapse_rules() -> None:
    op.create_table(
        "lapse_rules",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("begins", sa.Date(), nullable=True),
        sa.Column("keeps_months", sa.Integer(), nullable=False),
        sa.Column("resolution", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.CheckConstraint("keeps_months BETWEEN 0 AND 120", name=op.f("ck_lapse_rules_keeps")),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_lapse_rules_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_lapse_rules")),
    )


def _lapses() -> None:
    op.create_table(
        "lapses",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("older_than", sa.Date(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "rule_id"],
            ["lapse_rules.village_id", "lapse_rules.id"],
            name=op.f("fk_lapses_village_id_rule_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["village_id"], ["villages.id"], name=op.f("fk_lapses_village_id")),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_lapses")),
        sa.UniqueConstraint("village_id", "day", name=op.f("uq_lapses_village_id_day")),
    )


def _lapse_lines() -> None:
    op.create_table(
        "lapse_lines",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("lapse_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("household_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_lapse_lines_points")),
        sa.ForeignKeyConstraint(
            ["village_id", "household_id"],
            ["households.village_id", "households.id"],
            name=op.f("fk_lapse_lines_village_id_household_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "lapse_id"],
            ["lapses.village_id", "lapses.id"],
            name=op.f("fk_lapse_lines_village_id_lapse_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_lapse_lines_village_id")
        ),
        sa.PrimaryKeyConstraint(
            "village_id", "lapse_id", "household_id", name=op.f("pk_lapse_lines")
        ),
    )


def _settlements() -> None:
    op.create_table(
        "settlements",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "signed",
                "checked",
                "paid",
                "dropped",
                name="settlementstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("slips", sa.Integer(), nullable=False),
        sa.Column("refunds", sa.Integer(), nullable=False),
        sa.Column("refunds_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("due_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("drafted_by", sa.Integer(), nullable=False),
        sa.Column("drafted_at", UTCDateTime(), nullable=False),
        sa.Column("signed_by", sa.Integer(), nullable=True),
        sa.Column("signed_at", UTCDateTime(), nullable=True),
        sa.Column("checked_by", sa.Integer(), nullable=True),
        sa.Column("checked_at", UTCDateTime(), nullable=True),
        sa.Column("paid_by", sa.Integer(), nullable=True),
        sa.Column("paid_at", UTCDateTime(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "amount_fen >= 0 AND due_fen >= 0 AND paid_fen >= 0",
            name=op.f("ck_settlements_amounts"),
        ),
        sa.CheckConstraint("last >= first", name=op.f("ck_settlements_days")),
        sa.ForeignKeyConstraint(
            ["village_id", "shop_id"],
            ["shops.village_id", "shops.id"],
            name=op.f("fk_settlements_village_id_shop_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_settlements_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_settlements")),
    )


def _settlement_slips() -> None:
    op.create_table(
        "settlement_slips",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("slip_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "settlement_id"],
            ["settlements.village_id", "settlements.id"],
            name=op.f("fk_settlement_slips_village_id_settlement_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "slip_id"],
            ["slips.village_id", "slips.id"],
            name=op.f("fk_settlement_slips_village_id_slip_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_settlement_slips_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "slip_id", name=op.f("pk_settlement_slips")),
    )


def _settlement_refunds() -> None:
    op.create_table(
        "settlement_refunds",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("refund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "refund_id"],
            ["refunds.village_id", "refunds.id"],
            name=op.f("fk_settlement_refunds_village_id_refund_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "settlement_id"],
            ["settlements.village_id", "settlements.id"],
            name=op.f("fk_settlement_refunds_village_id_settlement_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_settlement_refunds_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "refund_id", name=op.f("pk_settlement_refunds")),
    )


def _unguard(table: str) -> None:
    """Let a table be rebuilt; `_guard` follows."""
    if _is_sqlite():
        for act in ("UPDATE", "DELETE"):
            op.execute(f"DROP TRIGGER {table}_no_{act.lower()}")
    else:
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")


def _guard(table: str) -> None:
    """History is append-only: the database refuses to change it."""
    if not _is_sqlite():
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
