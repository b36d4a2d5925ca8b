"""The path of a deed in full: verification, sittings, notices, objections, rounds.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATES = (
    "draft",
    "claimed",
    "verified",
    "returned",
    "approved",
    "noticed",
    "objected",
    "posted",
    "refused",
    "withdrawn",
    "reversed",
)
HISTORY = (
    "award_votes",
    "notice_lines",
    "notice_households",
    "notice_corrections",
    "round_scores",
)
ROLES = ("admin", "recorder", "grid", "reviewer", "supervisor", "shopkeeper", "accountant")
SOURCES = ("committee", "grid", "household", "paper", "round")
LIVE = sa.text(
    "state IN ('claimed', 'verified', 'returned', 'approved', 'noticed', 'objected', 'posted')"
)


def upgrade() -> None:
    _sittings_and_notices()
    _widen_awards()
    _widen_steps()
    _widen_users_and_cards()
    _other_tables()
    _guard_history()


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _check(
    batch: BatchOperations, table: str, name: str, condition: str, *, known: bool = True
) -> None:
    """Set a CHECK anew. SQLite's tables are rebuilt, and a rebuild forgets every CHECK."""
    name = op.f(f"ck_{table}_{name}")
    if known and op.get_bind().dialect.name != "sqlite":
        batch.drop_constraint(name, type_="check")
    batch.create_check_constraint(name, condition)


