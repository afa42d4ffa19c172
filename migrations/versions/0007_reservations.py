"""Reservations."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CAPACITY = {
    "sqlite": (
        """
        CREATE TRIGGER occupancies_capacity_insert BEFORE INSERT ON occupancies
        WHEN NEW.is_forced = 0 AND NEW.ord >= (SELECT capacity FROM pools WHERE id = NEW.pool_id)
        BEGIN SELECT RAISE(ABORT, 'occupancies: over capacity'); END
        """,
        """
        CREATE TRIGGER occupancies_capacity_update BEFORE UPDATE ON occupancies
        WHEN NEW.is_forced = 0 AND NEW.ord >= (SELECT capacity FROM pools WHERE id = NEW.pool_id)
        BEGIN SELECT RAISE(ABORT, 'occupancies: over capacity'); END
        """,
    ),
    "postgresql": (
        """
        CREATE OR REPLACE FUNCTION occupancies_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT NEW.is_forced AND NEW.ord >= (SELECT capacity FROM pools WHERE id = NEW.pool_id) THEN
                RAISE EXCEPTION 'occupancies: over capacity' USING ERRCODE = '23514';
            END IF;
            RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER occupancies_capacity BEFORE INSERT OR UPDATE ON occupancies
        FOR EACH ROW EXECUTE FUNCTION occupancies_capacity()
        """,
    ),
}
"""The database itself refuses a place beyond a pool's capacity that is not forced."""


