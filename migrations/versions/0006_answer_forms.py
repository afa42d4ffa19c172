"""Answer forms."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "surveys",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("folder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_text", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("header_media_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("color", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("button_text", sa.Text(), nullable=False),
        sa.Column("confirms", sa.Boolean(), nullable=False),
        sa.Column("thanks_text", sa.Text(), nullable=False),
        sa.Column("thanks_url", sa.Text(), nullable=False),
        sa.Column(
            "rate",
            sa.Enum("once", "many", "every", name="rate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("rate_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("most_answers", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answers_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("restores_previous", sa.Boolean(), nullable=False),
        sa.Column("editable_minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("takes_anonymous", sa.Boolean(), nullable=False),
        sa.Column("clears_other_tags", sa.Boolean(), nullable=False),
        sa.Column(
            "confirmation",
            sa.Enum("none", "free", "push", name="confirmation", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("said_text", sa.Text(), nullable=False),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["folder_id"], ["folders.id"], name=op.f("fk_surveys_folder_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["header_media_id"], ["media.id"], name=op.f("fk_surveys_header_media_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surveys")),
        sa.UniqueConstraint("code", name=op.f("uq_surveys_code")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("surveys", schema=None) as batch_op:
        batch_op.create_index("ix_surveys_folder_id", ["folder_id"], unique=False)

    op.create_table(
        "survey_answers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("visitor", sa.Text(), nullable=True),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("score", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("result_code", sa.Text(), nullable=True),
        sa.Column("result_label", sa.Text(), nullable=True),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("new", "working", "done", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("confirm_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["timeline.id"], name=op.f("fk_survey_answers_entry_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_survey_answers_friend_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name=op.f("fk_survey_answers_survey_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answers")),
        sa.UniqueConstraint("code", name=op.f("uq_survey_answers_code")),
        sa.UniqueConstraint("token", name=op.f("uq_survey_answers_token")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("survey_answers", schema=None) as batch_op:
        batch_op.create_index(
            "ix_survey_answers_confirm_due_at",
            ["confirm_due_at"],
            unique=False,
            postgresql_where=sa.text("confirm_due_at IS NOT NULL"),
            sqlite_where=sa.text("confirm_due_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_survey_answers_friend_id_survey_id", ["friend_id", "survey_id", "submitted_at"], unique=False
        )
        batch_op.create_index(
            "ix_survey_answers_survey_id_state", ["survey_id", "state", "submitted_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_survey_answers_survey_id_submitted_at", ["survey_id", "submitted_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_survey_answers_visitor"), ["visitor"], unique=False)

    op.create_table(
        "survey_days",
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("views", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submits", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name=op.f("fk_survey_days_survey_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("survey_id", "day", name=op.f("pk_survey_days")),
    )
    op.create_table(
        "survey_markings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("new", "working", "done", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("done", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cursor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_survey_markings_staff_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name=op.f("fk_survey_markings_survey_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_markings")),
        sa.UniqueConstraint("token", name=op.f("uq_survey_markings_token")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("survey_markings", schema=None) as batch_op:
        batch_op.create_index(
            "ix_survey_markings_open",
            ["id"],
            unique=False,
            postgresql_where=sa.text("finished_at IS NULL"),
            sqlite_where=sa.text("finished_at IS NULL"),
        )
        batch_op.create_index("ix_survey_markings_survey_id", ["survey_id"], unique=False)

    op.create_table(
        "survey_seats",
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("choice_code", sa.Text(), nullable=False),
        sa.Column("taken", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name=op.f("fk_survey_seats_survey_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("survey_id", "choice_code", name=op.f("pk_survey_seats")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("question_code", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["survey_answers.id"], name=op.f("fk_consents_answer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["friend_id"], ["friends.id"], name=op.f("fk_consents_friend_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index("ix_consents_answer_id", ["answer_id"], unique=False)
        batch_op.create_index("ix_consents_friend_id", ["friend_id"], unique=False)

    op.create_table(
        "survey_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
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
        sa.Column("before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["survey_answers.id"], name=op.f("fk_survey_changes_answer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_survey_changes_staff_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_changes")),
    )
    with op.batch_alter_table("survey_changes", schema=None) as batch_op:
        batch_op.create_index("ix_survey_changes_answer_id", ["answer_id"], unique=False)

    op.create_table(
        "survey_drafts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("trail", sa.JSON(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["survey_answers.id"], name=op.f("fk_survey_drafts_answer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_survey_drafts_friend_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name=op.f("fk_survey_drafts_survey_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_drafts")),
        sa.UniqueConstraint("token", name=op.f("uq_survey_drafts_token")),
    )
    with op.batch_alter_table("survey_drafts", schema=None) as batch_op:
        batch_op.create_index("ix_survey_drafts_friend_id", ["friend_id"], unique=False)
        batch_op.create_index("ix_survey_drafts_updated_at", ["updated_at"], unique=False)
        batch_op.create_index("uq_survey_drafts_survey_id_holder", ["survey_id", "holder"], unique=True)

    op.create_table(
        "survey_picks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("question_code", sa.Text(), nullable=False),
        sa.Column("choice_code", sa.Text(), nullable=False),
        sa.Column("text_key", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["survey_answers.id"], name=op.f("fk_survey_picks_answer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_picks")),
    )
    with op.batch_alter_table("survey_picks", schema=None) as batch_op:
        batch_op.create_index("ix_survey_picks_answer_id", ["answer_id"], unique=False)
        batch_op.create_index(
            "ix_survey_picks_friend_id_survey_id",
            ["friend_id", "survey_id", "question_code", "choice_code"],
            unique=False,
        )
        batch_op.create_index(
            "ix_survey_picks_survey_id_question_code",
            ["survey_id", "question_code", "choice_code", "friend_id", "answer_id"],
            unique=False,
        )

    op.create_table(
        "survey_texts",
        sa.Column("answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["survey_answers.id"], name=op.f("fk_survey_texts_answer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_survey_texts")),
    )
    op.create_table(
        "survey_files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("draft_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("question_code", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("preview_path", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["survey_answers.id"], name=op.f("fk_survey_files_answer_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["survey_drafts.id"], name=op.f("fk_survey_files_draft_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["friend_id"], ["friends.id"], name=op.f("fk_survey_files_friend_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name=op.f("fk_survey_files_survey_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_files")),
        sa.UniqueConstraint("code", name=op.f("uq_survey_files_code")),
    )
    with op.batch_alter_table("survey_files", schema=None) as batch_op:
        batch_op.create_index("ix_survey_files_answer_id", ["answer_id"], unique=False)
        batch_op.create_index("ix_survey_files_draft_id", ["draft_id"], unique=False)
        batch_op.create_index("ix_survey_files_friend_id", ["friend_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("survey_files", schema=None) as batch_op:
        batch_op.drop_index("ix_survey_files_friend_id")
        batch_op.drop_index("ix_survey_files_draft_id")
        batch_op.drop_index("ix_survey_files_answer_id")

    op.drop_table("survey_files")
    op.drop_table("survey_texts")
    with op.batch_alter_table("survey_picks", schema=None) as batch_op:
        batch_op.drop_index("ix_survey_picks_survey_id_question_code")
        batch_op.drop_index("ix_survey_picks_friend_id_survey_id")
        batch_op.drop_index("ix_survey_picks_answer_id")

    op.drop_table("survey_picks")
    with op.batch_alter_table("survey_drafts", schema=None) as batch_op:
        batch_op.drop_index("uq_survey_drafts_survey_id_holder")
        batch_op.drop_index("ix_survey_drafts_updated_at")
        batch_op.drop_index("ix_survey_drafts_friend_id")

    op.drop_table("survey_drafts")
    with op.batch_alter_table("survey_changes", schema=None) as batch_op:
        batch_op.drop_index("ix_survey_changes_answer_id")

    op.drop_table("survey_changes")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index("ix_consents_friend_id")
        batch_op.drop_index("ix_consents_answer_id")

    op.drop_table("consents")
    op.drop_table("survey_seats")
    with op.batch_alter_table("survey_markings", schema=None) as batch_op:
        batch_op.drop_index("ix_survey_markings_survey_id")
        batch_op.drop_index(
            "ix_survey_markings_open",
            postgresql_where=sa.text("finished_at IS NULL"),
            sqlite_where=sa.text("finished_at IS NULL"),
        )

    op.drop_table("survey_markings")
    op.drop_table("survey_days")
    with op.batch_alter_table("survey_answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_survey_answers_visitor"))
        batch_op.drop_index("ix_survey_answers_survey_id_submitted_at")
        batch_op.drop_index("ix_survey_answers_survey_id_state")
        batch_op.drop_index("ix_survey_answers_friend_id_survey_id")
        batch_op.drop_index(
            "ix_survey_answers_confirm_due_at",
            postgresql_where=sa.text("confirm_due_at IS NOT NULL"),
            sqlite_where=sa.text("confirm_due_at IS NOT NULL"),
        )

    op.drop_table("survey_answers")
    with op.batch_alter_table("surveys", schema=None) as batch_op:
        batch_op.drop_index("ix_surveys_folder_id")

    op.drop_table("surveys")