def _widen_awards() -> None:
    with op.batch_alter_table("awards") as batch:
        batch.drop_index("uq_awards_same_deed")
        batch.add_column(
            sa.Column("deduction", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(
            sa.Column("source", sa.String(24), nullable=False, server_default="committee")
        )
        batch.add_column(sa.Column("helper", sa.String(40), nullable=False, server_default=""))
        batch.add_column(sa.Column("ballot", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("decided_at", UTCDateTime(), nullable=True))
        for name in ("sitting_id", "notice_id", "collected"):
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
    op.execute("UPDATE awards SET collected = points WHERE posted_seq IS NOT NULL")
    op.execute(
        "UPDATE awards SET decided_at = (SELECT max(s.at) FROM award_steps s WHERE "
        "s.village_id = awards.village_id AND s.award_id = awards.id "
        "AND s.act IN ('approve', 'refuse')) WHERE decided_by IS NOT NULL"
    )
    with op.batch_alter_table("awards") as batch:
        for name in ("deduction", "source", "helper", "ballot"):
            batch.alter_column(name, server_default=None)
        _check(batch, "awards", "awardstate", _one_of("state", STATES))
        _check(batch, "awards", "awardsource", _one_of("source", SOURCES), known=False)
        _check(batch, "awards", "points", "quantity > 0 AND points = points_each * quantity")
        _check(
            batch,
            "awards",
            "posted",
            "(state IN ('posted', 'reversed')) = (posted_seq IS NOT NULL)",
        )
        _check(
            batch,
            "awards",
            "collected",
            "(posted_seq IS NULL) = (collected IS NULL) AND collected >= 0 "
            "AND collected <= points AND (deduction OR collected = points)",
            known=False,
        )
        for table, column in (("sittings", "sitting_id"), ("notices", "notice_id")):
            batch.create_foreign_key(
                op.f(f"fk_awards_village_id_{column}"),
                table,
                ["village_id", column],
                ["village_id", "id"],
                ondelete="RESTRICT",
            )
        batch.create_index(
            "uq_awards_same_deed",
            ["village_id", "household_id", "item", "deed_on", "member_id", "deed_key"],
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        )
        batch.create_index("ix_awards_household", ["village_id", "household_id", "item"])
        batch.create_index("ix_awards_notice", ["village_id", "notice_id", "state"])


def _widen_steps() -> None:
    with op.batch_alter_table("award_steps") as batch:
        batch.add_column(sa.Column("witness", sa.String(40), nullable=False, server_default=""))
    with op.batch_alter_table("award_steps") as batch:
        batch.alter_column("witness", server_default=None)
        _check(batch, "award_steps", "awardstate", _one_of("state", STATES))
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite("award_steps")  # its triggers went with the old table


def _widen_users_and_cards() -> None:
    with op.batch_alter_table("users") as batch:
        _check(batch, "users", "role", _one_of("role", ROLES))
    op.add_column("cards", sa.Column("pin_hash", sa.String(200), nullable=True))
    op.add_column("cards", sa.Column("pin_locked_until", UTCDateTime(), nullable=True))
    op.add_column(
        "cards", sa.Column("pin_failures", sa.Integer(), nullable=False, server_default="0")
    )


def _sittings_and_notices() -> None:
    op.create_table(
        "sittings",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "closed",
                name="sittingstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_sittings_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_sittings")),
    )
    with op.batch_alter_table("sittings") as batch_op:
        batch_op.create_index(
            "uq_sittings_one_open",
            ["village_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
    op.create_table(
        "notices",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "closed",
                name="noticestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("mark", sa.String(length=24), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("posted_seq", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_notices_closed")
        ),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_notices_days")),
        sa.ForeignKeyConstraint(
            ["village_id", "posted_seq"],
            ["ledger_events.village_id", "ledger_events.seq"],
            name=op.f("fk_notices_village_id_posted_seq"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_notices_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("notices") as batch_op:
        batch_op.create_index("ix_notices_state", ["village_id", "state", "last_day"], unique=False)


def _other_tables() -> None:
    op.create_table(
        "photos",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("original", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["village_id"], ["villages.id"], name=op.f("fk_photos_village_id")),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_photos")),
        sa.UniqueConstraint("name", name=op.f("uq_photos_name")),
    )
    with op.batch_alter_table("photos") as batch_op:
        batch_op.create_index("ix_photos_original", ["village_id", "original"], unique=False)
    op.create_table(
        "rechecks",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=40), nullable=False),
        sa.Column("out_of", sa.Integer(), nullable=False),
        sa.Column("drawn_by", sa.Integer(), nullable=False),
        sa.Column("drawn_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_rechecks_percent")),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_rechecks_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_rechecks")),
    )
    op.create_table(
        "rounds",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "closed",
                name="roundstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["village_id"], ["villages.id"], name=op.f("fk_rounds_village_id")),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_rounds")),
    )
    op.create_table(
        "photo_uses",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("photo_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "subject",
            sa.Enum(
                "award",
                "reminder",
                "objection",
                "round",
                name="photosubject",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "photo_id"],
            ["photos.village_id", "photos.id"],
            name=op.f("fk_photo_uses_village_id_photo_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_photo_uses_village_id")
        ),
        sa.PrimaryKeyConstraint(
            "village_id", "photo_id", "subject", "subject_id", name=op.f("pk_photo_uses")
        ),
    )
    with op.batch_alter_table("photo_uses") as batch_op:
        batch_op.create_index(
            "ix_photo_uses_subject", ["village_id", "subject", "subject_id"], unique=False
        )
    op.create_table(
        "round_groups",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "group_id"],
            ["groups.village_id", "groups.id"],
            name=op.f("fk_round_groups_village_id_group_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "round_id"],
            ["rounds.village_id", "rounds.id"],
            name=op.f("fk_round_groups_village_id_round_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_round_groups_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "round_id", "group_id", name=op.f("pk_round_groups")),
    )
    op.create_table(
        "round_items",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("choices", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "round_id"],
            ["rounds.village_id", "rounds.id"],
            name=op.f("fk_round_items_village_id_round_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_round_items_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "round_id", "item", name=op.f("pk_round_items")),
    )
    op.create_table(
        "round_scorers",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "round_id"],
            ["rounds.village_id", "rounds.id"],
            name=op.f("fk_round_scorers_village_id_round_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "user_id"],
            ["users.village_id", "users.id"],
            name=op.f("fk_round_scorers_village_id_user_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_round_scorers_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "round_id", "user_id", name=op.f("pk_round_scorers")),
    )
    op.create_table(
        "sitting_attendees",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("duty", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "sitting_id"],
            ["sittings.village_id", "sittings.id"],
            name=op.f("fk_sitting_attendees_village_id_sitting_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_sitting_attendees_village_id")
        ),
        sa.PrimaryKeyConstraint(
            "village_id", "sitting_id", "position", name=op.f("pk_sitting_attendees")
        ),
    )
    op.create_table(
        "user_groups",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "group_id"],
            ["groups.village_id", "groups.id"],
            name=op.f("fk_user_groups_village_id_group_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "user_id"],
            ["users.village_id", "users.id"],
            name=op.f("fk_user_groups_village_id_user_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_user_groups_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "user_id", "group_id", name=op.f("pk_user_groups")),
    )
    op.create_table(
        "notice_households",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("notice_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("household_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("group_name", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("head", sa.String(length=40), nullable=False),
        sa.Column("balance", sa.Integer(), nullable=False),
        sa.Column("exchanged", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("deducted", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "household_id"],
            ["households.village_id", "households.id"],
            name=op.f("fk_notice_households_village_id_household_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "notice_id"],
            ["notices.village_id", "notices.id"],
            name=op.f("fk_notice_households_village_id_notice_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_notice_households_village_id")
        ),
        sa.PrimaryKeyConstraint(
            "village_id", "notice_id", "household_id", name=op.f("pk_notice_households")
        ),
    )
    op.create_table(
        "round_scores",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("op", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("remark", sa.String(length=100), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.Column("scorer", sa.Integer(), nullable=False),
        sa.Column("handed_in_by", sa.Integer(), nullable=False),
        sa.Column("settles", sa.Boolean(), nullable=False),
        sa.Column("scored_at", UTCDateTime(), nullable=True),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.CheckConstraint("points >= 0 AND revision > 0", name=op.f("ck_round_scores_points")),
        sa.ForeignKeyConstraint(
            ["village_id", "household_id"],
            ["households.village_id", "households.id"],
            name=op.f("fk_round_scores_village_id_household_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "photo_id"],
            ["photos.village_id", "photos.id"],
            name=op.f("fk_round_scores_village_id_photo_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "round_id"],
            ["rounds.village_id", "rounds.id"],
            name=op.f("fk_round_scores_village_id_round_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_round_scores_village_id")
        ),
        sa.PrimaryKeyConstraint(
            "village_id", "round_id", "op", "revision", name=op.f("pk_round_scores")
        ),
    )
    with op.batch_alter_table("round_scores") as batch_op:
        batch_op.create_index(
            "ix_round_scores_household", ["village_id", "round_id", "household_id"], unique=False
        )
    op.create_table(
        "ties",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "own", "kin", name="tiekind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(length=12), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["village_id", "household_id"],
            ["households.village_id", "households.id"],
            name=op.f("fk_ties_village_id_household_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "user_id"],
            ["users.village_id", "users.id"],
            name=op.f("fk_ties_village_id_user_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["village_id"], ["villages.id"], name=op.f("fk_ties_village_id")),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_ties")),
    )
    with op.batch_alter_table("ties") as batch_op:
        batch_op.create_index(
            "uq_ties_one_each",
            ["village_id", "user_id", "household_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
    op.create_table(
        "award_votes",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("award_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("vote", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ballot", sa.Integer(), nullable=False),
        sa.Column("voter", sa.Integer(), nullable=False),
        sa.Column("in_favour", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "award_id"],
            ["awards.village_id", "awards.id"],
            name=op.f("fk_award_votes_village_id_award_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_award_votes_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "award_id", "vote", name=op.f("pk_award_votes")),
    )
    op.create_table(
        "notice_corrections",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("notice_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("award_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("item_name", sa.String(length=30), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("deduction", sa.Boolean(), nullable=False),
        sa.Column("deed_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "award_id"],
            ["awards.village_id", "awards.id"],
            name=op.f("fk_notice_corrections_village_id_award_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "notice_id"],
            ["notices.village_id", "notices.id"],
            name=op.f("fk_notice_corrections_village_id_notice_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_notice_corrections_village_id")
        ),
        sa.PrimaryKeyConstraint(
            "village_id", "notice_id", "award_id", name=op.f("pk_notice_corrections")
        ),
        sa.UniqueConstraint(
            "village_id", "award_id", name=op.f("uq_notice_corrections_village_id_award_id")
        ),
    )
    op.create_table(
        "notice_lines",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("notice_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("item_name", sa.String(length=30), nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("deduction", sa.Boolean(), nullable=False),
        sa.Column("deed_on", sa.Date(), nullable=False),
        sa.Column("member_name", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "award_id"],
            ["awards.village_id", "awards.id"],
            name=op.f("fk_notice_lines_village_id_award_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "household_id"],
            ["households.village_id", "households.id"],
            name=op.f("fk_notice_lines_village_id_household_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "notice_id"],
            ["notices.village_id", "notices.id"],
            name=op.f("fk_notice_lines_village_id_notice_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_notice_lines_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "notice_id", "line", name=op.f("pk_notice_lines")),
        sa.UniqueConstraint(
            "village_id",
            "notice_id",
            "award_id",
            name=op.f("uq_notice_lines_village_id_notice_id_award_id"),
        ),
    )
    with op.batch_alter_table("notice_lines") as batch_op:
        batch_op.create_index("ix_notice_lines_award", ["village_id", "award_id"], unique=False)
    op.create_table(
        "objections",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column(
            "way",
            sa.Enum(
                "page",
                "phone",
                "paper",
                "person",
                name="objectionway",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("telephone", sa.String(length=20), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("raised_at", UTCDateTime(), nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "upheld",
                "changed",
                "dismissed",
                name="objectionstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("new_points", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)", name=op.f("ck_objections_decided")
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "award_id"],
            ["awards.village_id", "awards.id"],
            name=op.f("fk_objections_village_id_award_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "notice_id"],
            ["notices.village_id", "notices.id"],
            name=op.f("fk_objections_village_id_notice_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_objections_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_objections")),
    )
    with op.batch_alter_table("objections") as batch_op:
        batch_op.create_index(
            "ix_objections_award", ["village_id", "award_id", "state"], unique=False
        )
        batch_op.create_index(
            "ix_objections_state", ["village_id", "state", "due_on"], unique=False
        )
    op.create_table(
        "recheck_lines",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("recheck_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column(
            "finding",
            sa.Enum(
                "waiting",
                "right",
                "wrong",
                name="finding",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("checked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["village_id", "award_id"],
            ["awards.village_id", "awards.id"],
            name=op.f("fk_recheck_lines_village_id_award_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "recheck_id"],
            ["rechecks.village_id", "rechecks.id"],
            name=op.f("fk_recheck_lines_village_id_recheck_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_recheck_lines_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "recheck_id", "line", name=op.f("pk_recheck_lines")),
    )
    op.create_table(
        "reminders",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("scheme_version", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("witness", sa.String(length=40), nullable=False),
        sa.Column("put_right_by", sa.Date(), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("given_at", UTCDateTime(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "put_right",
                "deducted",
                "dropped",
                name="reminderstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("settled_note", sa.String(length=200), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'deducted') = (award_id IS NOT NULL)", name=op.f("ck_reminders_deducted")
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "award_id"],
            ["awards.village_id", "awards.id"],
            name=op.f("fk_reminders_village_id_award_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "household_id"],
            ["households.village_id", "households.id"],
            name=op.f("fk_reminders_village_id_household_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "scheme_version", "item"],
            ["scheme_items.village_id", "scheme_items.version", "scheme_items.number"],
            name=op.f("fk_reminders_village_id_scheme_version_item"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_reminders_village_id")
        ),
        sa.PrimaryKeyConstraint("village_id", "id", name=op.f("pk_reminders")),
    )
    with op.batch_alter_table("reminders") as batch_op:
        batch_op.create_index(
            "ix_reminders_state", ["village_id", "state", "put_right_by"], unique=False
        )
    op.create_table(
        "round_results",
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("household_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=True),
        sa.Column("left_out", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["village_id", "award_id"],
            ["awards.village_id", "awards.id"],
            name=op.f("fk_round_results_village_id_award_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "household_id"],
            ["households.village_id", "households.id"],
            name=op.f("fk_round_results_village_id_household_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "round_id"],
            ["rounds.village_id", "rounds.id"],
            name=op.f("fk_round_results_village_id_round_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["villages.id"], name=op.f("fk_round_results_village_id")
        ),
        sa.PrimaryKeyConstraint(
            "village_id", "round_id", "household_id", "item", name=op.f("pk_round_results")
        ),
    )


def _guard_history() -> None:
    for table in HISTORY:
        _guard(table)


def _guard(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite(table)
        return
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _guard_sqlite(table: str) -> None:
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