def upgrade() -> None:
    op.create_table(
        "booking_pages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("color", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("course_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("provider_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("hours", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("asks_provider", sa.Boolean(), nullable=False),
        sa.Column("first_document", sa.JSON(), nullable=False),
        sa.Column("repeat_document", sa.JSON(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("thanks_text", sa.Text(), nullable=False),
        sa.Column("thanks_url", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_pages")),
        sa.UniqueConstraint("code", name=op.f("uq_booking_pages_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "booking_texts",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_booking_texts")),
    )
    op.create_table(
        "course_categories",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_categories")),
    )
    op.create_table(
        "google_clients",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("client_secret", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_google_clients")),
    )
    op.create_table(
        "option_groups",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("least", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("most", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_option_groups")),
    )
    op.create_table(
        "pools",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "provider",
                "seat",
                "room",
                "bed",
                "machine",
                "event_slot",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("capacity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_pools_capacity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pools")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "reservation_settings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("rests", sa.JSON(), nullable=False),
        sa.Column(
            "holiday_policy",
            sa.Enum(
                "as_weekday",
                "closed",
                "open",
                "open_then_shift",
                name="holiday_policy",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("slot_minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "slot_anchor",
            sa.Enum("clock", "opening", name="slot_anchor", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("buffers_spill", sa.Boolean(), nullable=False),
        sa.Column(
            "assign_policy",
            sa.Enum(
                "balanced",
                "priority",
                "save_allrounders",
                name="assign_policy",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("few_left", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("completes_itself", sa.Boolean(), nullable=False),
        sa.Column("strike_limit", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("late_strike_limit", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("late_strike_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("strike_online", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_reservation_settings_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation_settings")),
    )
    op.create_table(
        "special_hours",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ranges", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_special_hours")),
    )
    op.create_table(
        "ticket_book_kinds",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("valid_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("course_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("is_sold", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_book_kinds")),
    )
    op.create_table(
        "booking_customers",
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visits", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("no_shows", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cancellations", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("late_cancellations", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_visit_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_visit_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("online", sa.Text(), nullable=False),
        sa.Column("strikes_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_careful", sa.Boolean(), nullable=False),
        sa.Column("caution", sa.Text(), nullable=False),
        sa.Column("takes_follow_ups", sa.Boolean(), nullable=False),
        sa.Column("draft", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_booking_customers_friend_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("friend_id", name=op.f("pk_booking_customers")),
    )
    with op.batch_alter_table("booking_customers", schema=None) as batch_op:
        batch_op.create_index("ix_booking_customers_last_visit_at", ["last_visit_at", "friend_id"], unique=False)
        batch_op.create_index("ix_booking_customers_next_due_on", ["next_due_on", "friend_id"], unique=False)
        batch_op.create_index("ix_booking_customers_no_shows", ["no_shows", "friend_id"], unique=False)
        batch_op.create_index("ix_booking_customers_visits", ["visits", "friend_id"], unique=False)

    op.create_table(
        "booking_holds",
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_booking_holds_friend_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("friend_id", name=op.f("pk_booking_holds")),
    )
    with op.batch_alter_table("booking_holds", schema=None) as batch_op:
        batch_op.create_index("ix_booking_holds_expires_at", ["expires_at"], unique=False)

    op.create_table(
        "course_options",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum("active", "hidden", "retired", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["option_groups.id"], name=op.f("fk_course_options_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_options")),
        sa.UniqueConstraint("code", name=op.f("uq_course_options_code")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("course_options", schema=None) as batch_op:
        batch_op.create_index("ix_course_options_group_id", ["group_id"], unique=False)

    op.create_table(
        "ticket_books",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("course_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("left", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_ticket_books_friend_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["ticket_book_kinds.id"], name=op.f("fk_ticket_books_kind_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_books")),
        sa.UniqueConstraint("friend_id", "token", name=op.f("uq_ticket_books_friend_id_token")),
    )
    with op.batch_alter_table("ticket_books", schema=None) as batch_op:
        batch_op.create_index("ix_ticket_books_friend_id", ["friend_id"], unique=False)
        batch_op.create_index("ix_ticket_books_kind_id", ["kind_id"], unique=False)

    op.create_table(
        "booking_rules",
        sa.Column("reminder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "goal",
            sa.Enum("start", "end", "next_visit", name="goal", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("course_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("event_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("unless_booked", sa.Boolean(), nullable=False),
        sa.Column("synced_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminders.id"], name=op.f("fk_booking_rules_reminder_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("reminder_id", name=op.f("pk_booking_rules")),
    )
    op.create_table(
        "courses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("media_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "price_kind",
            sa.Enum("fixed", "from", "ask", name="price_kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("shows_price", sa.Boolean(), nullable=False),
        sa.Column("shows_minutes", sa.Boolean(), nullable=False),
        sa.Column("segments", sa.JSON(), nullable=False),
        sa.Column("before_minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("after_minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("most_party", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("charges_each", sa.Boolean(), nullable=False),
        sa.Column("last_start", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_online", sa.Boolean(), nullable=False),
        sa.Column("audience", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("next_visit_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum("active", "hidden", "retired", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["course_categories.id"], name=op.f("fk_courses_category_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_courses_media_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        sa.UniqueConstraint("code", name=op.f("uq_courses_code")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("courses", schema=None) as batch_op:
        batch_op.create_index("ix_courses_category_id", ["category_id"], unique=False)

    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("folder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("media_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("place_url", sa.Text(), nullable=False),
        sa.Column("color", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column(
            "limit",
            sa.Enum(
                "none",
                "event_once",
                "slot_once",
                "slot_count",
                name="limit",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("most_party", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "seats_shown",
            sa.Enum(
                "number", "mark", "hidden", name="seats_shown", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("hides_full", sa.Boolean(), nullable=False),
        sa.Column("takes_waiting", sa.Boolean(), nullable=False),
        sa.Column("notifies_all", sa.Boolean(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("thanks_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["folder_id"], ["folders.id"], name=op.f("fk_events_folder_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_events_media_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("code", name=op.f("uq_events_code")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index("ix_events_folder_id", ["folder_id"], unique=False)

    op.create_table(
        "providers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("pool_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rank", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("media_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "color",
            sa.Enum(
                "green",
                "blue",
                "purple",
                "pink",
                "red",
                "orange",
                "yellow",
                "gray",
                name="color",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("fee", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_nominatable", sa.Boolean(), nullable=False),
        sa.Column("takes_free", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum("active", "hidden", "retired", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("retires_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_providers_media_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name=op.f("fk_providers_pool_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_providers_staff_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_providers")),
        sa.UniqueConstraint("code", name=op.f("uq_providers_code")),
        sa.UniqueConstraint("pool_id", name=op.f("uq_providers_pool_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("providers", schema=None) as batch_op:
        batch_op.create_index("ix_providers_staff_id", ["staff_id"], unique=False)

    op.create_table(
        "calendar_feeds",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("shows_names", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_calendar_feeds_provider_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("code", name=op.f("uq_calendar_feeds_code")),
    )
    with op.batch_alter_table("calendar_feeds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feeds_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "calendar_links",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum("choosing", "active", "lost", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("calendar_id", sa.Text(), nullable=True),
        sa.Column("calendar_name", sa.Text(), nullable=False),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        sa.Column("access_token", sa.Text(), nullable=True),
        sa.Column("access_token_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("takes_busy", sa.Boolean(), nullable=False),
        sa.Column("shows_names", sa.Boolean(), nullable=False),
        sa.Column("sync_token", sa.Text(), nullable=True),
        sa.Column("read_whole_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("caught_up_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("subject <> ''", name=op.f("ck_calendar_links_subject")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_calendar_links_provider_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_links")),
        sa.UniqueConstraint("subject", name=op.f("uq_calendar_links_subject")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("calendar_links", schema=None) as batch_op:
        batch_op.create_index("ix_calendar_links_due_at", ["due_at"], unique=False)
        batch_op.create_index("ix_calendar_links_provider_id", ["provider_id"], unique=False)

    op.create_table(
        "closures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("pool_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "break",
                "out",
                "training",
                "private",
                "repair",
                "other",
                "external",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name=op.f("fk_closures_pool_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_closures_provider_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_closures_staff_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closures")),
    )
    with op.batch_alter_table("closures", schema=None) as batch_op:
        batch_op.create_index("ix_closures_ends_at_starts_at", ["ends_at", "starts_at"], unique=False)
        batch_op.create_index("ix_closures_pool_id", ["pool_id"], unique=False)
        batch_op.create_index("ix_closures_provider_id", ["provider_id"], unique=False)
        batch_op.create_index(
            "uq_closures_provider_id_external_id",
            ["provider_id", "external_id"],
            unique=True,
            postgresql_where=sa.text("external_id IS NOT NULL"),
            sqlite_where=sa.text("external_id IS NOT NULL"),
        )

    op.create_table(
        "event_slots",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pool_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("start_minute", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("limit_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tells", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["staff.id"], name=op.f("fk_event_slots_changed_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_slots_event_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name=op.f("fk_event_slots_pool_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_slots")),
        sa.UniqueConstraint("code", name=op.f("uq_event_slots_code")),
        sa.UniqueConstraint("pool_id", name=op.f("uq_event_slots_pool_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("event_slots", schema=None) as batch_op:
        batch_op.create_index("ix_event_slots_business_date", ["business_date"], unique=False)
        batch_op.create_index(
            "ix_event_slots_due_at",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("due_at IS NOT NULL"),
            sqlite_where=sa.text("due_at IS NOT NULL"),
        )
        batch_op.create_index("ix_event_slots_event_id", ["event_id", "starts_at"], unique=False)

    op.create_table(
        "provider_patterns",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weekday", sa.Text(), nullable=False),
        sa.Column("ranges", sa.JSON(), nullable=False),
        sa.Column("breaks", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_provider_patterns_provider_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_patterns")),
    )
    with op.batch_alter_table("provider_patterns", schema=None) as batch_op:
        batch_op.create_index("ix_provider_patterns_provider_id", ["provider_id", "weekday"], unique=False)

    op.create_table(
        "provider_skills",
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("segments", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_provider_skills_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_provider_skills_provider_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("provider_id", "course_id", name=op.f("pk_provider_skills")),
    )
    with op.batch_alter_table("provider_skills", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_provider_skills_course_id"), ["course_id"], unique=False)

    op.create_table(
        "shifts",
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ranges", sa.JSON(), nullable=False),
        sa.Column("breaks", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_shifts_provider_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("provider_id", "day", name=op.f("pk_shifts")),
    )
    with op.batch_alter_table("shifts", schema=None) as batch_op:
        batch_op.create_index("ix_shifts_day", ["day"], unique=False)

    op.create_table(
        "event_tickets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("slot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seats", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cap", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("taken", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["event_slots.id"], name=op.f("fk_event_tickets_slot_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_tickets")),
        sa.UniqueConstraint("code", name=op.f("uq_event_tickets_code")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("event_tickets", schema=None) as batch_op:
        batch_op.create_index("ix_event_tickets_slot_id", ["slot_id"], unique=False)

    op.create_table(
        "external_busy",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_external_busy_span")),
        sa.ForeignKeyConstraint(
            ["link_id"], ["calendar_links.id"], name=op.f("fk_external_busy_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_busy")),
        sa.UniqueConstraint("link_id", "event_id", name=op.f("uq_external_busy_link_id_event_id")),
    )
    with op.batch_alter_table("external_busy", schema=None) as batch_op:
        batch_op.create_index("ix_external_busy_ends_at", ["ends_at"], unique=False)

    op.create_table(
        "reservations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "requested",
                "confirmed",
                "checked_in",
                "completed",
                "no_show",
                "cancelled",
                "declined",
                "expired",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("slot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "booked_by",
            sa.Enum(
                "line",
                "phone",
                "walk_in",
                "web",
                "automation",
                name="booked_by",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_nominated", sa.Boolean(), nullable=False),
        sa.Column(
            "assigned_by",
            sa.Enum(
                "customer", "auto", "staff", name="assigned_by", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("start_minute", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("party", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("fee", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("has_open_price", sa.Boolean(), nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("customer_note", sa.Text(), nullable=False),
        sa.Column("staff_note", sa.Text(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column(
            "cancelled_by",
            sa.Enum(
                "customer",
                "shop",
                "withdrawn",
                name="cancelled_by",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("is_forced", sa.Boolean(), nullable=False),
        sa.Column("is_outside", sa.Boolean(), nullable=False),
        sa.Column("needs_look", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_reservations_span")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["timeline.id"], name=op.f("fk_reservations_entry_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_reservations_friend_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["page_id"], ["booking_pages.id"], name=op.f("fk_reservations_page_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_reservations_provider_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["event_slots.id"], name=op.f("fk_reservations_slot_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_reservations_staff_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
        sa.UniqueConstraint("code", name=op.f("uq_reservations_code")),
        sa.UniqueConstraint("friend_id", "idempotency_key", name=op.f("uq_reservations_friend_id_idempotency_key")),
        sa.UniqueConstraint("number", name=op.f("uq_reservations_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("reservations", schema=None) as batch_op:
        batch_op.create_index("ix_reservations_business_date", ["business_date", "state"], unique=False)
        batch_op.create_index("ix_reservations_created_at", ["created_at"], unique=False)
        batch_op.create_index(
            "ix_reservations_expires_at",
            ["expires_at"],
            unique=False,
            postgresql_where=sa.text("expires_at IS NOT NULL"),
            sqlite_where=sa.text("expires_at IS NOT NULL"),
        )
        batch_op.create_index("ix_reservations_friend_id", ["friend_id", "starts_at"], unique=False)
        batch_op.create_index("ix_reservations_provider_id_starts_at", ["provider_id", "starts_at"], unique=False)
        batch_op.create_index("ix_reservations_slot_id", ["slot_id", "state"], unique=False)
        batch_op.create_index("ix_reservations_state_starts_at", ["state", "starts_at"], unique=False)

    op.create_table(
        "vacancies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("slot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.ForeignKeyConstraint(["slot_id"], ["event_slots.id"], name=op.f("fk_vacancies_slot_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vacancies")),
    )
    with op.batch_alter_table("vacancies", schema=None) as batch_op:
        batch_op.create_index("ix_vacancies_day", ["business_date", "slot_id"], unique=False)
        batch_op.create_index("ix_vacancies_due_at", ["due_at"], unique=False)

    op.create_table(
        "booking_answers",
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("reservation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_booking_answers_friend_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_booking_answers_reservation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("friend_id", "key", name=op.f("pk_booking_answers")),
    )
    with op.batch_alter_table("booking_answers", schema=None) as batch_op:
        batch_op.create_index("ix_booking_answers_made_at", ["made_at"], unique=False)

    op.create_table(
        "calendar_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reservation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_due", sa.Boolean(), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("may_exist", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["link_id"], ["calendar_links.id"], name=op.f("fk_calendar_events_link_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_calendar_events_reservation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_events")),
        sa.UniqueConstraint("link_id", "reservation_id", name=op.f("uq_calendar_events_link_id_reservation_id")),
    )
    with op.batch_alter_table("calendar_events", schema=None) as batch_op:
        batch_op.create_index("ix_calendar_events_is_due", ["is_due", "retry_at"], unique=False)
        batch_op.create_index("ix_calendar_events_reservation_id", ["reservation_id"], unique=False)

    op.create_table(
        "change_requests",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("reservation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reservation_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "approved",
                "declined",
                "expired",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("occupancies", sa.JSON(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_change_requests_reservation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_change_requests_staff_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_requests")),
    )
    with op.batch_alter_table("change_requests", schema=None) as batch_op:
        batch_op.create_index("ix_change_requests_reservation_id", ["reservation_id", "state"], unique=False)
        batch_op.create_index("ix_change_requests_state_expires_at", ["state", "expires_at"], unique=False)

    op.create_table(
        "karte_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reservation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("formula", sa.Text(), nullable=False),
        sa.Column("is_sensitive", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_karte_entries_friend_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_karte_entries_provider_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_karte_entries_reservation_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_karte_entries_staff_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_karte_entries")),
    )
    with op.batch_alter_table("karte_entries", schema=None) as batch_op:
        batch_op.create_index("ix_karte_entries_friend_id", ["friend_id", "day"], unique=False)
        batch_op.create_index("ix_karte_entries_reservation_id", ["reservation_id"], unique=False)

    op.create_table(
        "occupancies",
        sa.Column("pool_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tick", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ord", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_forced", sa.Boolean(), nullable=False),
        sa.Column("reservation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("holder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("(reservation_id IS NULL) <> (holder_id IS NULL)", name=op.f("ck_occupancies_whose")),
        sa.CheckConstraint("ord >= 0", name=op.f("ck_occupancies_ord")),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["booking_holds.friend_id"], name=op.f("fk_occupancies_holder_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name=op.f("fk_occupancies_pool_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_occupancies_reservation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pool_id", "tick", "ord", name=op.f("pk_occupancies")),
    )
    with op.batch_alter_table("occupancies", schema=None) as batch_op:
        batch_op.create_index(
            "ix_occupancies_holder_id",
            ["holder_id"],
            unique=False,
            postgresql_where=sa.text("holder_id IS NOT NULL"),
            sqlite_where=sa.text("holder_id IS NOT NULL"),
        )
        batch_op.create_index("ix_occupancies_reservation_id", ["reservation_id"], unique=False)
        batch_op.create_index("ix_occupancies_tick", ["tick"], unique=False)

    for statement in CAPACITY[op.get_bind().dialect.name]:
        op.execute(statement)

    op.create_table(
        "reservation_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("reservation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column(
            "changed_by",
            sa.Enum(
                "staff",
                "automation",
                "import",
                "customer",
                name="changed_by",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reservation_id"],
            ["reservations.id"],
            name=op.f("fk_reservation_entries_reservation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_reservation_entries_staff_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation_entries")),
    )
    with op.batch_alter_table("reservation_entries", schema=None) as batch_op:
        batch_op.create_index("ix_reservation_entries_reservation_id", ["reservation_id", "id"], unique=False)

    op.create_table(
        "reservation_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("reservation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("option_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("before_minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("after_minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_reservation_lines_course_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["option_id"], ["course_options.id"], name=op.f("fk_reservation_lines_option_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"],
            ["reservations.id"],
            name=op.f("fk_reservation_lines_reservation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["event_tickets.id"], name=op.f("fk_reservation_lines_ticket_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation_lines")),
    )
    with op.batch_alter_table("reservation_lines", schema=None) as batch_op:
        batch_op.create_index("ix_reservation_lines_course_id", ["course_id"], unique=False)
        batch_op.create_index("ix_reservation_lines_reservation_id", ["reservation_id"], unique=False)
        batch_op.create_index("ix_reservation_lines_ticket_id", ["ticket_id"], unique=False)

    op.create_table(
        "reservation_segments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("reservation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_reservation_segments_provider_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"],
            ["reservations.id"],
            name=op.f("fk_reservation_segments_reservation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation_segments")),
    )
    with op.batch_alter_table("reservation_segments", schema=None) as batch_op:
        batch_op.create_index("ix_reservation_segments_reservation_id", ["reservation_id"], unique=False)

    op.create_table(
        "ticket_uses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reservation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("delta", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id"], ["ticket_books.id"], name=op.f("fk_ticket_uses_book_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_ticket_uses_reservation_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_ticket_uses_staff_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_uses")),
    )
    with op.batch_alter_table("ticket_uses", schema=None) as batch_op:
        batch_op.create_index("ix_ticket_uses_book_id", ["book_id"], unique=False)
        batch_op.create_index("ix_ticket_uses_reservation_id", ["reservation_id"], unique=False)

    op.create_table(
        "wait_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("slot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("wish", sa.JSON(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("party", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "offered",
                "accepted",
                "lapsed",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_wait_entries_friend_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["page_id"], ["booking_pages.id"], name=op.f("fk_wait_entries_page_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["event_slots.id"], name=op.f("fk_wait_entries_slot_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["event_tickets.id"], name=op.f("fk_wait_entries_ticket_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait_entries")),
        sa.UniqueConstraint("code", name=op.f("uq_wait_entries_code")),
    )
    with op.batch_alter_table("wait_entries", schema=None) as batch_op:
        batch_op.create_index("ix_wait_entries_friend_id", ["friend_id"], unique=False)
        batch_op.create_index("ix_wait_entries_slot_id", ["slot_id", "state"], unique=False)
        batch_op.create_index("ix_wait_entries_state_created_at", ["state", "created_at", "id"], unique=False)

    op.create_table(
        "booking_words",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("reservation_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reservation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reservation_entry_id"],
            ["reservation_entries.id"],
            name=op.f("fk_booking_words_reservation_entry_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_booking_words_reservation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_words")),
        sa.UniqueConstraint("reservation_entry_id", name=op.f("uq_booking_words_reservation_entry_id")),
    )
    with op.batch_alter_table("booking_words", schema=None) as batch_op:
        batch_op.create_index("ix_booking_words_due_at", ["due_at"], unique=False)
        batch_op.create_index("ix_booking_words_made_at", ["made_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_words_reservation_id"), ["reservation_id"], unique=False)

    op.create_table(
        "karte_photos",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("karte_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "phase",
            sa.Enum("before", "after", "other", name="phase", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("preview_path", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["karte_entry_id"], ["karte_entries.id"], name=op.f("fk_karte_photos_karte_entry_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_karte_photos")),
        sa.UniqueConstraint("code", name=op.f("uq_karte_photos_code")),
    )
    with op.batch_alter_table("karte_photos", schema=None) as batch_op:
        batch_op.create_index("ix_karte_photos_karte_entry_id", ["karte_entry_id"], unique=False)

    op.create_table(
        "karte_versions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("karte_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("formula", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["karte_entry_id"], ["karte_entries.id"], name=op.f("fk_karte_versions_karte_entry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_karte_versions_staff_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_karte_versions")),
    )
    with op.batch_alter_table("karte_versions", schema=None) as batch_op:
        batch_op.create_index("ix_karte_versions_karte_entry_id", ["karte_entry_id", "id"], unique=False)

    op.create_table(
        "wait_offers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("wait_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reservation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                "lapsed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_wait_offers_reservation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["wait_entry_id"], ["wait_entries.id"], name=op.f("fk_wait_offers_wait_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait_offers")),
    )
    with op.batch_alter_table("wait_offers", schema=None) as batch_op:
        batch_op.create_index("ix_wait_offers_reservation_id", ["reservation_id"], unique=False)
        batch_op.create_index("ix_wait_offers_wait_entry_id", ["wait_entry_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("wait_offers", schema=None) as batch_op:
        batch_op.drop_index("ix_wait_offers_wait_entry_id")
        batch_op.drop_index("ix_wait_offers_reservation_id")

    op.drop_table("wait_offers")
    with op.batch_alter_table("karte_versions", schema=None) as batch_op:
        batch_op.drop_index("ix_karte_versions_karte_entry_id")

    op.drop_table("karte_versions")
    with op.batch_alter_table("karte_photos", schema=None) as batch_op:
        batch_op.drop_index("ix_karte_photos_karte_entry_id")

    op.drop_table("karte_photos")
    with op.batch_alter_table("booking_words", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_booking_words_reservation_id"))
        batch_op.drop_index("ix_booking_words_made_at")
        batch_op.drop_index("ix_booking_words_due_at")

    op.drop_table("booking_words")
    with op.batch_alter_table("wait_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_wait_entries_state_created_at")
        batch_op.drop_index("ix_wait_entries_slot_id")
        batch_op.drop_index("ix_wait_entries_friend_id")

    op.drop_table("wait_entries")
    with op.batch_alter_table("ticket_uses", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_uses_reservation_id")
        batch_op.drop_index("ix_ticket_uses_book_id")

    op.drop_table("ticket_uses")
    with op.batch_alter_table("reservation_segments", schema=None) as batch_op:
        batch_op.drop_index("ix_reservation_segments_reservation_id")

    op.drop_table("reservation_segments")
    with op.batch_alter_table("reservation_lines", schema=None) as batch_op:
        batch_op.drop_index("ix_reservation_lines_ticket_id")
        batch_op.drop_index("ix_reservation_lines_reservation_id")
        batch_op.drop_index("ix_reservation_lines_course_id")

    op.drop_table("reservation_lines")
    with op.batch_alter_table("reservation_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_reservation_entries_reservation_id")

    op.drop_table("reservation_entries")
    with op.batch_alter_table("occupancies", schema=None) as batch_op:
        batch_op.drop_index("ix_occupancies_tick")
        batch_op.drop_index("ix_occupancies_reservation_id")
        batch_op.drop_index(
            "ix_occupancies_holder_id",
            postgresql_where=sa.text("holder_id IS NOT NULL"),
            sqlite_where=sa.text("holder_id IS NOT NULL"),
        )

    op.drop_table("occupancies")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION occupancies_capacity()")
    with op.batch_alter_table("karte_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_karte_entries_reservation_id")
        batch_op.drop_index("ix_karte_entries_friend_id")

    op.drop_table("karte_entries")
    with op.batch_alter_table("change_requests", schema=None) as batch_op:
        batch_op.drop_index("ix_change_requests_state_expires_at")
        batch_op.drop_index("ix_change_requests_reservation_id")

    op.drop_table("change_requests")
    with op.batch_alter_table("calendar_events", schema=None) as batch_op:
        batch_op.drop_index("ix_calendar_events_reservation_id")
        batch_op.drop_index("ix_calendar_events_is_due")

    op.drop_table("calendar_events")
    with op.batch_alter_table("booking_answers", schema=None) as batch_op:
        batch_op.drop_index("ix_booking_answers_made_at")

    op.drop_table("booking_answers")
    with op.batch_alter_table("vacancies", schema=None) as batch_op:
        batch_op.drop_index("ix_vacancies_due_at")
        batch_op.drop_index("ix_vacancies_day")

    op.drop_table("vacancies")
    with op.batch_alter_table("reservations", schema=None) as batch_op:
        batch_op.drop_index("ix_reservations_state_starts_at")
        batch_op.drop_index("ix_reservations_slot_id")
        batch_op.drop_index("ix_reservations_provider_id_starts_at")
        batch_op.drop_index("ix_reservations_friend_id")
        batch_op.drop_index(
            "ix_reservations_expires_at",
            postgresql_where=sa.text("expires_at IS NOT NULL"),
            sqlite_where=sa.text("expires_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_reservations_created_at")
        batch_op.drop_index("ix_reservations_business_date")

    op.drop_table("reservations")
    with op.batch_alter_table("external_busy", schema=None) as batch_op:
        batch_op.drop_index("ix_external_busy_ends_at")

    op.drop_table("external_busy")
    with op.batch_alter_table("event_tickets", schema=None) as batch_op:
        batch_op.drop_index("ix_event_tickets_slot_id")

    op.drop_table("event_tickets")
    with op.batch_alter_table("shifts", schema=None) as batch_op:
        batch_op.drop_index("ix_shifts_day")

    op.drop_table("shifts")
    with op.batch_alter_table("provider_skills", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_provider_skills_course_id"))

    op.drop_table("provider_skills")
    with op.batch_alter_table("provider_patterns", schema=None) as batch_op:
        batch_op.drop_index("ix_provider_patterns_provider_id")

    op.drop_table("provider_patterns")
    with op.batch_alter_table("event_slots", schema=None) as batch_op:
        batch_op.drop_index("ix_event_slots_event_id")
        batch_op.drop_index(
            "ix_event_slots_due_at",
            postgresql_where=sa.text("due_at IS NOT NULL"),
            sqlite_where=sa.text("due_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_event_slots_business_date")

    op.drop_table("event_slots")
    with op.batch_alter_table("closures", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_closures_provider_id_external_id",
            postgresql_where=sa.text("external_id IS NOT NULL"),
            sqlite_where=sa.text("external_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_closures_provider_id")
        batch_op.drop_index("ix_closures_pool_id")
        batch_op.drop_index("ix_closures_ends_at_starts_at")

    op.drop_table("closures")
    with op.batch_alter_table("calendar_links", schema=None) as batch_op:
        batch_op.drop_index("ix_calendar_links_provider_id")
        batch_op.drop_index("ix_calendar_links_due_at")

    op.drop_table("calendar_links")
    with op.batch_alter_table("calendar_feeds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_feeds_provider_id"))

    op.drop_table("calendar_feeds")
    with op.batch_alter_table("providers", schema=None) as batch_op:
        batch_op.drop_index("ix_providers_staff_id")

    op.drop_table("providers")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_folder_id")

    op.drop_table("events")
    with op.batch_alter_table("courses", schema=None) as batch_op:
        batch_op.drop_index("ix_courses_category_id")

    op.drop_table("courses")
    op.drop_table("booking_rules")
    with op.batch_alter_table("ticket_books", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_books_kind_id")
        batch_op.drop_index("ix_ticket_books_friend_id")

    op.drop_table("ticket_books")
    with op.batch_alter_table("course_options", schema=None) as batch_op:
        batch_op.drop_index("ix_course_options_group_id")

    op.drop_table("course_options")
    with op.batch_alter_table("booking_holds", schema=None) as batch_op:
        batch_op.drop_index("ix_booking_holds_expires_at")

    op.drop_table("booking_holds")
    with op.batch_alter_table("booking_customers", schema=None) as batch_op:
        batch_op.drop_index("ix_booking_customers_visits")
        batch_op.drop_index("ix_booking_customers_no_shows")
        batch_op.drop_index("ix_booking_customers_next_due_on")
        batch_op.drop_index("ix_booking_customers_last_visit_at")

    op.drop_table("booking_customers")
    op.drop_table("ticket_book_kinds")
    op.drop_table("special_hours")
    op.drop_table("reservation_settings")
    op.drop_table("pools")
    op.drop_table("option_groups")
    op.drop_table("google_clients")
    op.drop_table("course_categories")
    op.drop_table("booking_texts")
    op.drop_table("booking_pages")
