"""Sums beside deeds: what posted merits come to by month and in all; notes found without reading.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

POSTED = "FROM awards WHERE state = 'posted' AND NOT deduction"


def upgrade() -> None:
    _months()
    _honours()
    _told_deeds()
    _unposted_deeds()
    _newest_photos()
    if not _is_sqlite():
        _keep_villages_apart("award_months", "award_honours")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _months() -> None:
    op.create_table(
        "award_months",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)
            for name in ("month", "item", "scheme_version", "household_id", "member_id")
        ),
        *_sums("award_months"),
        sa.ForeignKeyConstraint(
            ["village_id", "scheme_version", "item"],
            ["scheme_items.village_id", "scheme_items.version", "scheme_items.number"],
            name=op.f("fk_award_months_village_id_scheme_version_item"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint(
            "village_id",
            "month",
            "item",
            "scheme_version",
            "household_id",
            "member_id",
            name=op.f("pk_award_months"),
        ),
    )
    month = "100 * extract(year FROM deed_on) + extract(month FROM deed_on)"
    if _is_sqlite():
        month = "CAST(strftime('%Y%m', deed_on) AS INTEGER)"
    op.execute(
        "INSERT INTO award_months (village_id, month, item, scheme_version, household_id,"
        " member_id, points, merits)"
        f" SELECT village_id, {month}, item, scheme_version, household_id, member_id,"
        f" sum(points), count(*) {POSTED} GROUP BY 1, 2, 3, 4, 5, 6"
    )


def _honours() -> None:
    op.create_table(
        "award_honours",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("household_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.Integer(), autoincrement=False, nullable=False),
        *_sums("award_honours"),
        sa.PrimaryKeyConstraint(
            "village_id", "household_id", "member_id", name=op.f("pk_award_honours")
        ),
    )
    op.execute(
        "INSERT INTO award_honours (village_id, household_id, member_id, points, merits)"
        " SELECT village_id, household_id, member_id, sum(points), count(*)"
        f" {POSTED} GROUP BY 1, 2, 3"
    )


def _newest_photos() -> None:
    op.drop_index("ix_photo_uses_subject", "photo_uses")
    columns = ["village_id", "subject", "subject_id", "photo_id"]
    op.create_index("ix_photo_uses_subject", "photo_uses", columns)


def _told_deeds() -> None:
    """Which notes boards tell is seen in the index alone."""
    told = sa.text("state = 'posted' AND NOT deduction AND note <> ''")
    op.create_index(
        "ix_awards_told",
        "awards",
        ["village_id", "household_id", "member_id", "item", "deed_on", "points", "id"],
        sqlite_where=told,
        postgresql_where=told,
    )


def _unposted_deeds() -> None:
    """What is told of on a household's card: few of its deeds."""
    unposted = sa.text("state <> 'posted'")
    op.create_index(
        "ix_awards_unposted",
        "awards",
        ["village_id", "household_id"],
        sqlite_where=unposted,
        postgresql_where=unposted,
    )


def _sums(table: str) -> list[sa.Column[int] | sa.Constraint]:
    """What both tables say, and whose it is."""
    return [
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("merits", sa.Integer(), nullable=False),
        sa.CheckConstraint("merits >= 0 AND points >= 0", name=op.f(f"ck_{table}_merits")),
        sa.ForeignKeyConstraint(
            ["village_id", "household_id"],
            ["households.village_id", "households.id"],
            name=op.f(f"fk_{table}_village_id_household_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f(f"fk_{table}_village_id")
        ),
    ]


def _keep_villages_apart(*tables: str) -> None:
    """Row security as 0006 has it for all tables before."""
    bounds = " AND ".join(
        f"(SELECT NULLIF(current_setting('moralbank.{end}', true), '')::bigint)"
        for end in ("first", "last")
    )
    for table in tables:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        seen = f"CASE WHEN village_id BETWEEN {bounds} THEN true ELSE false END"
        op.execute(f"CREATE POLICY in_sight ON {table} USING ({seen})")
