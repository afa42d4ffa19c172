"""Timed delivery."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


BEFORE = ["waiting", "sending", "sent", "failed", "missed", "skipped", "unknown", "cancelled"]
AFTER = [*BEFORE, "held"]


def upgrade() -> None:
    op.create_table(
        "message_counts",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("month", "source", "is_counted", name=op.f("pk_message_counts")),
    )
    op.create_table(
        "outlooks",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("reckoned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_outlooks")),
    )
    op.create_table(
        "sending_rules",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("quiet_from", sa.Text(), nullable=True),
        sa.Column("quiet_to", sa.Text(), nullable=True),
        sa.Column("late_minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hold_seconds", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("monthly_cap", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "after_limit",
            sa.Enum("by_hand", "next_month", name="after_limit", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("frequency_most", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("frequency_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parallel_scenarios", sa.Boolean(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_sending_rules_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending_rules")),
    )
    op.create_table(
        "special_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("holiday", "closed", "open", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_special_days")),
    )
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("folder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "asked",
                "booked",
                "sending",
                "paused",
                "done",
                "cancelled",
                "missed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("tree", sa.JSON(), nullable=False),
        sa.Column("at_most", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "audience_at",
            sa.Enum("booking", "sending", name="audience_at", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("is_at_once", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("per_minute", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("keeps_frequency", sa.Boolean(), nullable=False),
        sa.Column(
            "winner_by",
            sa.Enum("taps", "hand", name="winner_by", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("winner_after_minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("winner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_gathered", sa.Boolean(), nullable=False),
        sa.Column("cursor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("resent_from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totals", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["staff.id"], name=op.f("fk_broadcasts_approved_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["staff.id"], name=op.f("fk_broadcasts_asked_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["folders.id"], name=op.f("fk_broadcasts_folder_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("broadcasts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_broadcasts_open",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("state IN ('booked', 'sending')"),
            sqlite_where=sa.text("state IN ('booked', 'sending')"),
        )
        batch_op.create_index("ix_broadcasts_state", ["state", "id"], unique=False)

    op.create_table(
        "delivery_decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("send", "drop", name="verdict", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_delivery_decisions_staff_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_decisions")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_delivery_decisions_kind_key")),
    )
    op.create_table(
        "reminders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("folder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("clock", "remaining", name="mode", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("window", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("is_quiet", sa.Boolean(), nullable=False),
        sa.Column("follows_field", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reckoned_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_ending", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["folders.id"], name=op.f("fk_reminders_folder_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "scenarios",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("folder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("clock", "elapsed", name="mode", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column(
            "past_start",
            sa.Enum("shift", "skip", "send", name="past_start", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "restart",
            sa.Enum(
                "always", "if_finished", "never", name="restart", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("window", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("is_quiet", sa.Boolean(), nullable=False),
        sa.Column("next_scenario_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("live_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_ending", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["folders.id"], name=op.f("fk_scenarios_folder_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenarios")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "broadcast_variants",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("broadcast_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("percent", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcasts.id"], name=op.f("fk_broadcast_variants_broadcast_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_variants")),
        sa.UniqueConstraint("broadcast_id", "position", name=op.f("uq_broadcast_variants_broadcast_id_position")),
    )
    op.create_table(
        "countdowns",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("reminder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.Column("is_yearly", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active", "finished", "stopped", name="state", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("goal_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["timeline.id"], name=op.f("fk_countdowns_cause_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_countdowns_friend_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminders.id"], name=op.f("fk_countdowns_reminder_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_countdowns")),
        sa.UniqueConstraint(
            "reminder_id", "friend_id", "origin", name=op.f("uq_countdowns_reminder_id_friend_id_origin")
        ),
    )
    with op.batch_alter_table("countdowns", schema=None) as batch_op:
        batch_op.create_index(
            "ix_countdowns_due",
            ["due_at", "id"],
            unique=False,
            postgresql_where=sa.text("state = 'active'"),
            sqlite_where=sa.text("state = 'active'"),
        )
        batch_op.create_index("ix_countdowns_friend_id", ["friend_id", "id"], unique=False)
        batch_op.create_index("ix_countdowns_goal_at", ["reminder_id", "state", "goal_at"], unique=False)
        batch_op.create_index("ix_countdowns_reminder_id", ["reminder_id", "state", "id"], unique=False)

    op.create_table(
        "reminder_steps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("reminder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_time", sa.Text(), nullable=True),
        sa.Column("minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("timed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tree", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminders.id"], name=op.f("fk_reminder_steps_reminder_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_steps")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("reminder_steps", schema=None) as batch_op:
        batch_op.create_index("ix_reminder_steps_reminder_id", ["reminder_id"], unique=False)

    op.create_table(
        "scenario_versions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("scenario_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "published", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("moves_friends", sa.Boolean(), nullable=False),
        sa.Column("moved_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_moving", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["scenario_id"], ["scenarios.id"], name=op.f("fk_scenario_versions_scenario_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_scenario_versions_staff_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario_versions")),
        sa.UniqueConstraint("scenario_id", "number", name=op.f("uq_scenario_versions_scenario_id_number")),
    )
    op.create_table(
        "broadcast_recipients",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("broadcast_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("variant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum("waiting", "put", "skipped", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcasts.id"], name=op.f("fk_broadcast_recipients_broadcast_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_broadcast_recipients_delivery_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_broadcast_recipients_friend_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"],
            ["broadcast_variants.id"],
            name=op.f("fk_broadcast_recipients_variant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_recipients")),
        sa.UniqueConstraint("broadcast_id", "friend_id", name=op.f("uq_broadcast_recipients_broadcast_id_friend_id")),
    )
    with op.batch_alter_table("broadcast_recipients", schema=None) as batch_op:
        batch_op.create_index("ix_broadcast_recipients_delivery_id", ["delivery_id"], unique=False)
        batch_op.create_index("ix_broadcast_recipients_friend_id", ["friend_id"], unique=False)
        batch_op.create_index("ix_broadcast_recipients_state", ["broadcast_id", "state", "id"], unique=False)
        batch_op.create_index(
            "ix_broadcast_recipients_to_act",
            ["broadcast_id", "id"],
            unique=False,
            postgresql_where=sa.text("acted_at IS NULL AND state = 'put'"),
            sqlite_where=sa.text("acted_at IS NULL AND state = 'put'"),
        )

    op.create_table(
        "enrolments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("scenario_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active", "finished", "stopped", name="state", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("anchor_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_code", sa.Text(), nullable=True),
        sa.Column("lanes", sa.JSON(), nullable=False),
        sa.Column("next_code", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["timeline.id"], name=op.f("fk_enrolments_cause_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_enrolments_friend_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["scenario_id"], ["scenarios.id"], name=op.f("fk_enrolments_scenario_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["scenario_versions.id"], name=op.f("fk_enrolments_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
    )
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.create_index(
            "ix_enrolments_due",
            ["due_at", "id"],
            unique=False,
            postgresql_where=sa.text("state = 'active'"),
            sqlite_where=sa.text("state = 'active'"),
        )
        batch_op.create_index("ix_enrolments_friend_id", ["friend_id", "id"], unique=False)
        batch_op.create_index("ix_enrolments_scenario_id", ["scenario_id", "state", "id"], unique=False)
        batch_op.create_index("ix_enrolments_version_id", ["version_id", "state", "id"], unique=False)
        batch_op.create_index(
            "uq_enrolments_active",
            ["friend_id", "scenario_id"],
            unique=True,
            postgresql_where=sa.text("state = 'active'"),
            sqlite_where=sa.text("state = 'active'"),
        )

    op.create_table(
        "reminder_passages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("countdown_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reminder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("goal_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("sent", "skipped", "missed", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["countdown_id"], ["countdowns.id"], name=op.f("fk_reminder_passages_countdown_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_reminder_passages_delivery_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_reminder_passages_friend_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminders.id"], name=op.f("fk_reminder_passages_reminder_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_passages")),
        sa.UniqueConstraint(
            "countdown_id", "step_id", "goal_at", name=op.f("uq_reminder_passages_countdown_id_step_id_goal_at")
        ),
    )
    with op.batch_alter_table("reminder_passages", schema=None) as batch_op:
        batch_op.create_index("ix_reminder_passages_friend_id", ["friend_id", "id"], unique=False)
        batch_op.create_index(
            "ix_reminder_passages_missed",
            ["id"],
            unique=False,
            postgresql_where=sa.text("state = 'missed'"),
            sqlite_where=sa.text("state = 'missed'"),
        )
        batch_op.create_index("ix_reminder_passages_reminder_id", ["reminder_id", "step_id", "state"], unique=False)

    op.create_table(
        "scenario_steps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("within", sa.Text(), nullable=True),
        sa.Column(
            "side",
            sa.Enum("yes", "no", name="side", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("message", "branch", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_time", sa.Text(), nullable=True),
        sa.Column("minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tree", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["scenario_versions.id"], name=op.f("fk_scenario_steps_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario_steps")),
        sa.UniqueConstraint("version_id", "code", name=op.f("uq_scenario_steps_version_id_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "passages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scenario_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "sent",
                "skipped",
                "missed",
                "yes",
                "no",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_passages_delivery_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_passages_enrolment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["friend_id"], ["friends.id"], name=op.f("fk_passages_friend_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["scenario_id"], ["scenarios.id"], name=op.f("fk_passages_scenario_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passages")),
        sa.UniqueConstraint("enrolment_id", "code", name=op.f("uq_passages_enrolment_id_code")),
    )
    with op.batch_alter_table("passages", schema=None) as batch_op:
        batch_op.create_index("ix_passages_friend_id", ["friend_id", "id"], unique=False)
        batch_op.create_index(
            "ix_passages_missed",
            ["id"],
            unique=False,
            postgresql_where=sa.text("state = 'missed'"),
            sqlite_where=sa.text("state = 'missed'"),
        )
        batch_op.create_index("ix_passages_scenario_id", ["scenario_id", "code", "state"], unique=False)

    with op.batch_alter_table("auto_replies", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "day_rule",
                sa.Enum(
                    "any", "business", "closed", name="day_rule", native_enum=False, create_constraint=True, length=40
                ),
                nullable=False,
                server_default="any",
            )
        )
        batch_op.add_column(sa.Column("tree", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("guard", sa.Text(), nullable=True))
        batch_op.create_index(
            "ix_deliveries_guard",
            ["guard"],
            unique=False,
            postgresql_where=sa.text("state = 'waiting' AND guard IS NOT NULL"),
            sqlite_where=sa.text("state = 'waiting' AND guard IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_deliveries_held",
            ["guard", "source", "source_label", "reason", "friend_id", "due_at"],
            unique=False,
            postgresql_where=sa.text("state = 'held'"),
            sqlite_where=sa.text("state = 'held'"),
        )

    with op.batch_alter_table("shop", schema=None) as batch_op:
        batch_op.add_column(sa.Column("closed_weekdays", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("works_on_holidays", sa.Boolean(), nullable=False, server_default=sa.false()))
    _replace_states(BEFORE, AFTER)
    _count_this_month()


def downgrade() -> None:
    _replace_states(AFTER, BEFORE)
    with op.batch_alter_table("shop", schema=None) as batch_op:
        batch_op.drop_column("works_on_holidays")
        batch_op.drop_column("closed_weekdays")

    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_deliveries_held", postgresql_where=sa.text("state = 'held'"), sqlite_where=sa.text("state = 'held'")
        )
        batch_op.drop_index(
            "ix_deliveries_guard",
            postgresql_where=sa.text("state = 'waiting' AND guard IS NOT NULL"),
            sqlite_where=sa.text("state = 'waiting' AND guard IS NOT NULL"),
        )
        batch_op.drop_column("guard")

    with op.batch_alter_table("auto_replies", schema=None) as batch_op:
        batch_op.drop_column("tree")
        batch_op.drop_constraint(batch_op.f("ck_auto_replies_day_rule"), type_="check")
        batch_op.drop_column("day_rule")

    with op.batch_alter_table("passages", schema=None) as batch_op:
        batch_op.drop_index("ix_passages_scenario_id")
        batch_op.drop_index(
            "ix_passages_missed", postgresql_where=sa.text("state = 'missed'"), sqlite_where=sa.text("state = 'missed'")
        )
        batch_op.drop_index("ix_passages_friend_id")

    op.drop_table("passages")
    op.drop_table("scenario_steps")
    with op.batch_alter_table("reminder_passages", schema=None) as batch_op:
        batch_op.drop_index("ix_reminder_passages_reminder_id")
        batch_op.drop_index(
            "ix_reminder_passages_missed",
            postgresql_where=sa.text("state = 'missed'"),
            sqlite_where=sa.text("state = 'missed'"),
        )
        batch_op.drop_index("ix_reminder_passages_friend_id")

    op.drop_table("reminder_passages")
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_enrolments_active",
            postgresql_where=sa.text("state = 'active'"),
            sqlite_where=sa.text("state = 'active'"),
        )
        batch_op.drop_index("ix_enrolments_version_id")
        batch_op.drop_index("ix_enrolments_scenario_id")
        batch_op.drop_index("ix_enrolments_friend_id")
        batch_op.drop_index(
            "ix_enrolments_due", postgresql_where=sa.text("state = 'active'"), sqlite_where=sa.text("state = 'active'")
        )

    op.drop_table("enrolments")
    with op.batch_alter_table("broadcast_recipients", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_broadcast_recipients_to_act",
            postgresql_where=sa.text("acted_at IS NULL AND state = 'put'"),
            sqlite_where=sa.text("acted_at IS NULL AND state = 'put'"),
        )
        batch_op.drop_index("ix_broadcast_recipients_state")
        batch_op.drop_index("ix_broadcast_recipients_friend_id")
        batch_op.drop_index("ix_broadcast_recipients_delivery_id")

    op.drop_table("broadcast_recipients")
    op.drop_table("scenario_versions")
    with op.batch_alter_table("reminder_steps", schema=None) as batch_op:
        batch_op.drop_index("ix_reminder_steps_reminder_id")

    op.drop_table("reminder_steps")
    with op.batch_alter_table("countdowns", schema=None) as batch_op:
        batch_op.drop_index("ix_countdowns_reminder_id")
        batch_op.drop_index("ix_countdowns_goal_at")
        batch_op.drop_index("ix_countdowns_friend_id")
        batch_op.drop_index(
            "ix_countdowns_due", postgresql_where=sa.text("state = 'active'"), sqlite_where=sa.text("state = 'active'")
        )

    op.drop_table("countdowns")
    op.drop_table("broadcast_variants")
    op.drop_table("scenarios")
    op.drop_table("reminders")
    op.drop_table("delivery_decisions")
    with op.batch_alter_table("broadcasts", schema=None) as batch_op:
        batch_op.drop_index("ix_broadcasts_state")
        batch_op.drop_index(
            "ix_broadcasts_open",
            postgresql_where=sa.text("state IN ('booked', 'sending')"),
            sqlite_where=sa.text("state IN ('booked', 'sending')"),
        )

    op.drop_table("broadcasts")
    op.drop_table("special_days")
    op.drop_table("sending_rules")
    op.drop_table("outlooks")
    op.drop_table("message_counts")


def _replace_states(old: list[str], new: list[str]) -> None:
    """What a delivery's state may be. A state that is going away becomes "missed"."""
    gone = [state for state in old if state not in new]
    deliveries = sa.table("deliveries", sa.column("state"))
    op.get_bind().execute(deliveries.update().where(deliveries.c.state.in_(gone)).values(state="missed"))
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_deliveries_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_deliveries_state"), sa.column("state").in_(new))


def _count_this_month() -> None:
    """What has gone out in the month that runs, as LINE counts it; from here on it is counted as it goes."""
    start = datetime.now(timezone(timedelta(hours=9))).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    names = ("source", "is_counted", "state")
    sent = sa.table("deliveries", *map(sa.column, names), sa.column("finished_at", sa.DateTime(timezone=True)))
    counts = sa.table("message_counts", *map(sa.column, ("month", "source", "is_counted", "count")))
    this_month = (
        sa.select(sa.literal(f"{start:%Y-%m}"), sent.c.source, sent.c.is_counted, sa.func.count())
        .where(sent.c.state == "sent", sent.c.is_counted.is_not(None), sent.c.finished_at >= start.astimezone(UTC))
        .group_by(sent.c.source, sent.c.is_counted)
    )
    op.execute(counts.insert().from_select(["month", "source", "is_counted", "count"], this_month))
