"""Paper that hangs: boards of one's own, their issues and lines, passbooks.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

HISTORY = ("board_issues", "board_lines")
SUBJECTS = (
    "award",
    "reminder",
    "objection",
    "round",
    "household",
    "product",
    "slip",
    "voucher",
    "laureate",
)


def upgrade() -> None:
    _board_issues()
    _boards()
    _board_lines()
    _board_edits()
    _passbooks()
    _widen_photos()
    for table in HISTORY:
        _guard(table)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _widen_photos() -> None:
    with op.batch_alter_table("photo_uses") as batch:
        name = op.f("ck_photo_uses_photosubject")
        if not _is_sqlite():  # a rebuilt table of SQLite forgets every CHECK by itself
            batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"subject IN ({', '.join(map(repr, SUBJECTS))})")


def _guard(table: str) -> None:
    """What was published is append-only: the database refuses to change it."""
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


def _board_issues() -> None:
    op.create_table(
        "board_issues",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("group_name", sa.String(length=20), nullable=False),
        sa.Column(
            "measure",
            sa.Enum(
                "points",
                "improved",
                "donated",
                name="measure",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "subject",
            sa.Enum(
                "household",
                "member",
                "donor",
                name="subject",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("rule", sa.String(length=400), nullable=False),
        sa.Column("tie_rule", sa.String(length=80), nullable=False),
        sa.Column("top", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("first_line", sa.String(length=20), nullable=False),
        sa.Column("second_line", sa.String(length=20), nullable=False),
        sa.Column(
            "style",
            sa.Enum(
                "festive",
                "plain",
                "modern",
                name="style",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("village_name", sa.String(length=60), nullable=False),
        sa.Column("organisation", sa.String(length=60), nullable=False),
        sa.Column("contact", sa.String(length=60), nullable=False),
        sa.Column("mark", sa.String(length=24), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("hangs_from", sa.Date(), nullable=True),
        sa.Column("hangs_until", sa.Date(), nullable=True),
        sa.Column("corrects", sa.Integer(), nullable=True),
        sa.Column("correction", sa.String(length=200), nullable=False),
        sa.Column("issued_at", UTCDateTime(), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(corrects IS NULL) = (correction = '')", name=op.f("ck_board_issues_correction")
        ),
        sa.CheckConstraint(
            "(hangs_from IS NULL) = (hangs_until IS NULL)", name=op.f("ck_board_issues_hangs")
        ),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_board_issues_period")),
        sa.CheckConstraint("number > 0", name=op.f("ck_board_issues_number")),
        sa.ForeignKeyConstraint(
            ["village_id", "corrects"],
            ["board_issues.village_id", "board_issues.id"],
            name=op.f("fk_board_issues_village_id_corrects"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_board_issues_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_board_issues")),
        sa.UniqueConstraint(
            "village_id", "corrects", name=op.f("uq_board_issues_village_id_corrects")
        ),
        sa.UniqueConstraint(
            "village_id", "slug", "number", name=op.f("uq_board_issues_village_id_slug_number")
        ),
    )
    op.create_index("ix_board_issues_slug", "board_issues", ["village_id", "slug", "period"])


def _boards() -> None:
    op.create_table(
        "boards",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=24), nullable=False),
        sa.Column("lead", sa.String(length=60), nullable=False),
        sa.Column(
            "measure",
            sa.Enum(
                "points",
                "improved",
                "donated",
                name="measure",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "subject",
            sa.Enum(
                "household",
                "member",
                "donor",
                name="subject",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("top", sa.Integer(), nullable=False),
        sa.Column(
            "ties",
            sa.Enum(
                "competition",
                "dense",
                "honour",
                "strokes",
                name="ties",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("first_line", sa.String(length=20), nullable=False),
        sa.Column("second_line", sa.String(length=20), nullable=False),
        sa.Column(
            "deed",
            sa.Enum(
                "highest",
                "recent",
                name="deedchoice",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "style",
            sa.Enum(
                "festive",
                "plain",
                "modern",
                name="style",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("counts", sa.String(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("minimum >= 0", name=op.f("ck_boards_minimum")),
        sa.CheckConstraint("notice_days BETWEEN 0 AND 30", name=op.f("ck_boards_notice_days")),
        sa.CheckConstraint("top BETWEEN 1 AND 200", name=op.f("ck_boards_top")),
        sa.ForeignKeyConstraint(["village_id"], ["villages.id"], name=op.f("fk_boards_village_id")),
        sa.PrimaryKeyConstraint("village_id", "slug", name=op.f("pk_boards")),
    )


def _board_lines() -> None:
    op.create_table(
        "board_lines",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("issue_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("group_name", sa.String(length=20), nullable=False),
        sa.Column("deed", sa.String(length=60), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["village_id", "issue_id"],
            ["board_issues.village_id", "board_issues.id"],
            name=op.f("fk_board_lines_village_id_issue_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "photo_id"],
            ["photos.village_id", "photos.id"],
            name=op.f("fk_board_lines_village_id_photo_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_board_lines_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "issue_id", "line", name=op.f("pk_board_lines")),
    )


def _board_edits() -> None:
    op.create_table(
        "board_edits",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.String(length=20), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("deed", sa.String(length=60), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "household_id"],
            ["households.village_id", "households.id"],
            name=op.f("fk_board_edits_village_id_household_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "photo_id"],
            ["photos.village_id", "photos.id"],
            name=op.f("fk_board_edits_village_id_photo_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_board_edits_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_board_edits")),
        sa.UniqueConstraint(
            "village_id",
            "slug",
            "period",
            "household_id",
            "member_id",
            name=op.f("uq_board_edits_village_id_slug_period_household_id_member_id"),
        ),
    )


def _passbooks() -> None:
    op.create_table(
        "passbooks",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("household_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=24), nullable=False),
        sa.Column("prints", sa.Integer(), nullable=False),
        sa.Column("printed_at", UTCDateTime(), nullable=False),
        sa.Column("printed_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "household_id"],
            ["households.village_id", "households.id"],
            name=op.f("fk_passbooks_village_id_household_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_passbooks_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "household_id", name=op.f("pk_passbooks")),
    )
