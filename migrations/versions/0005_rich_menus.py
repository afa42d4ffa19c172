"""Rich menus."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "menu_calls",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "create",
                "delete",
                "delete_alias",
                "batch",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_calls")),
    )
    with op.batch_alter_table("menu_calls", schema=None) as batch_op:
        batch_op.create_index("ix_menu_calls_kind_at", ["kind", "at"], unique=False)

    op.create_table(
        "menu_rules",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("tree", sa.JSON(), nullable=False),
        sa.Column("menu_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_rules")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "menu_settings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column(
            "mode",
            sa.Enum("actions", "rules", name="mode", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("default_menu_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("default_line_id", sa.Text(), nullable=True),
        sa.Column("default_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("default_attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("default_reason", sa.Text(), nullable=True),
        sa.Column("rules_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rules_cursor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("friends_cursor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("leaving_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "leaving_step",
            sa.Enum(
                "default",
                "friends",
                "aliases",
                "menus",
                "done",
                name="leaving_step",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("leaving_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leaving_attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("leaving_reason", sa.Text(), nullable=True),
        sa.Column("leaving_key", sa.Text(), nullable=True),
        sa.Column("leaving_batch_id", sa.Text(), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_menu_settings_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_settings")),
    )
    op.create_table(
        "stray_menus",
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("is_alias", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("chat_bar_text", sa.Text(), nullable=False),
        sa.Column("was_ours", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delete_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_stray_menus")),
    )
    op.create_table(
        "friend_menus",
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("menu_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "origin",
            sa.Enum(
                "action",
                "staff",
                "rule",
                "customer",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("linked_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tab_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_friend_menus_friend_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("friend_id", name=op.f("pk_friend_menus")),
    )
    with op.batch_alter_table("friend_menus", schema=None) as batch_op:
        batch_op.create_index(
            "ix_friend_menus_due_at",
            ["due_at", "friend_id"],
            unique=False,
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )
        batch_op.create_index("ix_friend_menus_linked_id", ["linked_id"], unique=False)
        batch_op.create_index("ix_friend_menus_menu_id_friend_id", ["menu_id", "friend_id"], unique=False)

    op.create_table(
        "menu_looks",
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_menu_looks_friend_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("friend_id", name=op.f("pk_menu_looks")),
    )
    op.create_table(
        "rich_menus",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("folder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chat_bar_text", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("live_document", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("live_revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("shows_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shows_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_default_meanwhile", sa.Boolean(), nullable=False),
        sa.Column("next_menu_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("period_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_ending", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["folders.id"], name=op.f("fk_rich_menus_folder_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rich_menus")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("rich_menus", schema=None) as batch_op:
        batch_op.create_index("ix_rich_menus_folder_id", ["folder_id"], unique=False)
        batch_op.create_index("ix_rich_menus_period_due_at", ["period_due_at"], unique=False)

    op.create_table(
        "publications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("menu_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("chat_bar_text", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "working",
                "done",
                "failed",
                "replaced",
                "canceled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "step",
            sa.Enum(
                "draw",
                "make",
                "aliases",
                "friends",
                "record",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("batch_key", sa.Text(), nullable=True),
        sa.Column("batch_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["menu_id"], ["rich_menus.id"], name=op.f("fk_publications_menu_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_publications_staff_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
    )
    with op.batch_alter_table("publications", schema=None) as batch_op:
        batch_op.create_index("ix_publications_state_due_at", ["state", "due_at"], unique=False)
        batch_op.create_index(
            "uq_publications_open",
            ["menu_id"],
            unique=True,
            sqlite_where=sa.text("state in ('waiting', 'working')"),
            postgresql_where=sa.text("state in ('waiting', 'working')"),
        )

    op.create_table(
        "line_menus",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("menu_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tab_code", sa.Text(), nullable=False),
        sa.Column("publication_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("image_path", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "made",
                "ready",
                "live",
                "retiring",
                "gone",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("was_asked", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("insight_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_line_menus_publication_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_menus")),
        sa.UniqueConstraint("line_id", name=op.f("uq_line_menus_line_id")),
        sa.UniqueConstraint("name", name=op.f("uq_line_menus_name")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("line_menus", schema=None) as batch_op:
        batch_op.create_index("ix_line_menus_menu_id", ["menu_id"], unique=False)
        batch_op.create_index("ix_line_menus_state_due_at", ["state", "due_at"], unique=False)

    op.create_table(
        "menu_insights",
        sa.Column("line_menu_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("impressions", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("viewers", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clicks", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_menu_id"], ["line_menus.id"], name=op.f("fk_menu_insights_line_menu_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("line_menu_id", "day", name=op.f("pk_menu_insights")),
    )
    op.create_table(
        "menu_tabs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("menu_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("line_menu_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("aliased_line_id", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["line_menu_id"], ["line_menus.id"], name=op.f("fk_menu_tabs_line_menu_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["menu_id"], ["rich_menus.id"], name=op.f("fk_menu_tabs_menu_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_tabs")),
        sa.UniqueConstraint("alias", name=op.f("uq_menu_tabs_alias")),
        sa.UniqueConstraint("code", name=op.f("uq_menu_tabs_code")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("menu_tabs", schema=None) as batch_op:
        batch_op.create_index("ix_menu_tabs_due_at", ["due_at"], unique=False)
        batch_op.create_index("ix_menu_tabs_menu_id", ["menu_id"], unique=False)

    with op.batch_alter_table("taps", schema=None) as batch_op:
        batch_op.add_column(sa.Column("said", sa.Text(), nullable=True))
        batch_op.create_index("ix_taps_said", ["said"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("taps", schema=None) as batch_op:
        batch_op.drop_index("ix_taps_said")
        batch_op.drop_column("said")

    with op.batch_alter_table("menu_tabs", schema=None) as batch_op:
        batch_op.drop_index("ix_menu_tabs_menu_id")
        batch_op.drop_index("ix_menu_tabs_due_at")

    op.drop_table("menu_tabs")
    op.drop_table("menu_insights")
    with op.batch_alter_table("line_menus", schema=None) as batch_op:
        batch_op.drop_index("ix_line_menus_state_due_at")
        batch_op.drop_index("ix_line_menus_menu_id")

    op.drop_table("line_menus")
    with op.batch_alter_table("publications", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_publications_open",
            sqlite_where=sa.text("state in ('waiting', 'working')"),
            postgresql_where=sa.text("state in ('waiting', 'working')"),
        )
        batch_op.drop_index("ix_publications_state_due_at")

    op.drop_table("publications")
    with op.batch_alter_table("rich_menus", schema=None) as batch_op:
        batch_op.drop_index("ix_rich_menus_period_due_at")
        batch_op.drop_index("ix_rich_menus_folder_id")

    op.drop_table("rich_menus")
    op.drop_table("menu_looks")
    with op.batch_alter_table("friend_menus", schema=None) as batch_op:
        batch_op.drop_index("ix_friend_menus_menu_id_friend_id")
        batch_op.drop_index("ix_friend_menus_linked_id")
        batch_op.drop_index(
            "ix_friend_menus_due_at",
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )

    op.drop_table("friend_menus")
    op.drop_table("stray_menus")
    op.drop_table("menu_settings")
    op.drop_table("menu_rules")
    with op.batch_alter_table("menu_calls", schema=None) as batch_op:
        batch_op.drop_index("ix_menu_calls_kind_at")

    op.drop_table("menu_calls")
