"""Books that survive: acts of two people, second factors, overseers, villages kept apart.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROLES = (
    "admin",
    "recorder",
    "grid",
    "reviewer",
    "supervisor",
    "shopkeeper",
    "accountant",
    "overseer",
)
STATES = ("open", "confirmed", "turned_down", "withdrawn", "lapsed")


def upgrade() -> None:
    _proposals()
    _widen_users()
    op.add_column("households", sa.Column("erased_at", UTCDateTime(), nullable=True))
    op.add_column("ledger_heads", sa.Column("left_at", UTCDateTime(), nullable=True))
    if not _is_sqlite():
        _keep_villages_apart()


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _proposals() -> None:
    is_open = sa.text("state = 'open'")
    op.create_table(
        "proposals",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("words", sa.String(400), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                *STATES, name="proposalstate", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("answer", sa.String(200), nullable=False),
        sa.Column("result", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state <> 'confirmed' OR decided_by IS NOT NULL", name=op.f("ck_proposals_decided")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> proposed_by", name=op.f("ck_proposals_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "proposed_by"],
            ["users.village_id", "users.id"],
            name=op.f("fk_proposals_village_id_proposed_by"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_proposals_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_proposals")),
    )
    op.create_index(
        "ix_proposals_open",
        "proposals",
        ["village_id", "id"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _widen_users() -> None:
    with op.batch_alter_table("users") as batch:
        name = op.f("ck_users_role")
        if not _is_sqlite():  # a rebuilt table of SQLite forgets every CHECK by itself
            batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"role IN ({', '.join(map(repr, ROLES))})")
        batch.add_column(
            sa.Column("failed_tries", sa.Integer(), nullable=False, server_default="0")
        )
        batch.add_column(sa.Column("locked_until", UTCDateTime(), nullable=True))
        batch.add_column(sa.Column("totp_secret", sa.String(64), nullable=True))
        batch.add_column(sa.Column("totp_step", sa.BigInteger(), nullable=True))


def _keep_villages_apart() -> None:
    """Row security: a transaction sees the villages that `db.see_only` named, nobody else's rows.

    The owner of the tables is held by it too (FORCE); a superuser is not. What was not named is
    not seen: nothing at all, where nothing was named.

    A bare BETWEEN is taken for one that lets one row in two hundred through, in every table of a
    join: plans chosen so took a hundred times as long. Of a CASE nothing is taken for granted.
    """
    bounds = " AND ".join(
        f"(SELECT NULLIF(current_setting('moralbank.{end}', true), '')::bigint)"
        for end in ("first", "last")
    )
    tables = sa.inspect(op.get_bind())
    for table in sorted(tables.get_table_names()):
        columns = {column["name"] for column in tables.get_columns(table)}
        key = "id" if table == "villages" else "village_id"
        if key in columns and table != "alembic_version":
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            seen = f"CASE WHEN {key} BETWEEN {bounds} THEN true ELSE false END"
            op.execute(f"CREATE POLICY in_sight ON {table} USING ({seen})")
