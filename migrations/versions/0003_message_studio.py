"""Message studio."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from lstep_lite.engine.messages.placeholders import free_words

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "taps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taps")),
        sa.UniqueConstraint("code", name=op.f("uq_taps_code")),
    )
    with op.batch_alter_table("taps", schema=None) as batch_op:
        batch_op.create_index("ix_taps_owner_owner_id", ["owner", "owner_id"], unique=False)

    op.create_table(
        "testers",
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["friend_id"], ["friends.id"], name=op.f("fk_testers_friend_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("friend_id", name=op.f("pk_testers")),
    )
    op.create_table(
        "coupons",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("folder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "home",
            sa.Enum("own", "line", name="home", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("draft", "open", "closed", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("price_text", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("media_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("color", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("supply", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("taken", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uses_each", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("percent", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("losing_text", sa.Text(), nullable=False),
        sa.Column("losing_media_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "code_kind",
            sa.Enum("none", "common", "single", name="code_kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "code_shape",
            sa.Enum("text", "qr", "barcode", name="code_shape", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("common_code", sa.Text(), nullable=False),
        sa.Column(
            "reward",
            sa.Enum(
                "yen_off",
                "percent_off",
                "free",
                "gift",
                "others",
                name="reward",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reward_amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["folder_id"], ["folders.id"], name=op.f("fk_coupons_folder_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["losing_media_id"], ["media.id"], name=op.f("fk_coupons_losing_media_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_coupons_media_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupons")),
        sa.UniqueConstraint("code", name=op.f("uq_coupons_code")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("coupons", schema=None) as batch_op:
        batch_op.create_index("ix_coupons_folder_id", ["folder_id"], unique=False)

    op.create_table(
        "senders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_senders_media_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_senders")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tap_answers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("occurrence", sa.Text(), nullable=False),
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tap_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("taken", "again", "closed", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["timeline.id"], name=op.f("fk_tap_answers_entry_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_tap_answers_friend_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tap_id"], ["taps.id"], name=op.f("fk_tap_answers_tap_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tap_answers")),
        sa.UniqueConstraint("occurrence", name=op.f("uq_tap_answers_occurrence")),
    )
    with op.batch_alter_table("tap_answers", schema=None) as batch_op:
        batch_op.create_index(
            "ix_tap_answers_friend_id_owner_owner_id", ["friend_id", "owner", "owner_id", "state"], unique=False
        )
        batch_op.create_index(
            "ix_tap_answers_owner_owner_id_at",
            ["owner", "owner_id", "at", "state", "tap_id", "friend_id"],
            unique=False,
        )
        batch_op.create_index("ix_tap_answers_tap_id_state", ["tap_id", "state", "friend_id"], unique=False)

    op.create_table(
        "coupon_tickets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("coupon_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("held", "lost", "used_up", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("obtained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "obtained_by",
            sa.Enum(
                "staff",
                "automation",
                "import",
                "customer",
                name="obtained_by",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("uses", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["timeline.id"], name=op.f("fk_coupon_tickets_cause_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["coupon_id"], ["coupons.id"], name=op.f("fk_coupon_tickets_coupon_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_coupon_tickets_friend_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_tickets")),
        sa.UniqueConstraint("code", name=op.f("uq_coupon_tickets_code")),
        sa.UniqueConstraint("number", name=op.f("uq_coupon_tickets_number")),
        sa.UniqueConstraint("question", name=op.f("uq_coupon_tickets_question")),
    )
    with op.batch_alter_table("coupon_tickets", schema=None) as batch_op:
        batch_op.create_index(
            "ix_coupon_tickets_coupon_id_state_obtained_at", ["coupon_id", "state", "obtained_at"], unique=False
        )
        batch_op.create_index("ix_coupon_tickets_friend_id_state", ["friend_id", "state"], unique=False)
        batch_op.create_index("uq_coupon_tickets_coupon_id_friend_id", ["coupon_id", "friend_id"], unique=True)

    op.create_table(
        "line_coupons",
        sa.Column(
            "coupon_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "making",
                "open",
                "closing",
                "closed",
                "failed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("line_id", sa.Text(), nullable=True),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["coupon_id"], ["coupons.id"], name=op.f("fk_line_coupons_coupon_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("coupon_id", name=op.f("pk_line_coupons")),
        sa.UniqueConstraint("line_id", name=op.f("uq_line_coupons_line_id")),
    )
    with op.batch_alter_table("line_coupons", schema=None) as batch_op:
        batch_op.create_index("ix_line_coupons_due_at", ["due_at"], unique=False)

    op.create_table(
        "templates",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("folder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_favourite", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.Column("quick_replies", sa.JSON(), nullable=False),
        sa.Column("sender_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "answer_limit",
            sa.Enum(
                "any", "once", "once_a_panel", name="answer_limit", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("again_text", sa.Text(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["folders.id"], name=op.f("fk_templates_folder_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["senders.id"], name=op.f("fk_templates_sender_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_templates")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("templates", schema=None) as batch_op:
        batch_op.create_index("ix_templates_folder_id", ["folder_id"], unique=False)

    op.create_table(
        "content_templates",
        sa.Column("content_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("template_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_id"], ["contents.id"], name=op.f("fk_content_templates_content_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["templates.id"], name=op.f("fk_content_templates_template_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("content_id", "template_id", name=op.f("pk_content_templates")),
    )
    with op.batch_alter_table("content_templates", schema=None) as batch_op:
        batch_op.create_index("ix_content_templates_template_id", ["template_id"], unique=False)

    op.create_table(
        "coupon_uses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("occurrence", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("coupon_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "used_by",
            sa.Enum(
                "staff",
                "automation",
                "import",
                "customer",
                name="used_by",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["coupon_id"], ["coupons.id"], name=op.f("fk_coupon_uses_coupon_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_coupon_uses_staff_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["coupon_tickets.id"], name=op.f("fk_coupon_uses_ticket_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["staff.id"], name=op.f("fk_coupon_uses_undone_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_uses")),
        sa.UniqueConstraint("occurrence", name=op.f("uq_coupon_uses_occurrence")),
    )
    with op.batch_alter_table("coupon_uses", schema=None) as batch_op:
        batch_op.create_index("ix_coupon_uses_coupon_id_at", ["coupon_id", "at"], unique=False)
        batch_op.create_index("ix_coupon_uses_ticket_id", ["ticket_id"], unique=False)

    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.add_column(sa.Column("folder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("name", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("name_key", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("container_format", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("duration_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("preview_media_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("made_from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("box", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("recipe", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("uploaded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_index("ix_media_friend_id_id", ["friend_id", "id"], unique=False)
        batch_op.create_index("ix_media_made_from_id", ["made_from_id"], unique=False)
        batch_op.create_index("ix_media_state_kind", ["state", "kind", "friend_id", "size_bytes"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_media_recipe"), ["recipe"])
        batch_op.create_foreign_key(
            batch_op.f("fk_media_folder_id"), "folders", ["folder_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_media_uploaded_by_id"), "staff", ["uploaded_by_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_media_preview_media_id"), "media", ["preview_media_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_media_made_from_id"), "media", ["made_from_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.add_column(sa.Column("word", sa.Text(), nullable=False, server_default=""))
    _name_scores()
    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.alter_column("word", server_default=None)
        batch_op.create_unique_constraint(batch_op.f("uq_scores_word"), ["word"])


def downgrade() -> None:
    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_scores_word"), type_="unique")
        batch_op.drop_column("word")

    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_media_made_from_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_media_preview_media_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_media_uploaded_by_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_media_folder_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_media_recipe"), type_="unique")
        batch_op.drop_index("ix_media_state_kind")
        batch_op.drop_index("ix_media_made_from_id")
        batch_op.drop_index("ix_media_friend_id_id")
        batch_op.drop_column("uploaded_by_id")
        batch_op.drop_column("recipe")
        batch_op.drop_column("box")
        batch_op.drop_column("made_from_id")
        batch_op.drop_column("preview_media_id")
        batch_op.drop_column("duration_ms")
        batch_op.drop_column("container_format")
        batch_op.drop_column("name_key")
        batch_op.drop_column("name")
        batch_op.drop_column("folder_id")

    with op.batch_alter_table("coupon_uses", schema=None) as batch_op:
        batch_op.drop_index("ix_coupon_uses_ticket_id")
        batch_op.drop_index("ix_coupon_uses_coupon_id_at")

    op.drop_table("coupon_uses")
    with op.batch_alter_table("content_templates", schema=None) as batch_op:
        batch_op.drop_index("ix_content_templates_template_id")

    op.drop_table("content_templates")
    with op.batch_alter_table("templates", schema=None) as batch_op:
        batch_op.drop_index("ix_templates_folder_id")

    op.drop_table("templates")
    with op.batch_alter_table("line_coupons", schema=None) as batch_op:
        batch_op.drop_index("ix_line_coupons_due_at")

    op.drop_table("line_coupons")
    with op.batch_alter_table("coupon_tickets", schema=None) as batch_op:
        batch_op.drop_index("uq_coupon_tickets_coupon_id_friend_id")
        batch_op.drop_index("ix_coupon_tickets_friend_id_state")
        batch_op.drop_index("ix_coupon_tickets_coupon_id_state_obtained_at")

    op.drop_table("coupon_tickets")
    with op.batch_alter_table("tap_answers", schema=None) as batch_op:
        batch_op.drop_index("ix_tap_answers_tap_id_state")
        batch_op.drop_index("ix_tap_answers_owner_owner_id_at")
        batch_op.drop_index("ix_tap_answers_friend_id_owner_owner_id")

    op.drop_table("tap_answers")
    op.drop_table("senders")
    with op.batch_alter_table("coupons", schema=None) as batch_op:
        batch_op.drop_index("ix_coupons_folder_id")

    op.drop_table("coupons")
    op.drop_table("testers")
    with op.batch_alter_table("taps", schema=None) as batch_op:
        batch_op.drop_index("ix_taps_owner_owner_id")

    op.drop_table("taps")


def _name_scores() -> None:
    """What stands in messages for the scores there are."""
    scores = sa.table("scores", sa.column("id"), sa.column("name"), sa.column("word"))
    connection, taken = op.get_bind(), set()
    for row in connection.execute(scores.select().order_by("id")).all():
        word = next(word for word in free_words(row.name) if word not in taken)
        taken.add(word)
        connection.execute(scores.update().where(scores.c.id == row.id).values(word=word))
