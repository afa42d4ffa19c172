"""Surveys (回答フォーム): what is asked, and every answer in the words of its time."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.friends import ChangedBy, Friend, to_entry


class AnswerRate(StrEnum):
    """How often one friend may answer."""

    ONCE = "once"
    MANY = "many"
    EVERY = "every"
    """Again after so many days."""


class Confirmation(StrEnum):
    """What is sent into the talk after an answer."""

    NONE = "none"
    FREE = "free"
    """The page says a short word in the customer's name, whose webhook lets us reply for free; else a push follows."""
    PUSH = "push"


class Survey(Base):
    """One form. Its action set hangs at surveys.submitted, those of its choices at surveys.chosen."""

    __tablename__ = "surveys"
    __table_args__ = (Index("ix_surveys_folder_id", "folder_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    """Random; its name in addresses that customers see."""
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    name: Mapped[str]
    """For staff; customers never see it."""
    name_key: Mapped[str]
    position: Mapped[int]
    document: Mapped[dict[str, Any]]
    """Pages and questions (engine/surveys/documents.py); the actions of choices stand in action sets."""
    revision: Mapped[int] = mapped_column(default=1)
    """Rises with each change of the document."""
    is_open: Mapped[bool] = mapped_column(default=False)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    closed_text: Mapped[str] = mapped_column(default="")
    """Shown before and after its period, when it is full, and while it is closed; empty for the product's own words."""

    title: Mapped[str]
    """What customers see."""
    lead: Mapped[str] = mapped_column(default="")
    header_media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"))
    color: Mapped[str]
    """`#rrggbb` of its buttons."""
    ground: Mapped[str]
    """`#rrggbb` behind it."""
    button_text: Mapped[str]
    confirms: Mapped[bool] = mapped_column(default=False)
    """Whether a page with all answers comes before they are sent."""
    thanks_text: Mapped[str] = mapped_column(default="")
    thanks_url: Mapped[str] = mapped_column(default="")
    """Where the done page leads; empty for nowhere."""

    rate: Mapped[AnswerRate] = mapped_column(one_of(AnswerRate, "rate"), default=AnswerRate.ONCE)
    rate_days: Mapped[int | None]
    most_answers: Mapped[int | None]
    """How many answers are taken in all; null for any number."""
    answers_count: Mapped[int] = mapped_column(default=0)
    """How many there are that count against it."""
    restores_previous: Mapped[bool] = mapped_column(default=False)
    editable_minutes: Mapped[int | None]
    """How long after sending a friend may change an answer; null: never. Not beyond `closes_at`."""
    takes_anonymous: Mapped[bool] = mapped_column(default=False)
    """Whether visitors without LINE may answer."""
    clears_other_tags: Mapped[bool] = mapped_column(default=False)
    """Whether another choice takes away the tags that the choices of an earlier answer gave."""
    confirmation: Mapped[Confirmation] = mapped_column(one_of(Confirmation, "confirmation"), default=Confirmation.NONE)
    said_text: Mapped[str] = mapped_column(default="")
    """What the page says in the customer's name; see Confirmation.FREE."""
    blocks: Mapped[list[Any]] = mapped_column(default=list)
    """The message that follows an answer."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class SurveySeat(Base):
    """How often a choice with a limited number of places was taken."""

    __tablename__ = "survey_seats"

    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True)
    choice_code: Mapped[str] = mapped_column(primary_key=True)
    taken: Mapped[int] = mapped_column(default=0)


class SurveyAnswerState(StrEnum):
    """How far the shop is with an answer."""

    NEW = "new"
    WORKING = "working"
    DONE = "done"


class SurveyAnswer(Base):
    """One answer. `values` keeps each question in the wording of that time."""

    __tablename__ = "survey_answers"
    __table_args__ = (
        Index("ix_survey_answers_survey_id_submitted_at", "survey_id", "submitted_at", "id"),
        Index("ix_survey_answers_friend_id_survey_id", "friend_id", "survey_id", "submitted_at"),
        Index("ix_survey_answers_survey_id_state", "survey_id", "state", "submitted_at", "id"),
        Index(
            "ix_survey_answers_confirm_due_at",
            "confirm_due_at",
            postgresql_where=text("confirm_due_at IS NOT NULL"),
            sqlite_where=text("confirm_due_at IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    """Random; its name in addresses that customers see."""
    token: Mapped[str] = mapped_column(unique=True)
    """Of the page it was sent from: a page sent twice is one answer."""
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"))
    friend_id: Mapped[int | None] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    """Null for a visitor whom nobody knows."""
    visitor: Mapped[str | None] = mapped_column(index=True)
    """The random name of an unknown visitor's browser: their answers go over to them once they log in."""
    revision: Mapped[int]
    """The survey's, when it was sent."""
    submitted_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    values: Mapped[list[Any]]
    """Per question that was met: {"code", "kind", "label", "text" (as shown, "" for none), "choices": [{"code",
    "label"}], "number", "files" (codes of SurveyFiles), "other", "hidden": bool, "typed" (kinds.registry.Raw)}."""
    score: Mapped[int | None]
    result_code: Mapped[str | None]
    """Of a diagnosis: which result it came to, and what that was called."""
    result_label: Mapped[str | None]
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the address it was opened with carried for hidden questions."""
    state: Mapped[SurveyAnswerState] = mapped_column(one_of(SurveyAnswerState, "state"), default=SurveyAnswerState.NEW)
    memo: Mapped[str] = mapped_column(default="")
    entry_id: Mapped[int | None] = mapped_column(to_entry())
    confirm_due_at: Mapped[datetime | None]
    """When to push the message that follows, unless a webhook has brought a free reply before; on `wall`."""

    survey: Mapped[Survey] = relationship()
    friend: Mapped[Friend | None] = relationship()


class SurveyPick(Base):
    """One answered question (or one of its choices), for conditions, charts and search."""

    __tablename__ = "survey_picks"
    __table_args__ = (
        Index("ix_survey_picks_answer_id", "answer_id"),
        Index(
            "ix_survey_picks_survey_id_question_code",
            *("survey_id", "question_code", "choice_code", "friend_id", "answer_id"),
        ),
        Index("ix_survey_picks_friend_id_survey_id", "friend_id", "survey_id", "question_code", "choice_code"),
    )

    id: Mapped[int] = primary_key()
    answer_id: Mapped[int] = mapped_column(ForeignKey("survey_answers.id", ondelete="CASCADE"))
    survey_id: Mapped[int]
    friend_id: Mapped[int | None]
    question_code: Mapped[str]
    choice_code: Mapped[str]
    """Empty where the question has no choices; of a matrix "row:column"."""
    text_key: Mapped[str]
    """Normalised (engine/text.py); of a choice with free text beside it, both."""
    number: Mapped[int | None]


class SurveyText(Base):
    """All words of an answer, for searching: it reads every row of a form, so they stand apart from what is large."""

    __tablename__ = "survey_texts"

    answer_id: Mapped[int] = mapped_column(ForeignKey("survey_answers.id", ondelete="CASCADE"), primary_key=True)
    survey_id: Mapped[int]
    text_key: Mapped[str]
    """Normalised (engine/text.py): answers and the memo, one a line."""


class SurveyMarking(Base):
    """Many answers whose state is being set, in the background: those that were there when it was asked for."""

    __tablename__ = "survey_markings"
    __table_args__ = (
        Index("ix_survey_markings_survey_id", "survey_id"),
        Index(
            "ix_survey_markings_open",
            "id",
            postgresql_where=text("finished_at IS NULL"),
            sqlite_where=text("finished_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key()
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"))
    token: Mapped[str] = mapped_column(unique=True)
    """Of the page it was asked for on: sent twice it is one."""
    filters: Mapped[dict[str, Any]]
    """Which answers (engine/surveys/answers.Filters)."""
    state: Mapped[SurveyAnswerState] = mapped_column(one_of(SurveyAnswerState, "state"))
    total: Mapped[int]
    """How many there were when it was asked for."""
    done: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[int] = mapped_column(default=0)
    """The last answer's id that was looked at."""
    last_id: Mapped[int]
    """The newest answer then: those that come later stay as they are."""
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class SurveyChange(Base):
    """What an answer was before somebody changed it."""

    __tablename__ = "survey_changes"
    __table_args__ = (Index("ix_survey_changes_answer_id", "answer_id"),)

    id: Mapped[int] = primary_key()
    answer_id: Mapped[int] = mapped_column(ForeignKey("survey_answers.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    changed_by: Mapped[ChangedBy] = mapped_column(one_of(ChangedBy, "changed_by"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    before: Mapped[list[Any]]


class SurveyDraft(Base):
    """What a friend, or a visitor, has typed so far."""

    __tablename__ = "survey_drafts"
    __table_args__ = (
        Index("uq_survey_drafts_survey_id_holder", "survey_id", "holder", unique=True),
        Index("ix_survey_drafts_updated_at", "updated_at"),
        Index("ix_survey_drafts_friend_id", "friend_id"),
    )

    id: Mapped[int] = primary_key()
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"))
    holder: Mapped[str]
    """`friend:<id>` or `visitor:<name>`; with `:<answer id>` behind it while an answer is being changed."""
    friend_id: Mapped[int | None] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    token: Mapped[str] = mapped_column(unique=True)
    """Goes over to the answer."""
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("survey_answers.id", ondelete="CASCADE"))
    """The answer that is being changed."""
    typed: Mapped[dict[str, Any]]
    """Per question code what was typed, right or wrong."""
    trail: Mapped[list[Any]]
    """The codes of the pages gone through, in order; the last is where they are."""
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    opened_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    """When something was typed first."""
    updated_at: Mapped[datetime]


class SurveyDay(Base):
    """How many people opened, began and sent a form on a day of the shop."""

    __tablename__ = "survey_days"

    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True)
    """`2027-03-05`."""
    views: Mapped[int] = mapped_column(default=0)
    starts: Mapped[int] = mapped_column(default=0)
    submits: Mapped[int] = mapped_column(default=0)


class Consent(Base):
    """That somebody agreed to a text, and to which."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_friend_id", "friend_id"), Index("ix_consents_answer_id", "answer_id"))

    id: Mapped[int] = primary_key()
    answer_id: Mapped[int] = mapped_column(ForeignKey("survey_answers.id", ondelete="CASCADE"))
    friend_id: Mapped[int | None] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    question_code: Mapped[str]
    text: Mapped[str]
    version: Mapped[str]
    at: Mapped[datetime]


class SurveyFile(Base):
    """A file somebody sent with an answer: private, shown to staff who may see friends, and to the sender."""

    __tablename__ = "survey_files"
    __table_args__ = (
        Index("ix_survey_files_answer_id", "answer_id"),
        Index("ix_survey_files_draft_id", "draft_id"),
        Index("ix_survey_files_friend_id", "friend_id"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("survey_drafts.id", ondelete="SET NULL"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("survey_answers.id", ondelete="SET NULL"))
    friend_id: Mapped[int | None] = mapped_column(ForeignKey("friends.id", ondelete="SET NULL"))
    question_code: Mapped[str]
    file_name: Mapped[str]
    content_type: Mapped[str]
    size_bytes: Mapped[int]
    path: Mapped[str]
    """Below the media directory; swept when no answer and no draft holds it."""
    preview_path: Mapped[str | None]
    created_at: Mapped[datetime]
