"""first tables.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "villages",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "id BETWEEN 100000000000 AND 999999999999", name=op.f("ck_villages_twelve_digits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_villages")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_audit_entries_village_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    with op.batch_alter_table("audit_entries") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_audit_entries_village_id"), ["village_id"], unique=False
        )

    op.create_table(
        "groups",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["village_id"], ["villages.id"], name=op.f("fk_groups_village_id")),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_groups")),
        sa.UniqueConstraint("village_id", "name", name=op.f("uq_groups_village_id_name")),
    )
    op.create_table(
        "ledger_accounts",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "point",
                "credit",
                "cash",
                name="unit",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
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
                name="accountkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("owner", sa.Integer(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "floor IS NULL OR balance >= floor", name=op.f("ck_ledger_accounts_floor")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_ledger_accounts_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_ledger_accounts")),
        sa.UniqueConstraint(
            "village_id", "id", "unit", name=op.f("uq_ledger_accounts_village_id_id_unit")
        ),
        sa.UniqueConstraint(
            "village_id", "kind", "owner", name=op.f("uq_ledger_accounts_village_id_kind_owner")
        ),
    )
    op.create_table(
        "ledger_events",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "open_accounts",
                "set_rate",
                "post_awards",
                "redeem",
                "refund",
                "income",
                "settle",
                "lapse",
                "reverse",
                name="eventkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("reverses", sa.Integer(), nullable=True),
        sa.Column("payload", sa.String(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("reverses < seq", name=op.f("ck_ledger_events_reverses")),
        sa.CheckConstraint("seq > 0", name=op.f("ck_ledger_events_seq")),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_ledger_events_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "seq", name=op.f("pk_ledger_events")),
        sa.UniqueConstraint(
            "village_id", "request_id", name=op.f("uq_ledger_events_village_id_request_id")
        ),
    )
    op.create_table(
        "ledger_heads",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_ledger_heads_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", name=op.f("pk_ledger_heads")),
    )
    op.create_table(
        "ledger_numbers",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_ledger_numbers_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "name", name=op.f("pk_ledger_numbers")),
    )
    op.create_table(
        "ledger_requests",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("result", sa.Integer(), nullable=True),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_ledger_requests_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_ledger_requests")),
    )
    op.create_table(
        "scheme_versions",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=False),
        sa.Column("resolution", sa.String(length=120), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_scheme_versions_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "version", name=op.f("pk_scheme_versions")),
    )
    op.create_table(
        "settings",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_settings_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "key", name=op.f("pk_settings")),
    )
    op.create_table(
        "shops",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["village_id"], ["villages.id"], name=op.f("fk_shops_village_id")),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_shops")),
    )
    op.create_table(
        "users",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "admin",
                "recorder",
                "reviewer",
                "supervisor",
                "shopkeeper",
                "accountant",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["village_id"], ["villages.id"], name=op.f("fk_users_village_id")),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
    )
    op.create_table(
        "households",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("head", sa.String(length=40), nullable=False),
        sa.Column("initials", sa.String(length=40), nullable=False),
        sa.Column("telephone", sa.String(length=20), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=80), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "moved",
                name="householdstatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("joined_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "people IS NULL OR people BETWEEN 0 AND 99", name=op.f("ck_households_people")
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "group_id"],
            ["groups.village_id", "groups.id"],
            name=op.f("fk_households_village_id_group_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_households_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_households")),
        sa.UniqueConstraint(
            "village_id",
            "group_id",
            "number",
            name=op.f("uq_households_village_id_group_id_number"),
        ),
    )
    op.create_table(
        "ledger_rates",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fen_per_point", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.CheckConstraint("fen_per_point > 0", name=op.f("ck_ledger_rates_fen_per_point")),
        sa.ForeignKeyConstraint(
            ["village_id", "seq"],
            ["ledger_events.village_id", "ledger_events.seq"],
            name=op.f("fk_ledger_rates_village_id_seq"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_ledger_rates_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "seq", name=op.f("pk_ledger_rates")),
    )
    op.create_table(
        "ledger_transfers",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("leg", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "point",
                "credit",
                "cash",
                name="unit",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("debit_account", sa.Integer(), nullable=False),
        sa.Column("credit_account", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("debit_after", sa.BigInteger(), nullable=False),
        sa.Column("credit_after", sa.BigInteger(), nullable=False),
        sa.Column("memo", sa.String(length=120), nullable=False),
        sa.Column("reverses_seq", sa.Integer(), nullable=True),
        sa.Column("reverses_leg", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(reverses_seq IS NULL) = (reverses_leg IS NULL)",
            name=op.f("ck_ledger_transfers_reverses"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_transfers_amount")),
        sa.CheckConstraint(
            "debit_account <> credit_account", name=op.f("ck_ledger_transfers_two_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "credit_account", "unit"],
            ["ledger_accounts.village_id", "ledger_accounts.id", "ledger_accounts.unit"],
            name=op.f("fk_ledger_transfers_village_id_credit_account_unit"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "debit_account", "unit"],
            ["ledger_accounts.village_id", "ledger_accounts.id", "ledger_accounts.unit"],
            name=op.f("fk_ledger_transfers_village_id_debit_account_unit"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "seq"],
            ["ledger_events.village_id", "ledger_events.seq"],
            name=op.f("fk_ledger_transfers_village_id_seq"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_ledger_transfers_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "seq", "leg", name=op.f("pk_ledger_transfers")),
        sa.UniqueConstraint(
            "village_id",
            "reverses_seq",
            "reverses_leg",
            name=op.f("uq_ledger_transfers_village_id_reverses_seq_reverses_leg"),
        ),
    )
    with op.batch_alter_table("ledger_transfers") as batch_op:
        batch_op.create_index(
            "ix_ledger_transfers_credit",
            ["village_id", "credit_account", "seq", "leg"],
            unique=False,
        )
        batch_op.create_index(
            "ix_ledger_transfers_debit", ["village_id", "debit_account", "seq", "leg"], unique=False
        )

    op.create_table(
        "products",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=20), nullable=False),
        sa.Column("barcode", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("spec", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=8), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("price_fen > 0", name=op.f("ck_products_price")),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_products_stock")),
        sa.ForeignKeyConstraint(
            ["village_id", "shop_id"],
            ["shops.village_id", "shops.id"],
            name=op.f("fk_products_village_id_shop_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_products_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_products")),
        sa.UniqueConstraint(
            "village_id", "shop_id", "sku", name=op.f("uq_products_village_id_shop_id_sku")
        ),
    )
    with op.batch_alter_table("products") as batch_op:
        batch_op.create_index(batch_op.f("ix_products_barcode"), ["barcode"], unique=False)

    op.create_table(
        "scheme_categories",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "version"],
            ["scheme_versions.village_id", "scheme_versions.version"],
            name=op.f("fk_scheme_categories_village_id_version"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_scheme_categories_village_id")
        ),
        sa.PrimaryKeyConstraint(
            "village_id", "version", "position", name=op.f("pk_scheme_categories")
        ),
        sa.UniqueConstraint(
            "village_id",
            "version",
            "name",
            name=op.f("uq_scheme_categories_village_id_version_name"),
        ),
    )
    op.create_table(
        "cards",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=15), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "lost",
                "replaced",
                name="cardstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("issued_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("prints", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "household_id"],
            ["households.village_id", "households.id"],
            name=op.f("fk_cards_village_id_household_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["village_id"], ["villages.id"], name=op.f("fk_cards_village_id")),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_cards")),
        sa.UniqueConstraint("token", name=op.f("uq_cards_token")),
    )
    with op.batch_alter_table("cards") as batch_op:
        batch_op.create_index(
            "uq_cards_one_active",
            ["village_id", "household_id"],
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.create_table(
        "members",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("relation", sa.String(length=12), nullable=False),
        sa.Column("minor", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "household_id"],
            ["households.village_id", "households.id"],
            name=op.f("fk_members_village_id_household_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_members_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_members")),
        sa.UniqueConstraint(
            "village_id",
            "household_id",
            "name",
            name=op.f("uq_members_village_id_household_id_name"),
        ),
    )
    op.create_table(
        "scheme_items",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("category", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("points_min", sa.Integer(), nullable=False),
        sa.Column("points_max", sa.Integer(), nullable=False),
        sa.Column("levels", sa.String(), nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("cap_amount", sa.Integer(), nullable=True),
        sa.Column(
            "cap_measure",
            sa.Enum(
                "times",
                "points",
                name="capmeasure",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "cap_period",
            sa.Enum(
                "month",
                "quarter",
                "year",
                "once",
                name="capperiod",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "cap_per",
            sa.Enum(
                "household",
                "member",
                name="capper",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("evidence", sa.Boolean(), nullable=False),
        sa.Column("deduction", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "(cap_amount IS NULL) = (cap_measure IS NULL)",
            name=op.f("ck_scheme_items_cap_measure_set"),
        ),
        sa.CheckConstraint(
            "(cap_amount IS NULL) = (cap_period IS NULL)",
            name=op.f("ck_scheme_items_cap_period_set"),
        ),
        sa.CheckConstraint("cap_amount > 0", name=op.f("ck_scheme_items_cap_amount")),
        sa.CheckConstraint(
            "points_min > 0 AND points_max >= points_min", name=op.f("ck_scheme_items_points")
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "version", "category"],
            [
                "scheme_categories.village_id",
                "scheme_categories.version",
                "scheme_categories.position",
            ],
            name=op.f("fk_scheme_items_village_id_version_category"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_scheme_items_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "version", "number", name=op.f("pk_scheme_items")),
        sa.UniqueConstraint(
            "village_id", "version", "name", name=op.f("uq_scheme_items_village_id_version_name")
        ),
    )
    op.create_table(
        "slips",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("cashier", sa.Integer(), nullable=False),
        sa.Column("collector", sa.String(length=40), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("rate_fen", sa.Integer(), nullable=False),
        sa.Column("points_used", sa.Integer(), nullable=False),
        sa.Column("points_before", sa.Integer(), nullable=False),
        sa.Column("points_after", sa.Integer(), nullable=False),
        sa.Column("credit_before", sa.Integer(), nullable=False),
        sa.Column("credit_after", sa.Integer(), nullable=False),
        sa.CheckConstraint("total_fen > 0 AND points_used >= 0", name=op.f("ck_slips_amounts")),
        sa.ForeignKeyConstraint(
            ["village_id", "household_id"],
            ["households.village_id", "households.id"],
            name=op.f("fk_slips_village_id_household_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "seq"],
            ["ledger_events.village_id", "ledger_events.seq"],
            name=op.f("fk_slips_village_id_seq"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "shop_id"],
            ["shops.village_id", "shops.id"],
            name=op.f("fk_slips_village_id_shop_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["village_id"], ["villages.id"], name=op.f("fk_slips_village_id")),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_slips")),
        sa.UniqueConstraint("village_id", "seq", name=op.f("uq_slips_village_id_seq")),
    )
    op.create_table(
        "stock_moves",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "receive",
                "redeem",
                name="movekind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("slip_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=80), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_stock_moves_quantity")),
        sa.ForeignKeyConstraint(
            ["village_id", "product_id"],
            ["products.village_id", "products.id"],
            name=op.f("fk_stock_moves_village_id_product_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_stock_moves_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_stock_moves")),
    )
    op.create_table(
        "awards",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("scheme_version", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("points_each", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("deed_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("deed_key", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "claimed",
                "approved",
                "posted",
                "refused",
                "reversed",
                name="awardstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("posted_seq", sa.Integer(), nullable=True),
        sa.Column("posted_leg", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('posted', 'reversed')) = (posted_seq IS NOT NULL)",
            name=op.f("ck_awards_posted"),
        ),
        sa.CheckConstraint(
            "quantity > 0 AND points = points_each * quantity", name=op.f("ck_awards_points")
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "household_id"],
            ["households.village_id", "households.id"],
            name=op.f("fk_awards_village_id_household_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "posted_seq", "posted_leg"],
            ["ledger_transfers.village_id", "ledger_transfers.seq", "ledger_transfers.leg"],
            name=op.f("fk_awards_village_id_posted_seq_posted_leg"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "scheme_version", "item"],
            ["scheme_items.village_id", "scheme_items.version", "scheme_items.number"],
            name=op.f("fk_awards_village_id_scheme_version_item"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["village_id"], ["villages.id"], name=op.f("fk_awards_village_id")),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_awards")),
        sa.UniqueConstraint(
            "village_id",
            "posted_seq",
            "posted_leg",
            name=op.f("uq_awards_village_id_posted_seq_posted_leg"),
        ),
    )
    with op.batch_alter_table("awards") as batch_op:
        batch_op.create_index("ix_awards_deeds", ["village_id", "deed_on", "state"], unique=False)
        batch_op.create_index("ix_awards_state", ["village_id", "state", "id"], unique=False)
        batch_op.create_index(
            "uq_awards_same_deed",
            ["village_id", "household_id", "item", "deed_on", "member_id", "deed_key"],
            unique=True,
            sqlite_where=sa.text("state IN ('claimed', 'approved', 'posted')"),
            postgresql_where=sa.text("state IN ('claimed', 'approved', 'posted')"),
        )

    op.create_table(
        "slip_lines",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("slip_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("spec", sa.String(length=20), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0 AND price_fen > 0", name=op.f("ck_slip_lines_amounts")),
        sa.ForeignKeyConstraint(
            ["village_id", "product_id"],
            ["products.village_id", "products.id"],
            name=op.f("fk_slip_lines_village_id_product_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "slip_id"],
            ["slips.village_id", "slips.id"],
            name=op.f("fk_slip_lines_village_id_slip_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_slip_lines_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "slip_id", "line", name=op.f("pk_slip_lines")),
    )
    op.create_table(
        "award_steps",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("award_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "claimed",
                "approved",
                "posted",
                "refused",
                "reversed",
                name="awardstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "award_id"],
            ["awards.village_id", "awards.id"],
            name=op.f("fk_award_steps_village_id_award_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_award_steps_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "award_id", "step", name=op.f("pk_award_steps")),
    )
