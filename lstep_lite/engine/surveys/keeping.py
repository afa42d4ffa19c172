"""Keeping forms: writing, copying, opening and closing them."""

import re
from collections.abc import Collection, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import memory
from lstep_lite.engine import actions, folders, locking, mentions, messages
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.studio import Actions, Data, File, Text, new_code, walk
from lstep_lite.engine.surveys import seats
from lstep_lite.engine.surveys.checking import Refused, examine
from lstep_lite.engine.surveys.documents import INPUTS
from lstep_lite.engine.text import checked_name, storable
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import AnswerRate, Confirmation, Media, Survey
from lstep_lite.models.names import name_key

FEATURE = "surveys"
CHOSEN = "surveys.chosen"
"""Its holder is `holder(survey, code of a choice or a result)`."""
SUBMITTED = "surveys.submitted"
PAGE_SIZE = 50
LONGEST_NAME = 60
LONGEST = {"title": 60, "lead": 2000, "button_text": 20, "thanks_text": 2000, "closed_text": 1000, "said_text": 100}
WORDS = {
    "title": "お客様に見せるタイトル",
    "lead": "説明",
    "button_text": "送信ボタンの文字",
    "thanks_text": "送信後の文章",
    "closed_text": "受付していないときの文章",
    "said_text": "お客様の名前で送る言葉",
}
FILLED = ("lead", "thanks_text")
"""Where placeholders may stand."""
MOST_DAYS = 3650
MOST_MINUTES = 525_600
LARGEST_NUMBER = 1_000_000
GONE = "このフォームは見つかりませんでした。削除された可能性があります。"
COLOR, GROUND = "#E8590C", "#F6F5F3"
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
folders.shelf(FEATURE, Survey, Permission.SURVEYS_EDIT)
mentions.target_rows(FEATURE, Survey.id, Survey.name)


@dataclass(frozen=True)
class SurveyForm:
    """What the settings of a form say. Moments are aware; None means no bound."""

    name: str
    title: str
    folder_id: int | None = None
    lead: str = ""
    header_media_id: int | None = None
    color: str = COLOR
    ground: str = GROUND
    button_text: str = "送信する"
    confirms: bool = False
    thanks_text: str = "ご回答ありがとうございました。"
    thanks_url: str = ""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    closed_text: str = ""
    rate: AnswerRate = AnswerRate.ONCE
    rate_days: int | None = None
    most_answers: int | None = None
    restores_previous: bool = False
    editable_minutes: int | None = None
    takes_anonymous: bool = False
    clears_other_tags: bool = False
    confirmation: Confirmation = Confirmation.NONE
    said_text: str = ""
    blocks: Sequence[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Page(Paged):
    """One page of the list."""

    surveys: Sequence[Survey]
    broken: Collection[int]
    """Those that use something that is gone."""


# Looking -------------------------------------------------------------------------------------------------------------


def get(session: Session, survey_id: int) -> Survey:
    survey = session.get(Survey, survey_id)
    if survey is None:
        raise NotFound(GONE)
    return survey


def by_code(session: Session, code: str) -> Survey:
    """The one with this code in its address. Raises NotFound, in words for customers."""
    survey = session.scalar(sa.select(Survey).where(Survey.code == code))
    if survey is None:
        raise NotFound("このフォームは終了しました。お手数ですが、LINEのトークでお問い合わせください。")
    return survey


def in_order(session: Session) -> Sequence[Survey]:
    return session.scalars(sa.select(Survey).order_by(Survey.position, Survey.id)).all()


def label(survey: Survey) -> str:
    """Its name where one is chosen, and whether it can be answered at all."""
    return survey.name if survey.is_open else f"{survey.name}（受付を止めています）"


def page(
    session: Session, *, folder_id: int | None = None, text: str = "", number: int = 1, size: int = PAGE_SIZE
) -> Page:
    """The list, or what of it is in a folder or has *text* in its name."""
    wanted = [Survey.folder_id == folder_id] if folder_id is not None else []
    if key := name_key(text):
        wanted.append(Survey.name_key.contains(key, autoescape=True))
    total = session.scalar(sa.select(sa.func.count()).select_from(Survey).where(*wanted)) or 0
    number = nearest(number, total, size)
    query = sa.select(Survey).where(*wanted).order_by(Survey.position, Survey.id)
    found = session.scalars(query.limit(size).offset((number - 1) * size)).all()
    return Page(found, broken=broken_ids(session, found), total_count=total, number=number, size=size)


def broken_ids(session: Session, surveys: Sequence[Survey]) -> set[int]:
    """The ids of those that refer to something that is gone; a constant number of looks for all of them."""
    uses = {survey.id: _mentioned(survey) for survey in surveys}
    gone = mentions.missing(session, [pair for pairs in uses.values() for pair in pairs])
    found = {key for key, pairs in uses.items() if any((name, str(row)) in gone for name, row in pairs)}
    holders = [holder(survey, code) for survey in surveys for code in acting_codes(survey.document)]
    sets = [
        *actions.at_many(session, CHOSEN, holders).values(),
        *actions.at_many(session, SUBMITTED, [survey.id for survey in surveys]).values(),
    ]
    return found | {int(each.holder.partition(":")[0]) for each in actions.broken_among(session, sets)}


def with_actions(session: Session, survey: Survey) -> Data:
    """Its document with the actions of choices and results in it, for the editor and for a copy."""
    document = deepcopy(survey.document)
    acting = list(_acting(document))
    sets = actions.at_many(session, CHOSEN, [holder(survey, each["id"]) for each in acting])
    for each in acting:
        found = sets.get(holder(survey, each["id"]))
        each["actions"] = {"steps": list(found.steps), "repeats": found.repeats} if found else Actions().empty()
    return document


def holder(survey: Survey, code: str) -> str:
    """Where the action set of one of its choices or results hangs at CHOSEN."""
    return f"{survey.id}:{code}"


# Writing -------------------------------------------------------------------------------------------------------------


def create(session: Session, form: SurveyForm, document: Any, *, now: datetime) -> Survey:
    """A new form at the end of the list, which takes no answers yet. Raises Refused, or DomainError naming the field.

    *document* is what the builder posted (documents.INPUTS); it may be anything.
    """
    survey = Survey(code=new_code(), position=folders.next_position(session, FEATURE), created_at=now, revision=0)
    _write(session, survey, form, now)
    kept = _checked(session, document)
    survey.document = {"pages": []}
    session.add(survey)
    session.flush()  # actions and places hang at its id
    _write_document(session, survey, kept, now)
    return survey


def update(session: Session, survey: Survey, form: SurveyForm, *, now: datetime) -> None:
    """Change its settings, from now on. Raises DomainError naming the field."""
    lock(session, survey)
    _write(session, survey, form, now)
    _note_uses(session, survey)


def update_document(session: Session, survey: Survey, document: Any, *, now: datetime) -> None:
    """Change what is asked. Answers keep the wording of their time; drafts go on with the new questions.

    Raises Refused.
    """
    lock(session, survey)
    _write_document(session, survey, _checked(session, document), now)


def lock(session: Session, survey: Survey) -> None:
    """Nobody else answers or changes the form until this unit ends; it is read afresh. Friend and draft come before.

    Rows that refer to it can be written meanwhile: a draft that is begun need not wait. Raises NotFound.
    """
    locking.turn(session, "survey", survey.id)
    fresh = sa.select(Survey).where(Survey.id == survey.id).with_for_update(key_share=True)
    if session.scalar(fresh.execution_options(populate_existing=True)) is None:
        raise NotFound(GONE)


def keep_actions(session: Session, survey: Survey, wanted: SetDraft, *, now: datetime) -> None:
    """What follows when somebody has answered."""
    actions.keep(session, SUBMITTED, survey.id, wanted, now=now)


def switch(session: Session, survey: Survey, is_open: bool, *, now: datetime) -> None:
    """Take answers, or stop taking them."""
    survey.is_open, survey.updated_at = is_open, now


def copy(session: Session, survey: Survey, *, now: datetime) -> Survey:
    """A form like it, with its actions, that nobody has answered and that takes no answers yet."""
    same = {each.name: getattr(survey, each.name) for each in fields(SurveyForm)}
    form = SurveyForm(**same | {"name": f"{survey.name[: LONGEST_NAME - 4]}のコピー"})
    twin = create(session, form, with_actions(session, survey), now=now)
    keep_actions(session, twin, actions.draft(actions.at(session, SUBMITTED, survey.id), SUBMITTED), now=now)
    return twin


def delete(session: Session, survey: Survey) -> None:
    """It goes with all its answers; what was done because of them stays."""
    for code in acting_codes(survey.document):
        actions.drop(session, CHOSEN, holder(survey, code))
    actions.drop(session, SUBMITTED, survey.id)
    mentions.forget(session, FEATURE, survey.id)
    session.delete(survey)
    session.flush()  # whatever asks next finds it gone


def _write(session: Session, survey: Survey, form: SurveyForm, now: datetime) -> None:
    name = checked_name(form.name, LONGEST_NAME, "管理用の名前")
    folder_id = folders.checked(session, FEATURE, form.folder_id)
    _check(session, form)
    for each in fields(SurveyForm):
        value = getattr(form, each.name)
        setattr(survey, each.name, storable(value).strip() if type(value) is str else value)
    survey.blocks = list(form.blocks)
    survey.rate_days = form.rate_days if form.rate == AnswerRate.EVERY else None  # else nobody has looked at it
    survey.name, survey.name_key, survey.folder_id, survey.updated_at = name, name_key(name), folder_id, now


def _check(session: Session, form: SurveyForm) -> None:
    """Raises DomainError naming the field."""
    _check_words(session, form)
    for name in ("color", "ground"):
        if not _COLOR.fullmatch(getattr(form, name)):
            raise DomainError("色を選び直してください。", name)
    if form.header_media_id is not None and session.get(Media, form.header_media_id) is None:
        raise DomainError("選んだ画像は使えません。選び直してください。", "header_media_id")
    if form.thanks_url and not re.fullmatch(r"https://[^\s/]+(/\S*)?", form.thanks_url.strip()):
        raise DomainError("送信後に開くページは「https://」から入力してください。", "thanks_url")
    if form.opens_at and form.closes_at and form.closes_at <= form.opens_at:
        raise DomainError("終わりの日時は、始まりの日時より後にしてください。", "closes_at")
    if form.rate is AnswerRate.EVERY and not 1 <= (form.rate_days or 0) <= MOST_DAYS:
        raise DomainError(f"何日ごとに答えられるかを、1〜{MOST_DAYS:,}日で入力してください。", "rate_days")
    if form.most_answers is not None and not 1 <= form.most_answers <= LARGEST_NUMBER:
        raise DomainError(f"受け付ける数は1〜{LARGEST_NUMBER:,}件で入力してください。", "most_answers")
    if form.editable_minutes is not None and not 1 <= form.editable_minutes <= MOST_MINUTES:
        raise DomainError(f"1〜{MOST_MINUTES:,}分で入力してください。", "editable_minutes")
    _check_confirmation(session, form)


def _check_words(session: Session, form: SurveyForm) -> None:
    for name, longest in LONGEST.items():
        text = storable(getattr(form, name)).strip()
        if len(text) > longest:
            raise DomainError(f"{WORDS[name]}は{longest:,}文字以内で入力してください。", name)
        if not text and name in ("title", "button_text"):
            raise DomainError(f"{WORDS[name]}を入力してください。", name)
        if name in FILLED and (unknown := placeholders.unknown(session, [text])):
            raise DomainError(f"[{unknown[0]}] は差し込みできない言葉です。選び直すか、[ ] を外してください。", name)


def _check_confirmation(session: Session, form: SurveyForm) -> None:
    if form.confirmation is Confirmation.NONE:
        return
    if not form.blocks:
        raise DomainError("送信後に送るメッセージを作ってください。", "blocks")
    messages.check_to_keep(session, form.blocks)
    if form.confirmation is Confirmation.FREE and not form.said_text.strip():
        raise DomainError("お客様の名前で送る言葉を入力してください。", "said_text")


def _checked(session: Session, document: Any) -> Data:
    examined = examine(session, document)
    if examined.problems:
        raise Refused(examined.problems)
    return examined.document


# The document --------------------------------------------------------------------------------------------------------


def _write_document(session: Session, survey: Survey, document: Data, now: datetime) -> None:
    """Keep a checked *document*; its actions move into action sets."""
    before, after = acting_codes(survey.document), acting_codes(document)
    with memory(session):
        actions.know_at(session, CHOSEN, [holder(survey, code) for code in before | after])
        for each in _acting(document):
            wanted = each.pop("actions", None) or Actions().empty()
            draft = SetDraft(wanted["steps"], wanted["repeats"])
            actions.keep(session, CHOSEN, holder(survey, each["id"]), draft, now=now)
        for code in before - after:
            actions.drop(session, CHOSEN, holder(survey, code))
    if document != survey.document or survey.revision == 0:
        survey.document, survey.revision = document, survey.revision + 1
    survey.updated_at = now
    seats.arrange(session, survey)
    _note_uses(session, survey)


def acting_codes(document: Data) -> set[str]:
    """The codes of its choices and results: actions may hang at them."""
    return {each["id"] for each in _acting(document)}


def _acting(document: Data) -> Iterator[Data]:
    for page in document["pages"]:
        for part in page["parts"]:
            yield from part.get("choices") or ()
    yield from document.get("results") or ()


# What it uses, and who uses it ---------------------------------------------------------------------------------------


def _note_uses(session: Session, survey: Survey) -> None:
    session.flush()  # they are written down under its id
    mentions.write(session, FEATURE, survey.id, _mentioned(survey))


def _mentioned(survey: Survey) -> set[tuple[str, int | str]]:
    """What its pictures, its texts, its message and the places it saves to refer to; actions tell of themselves."""
    pairs = messages.mentioned(survey.blocks) | placeholders.mentioned([survey.lead, survey.thanks_text])
    if survey.header_media_id is not None:
        pairs.add(("media", survey.header_media_id))
    for found in walk(INPUTS, survey.document):
        pairs |= set(found.input.mentioned(found.value))
        if isinstance(found.input, File) and found.value:
            pairs.add(("media", found.value))
        if isinstance(found.input, Text) and found.input.words:
            pairs |= set(placeholders.mentioned([found.value]))
    return pairs


@actions.place(SUBMITTED, label="フォームに回答したとき")
def _submitted_places(session: Session, holders: Collection[str]) -> dict[str, mentions.Place]:
    return _places(session, holders, "フォーム「{}」に回答したとき")


@actions.place(CHOSEN, label="フォームで選んだとき")
def _chosen_places(session: Session, holders: Collection[str]) -> dict[str, mentions.Place]:
    ids = {int(each.partition(":")[0]) for each in holders}
    rows = {row.id: row for row in session.scalars(sa.select(Survey).where(Survey.id.in_(ids)))}
    found: dict[str, mentions.Place] = {}
    for each in holders:
        survey_id, _, code = each.partition(":")
        survey = rows.get(int(survey_id))
        label = next((one["label"] for one in _acting(survey.document) if one["id"] == code), "") if survey else ""
        if survey is not None and label:
            words = f"フォーム「{survey.name}」で「{label}」になったとき"
            found[each] = mentions.Place(words, "surveys.edit", {"survey_id": survey.id})
    return found


@mentions.owner(FEATURE)
def _describe(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    return _places(session, ids, "フォーム「{}」")


def _places(session: Session, holders: Collection[str], words: str) -> dict[str, mentions.Place]:
    named = mentions.names(session, FEATURE, holders).items()
    return {key: mentions.Place(words.format(name), "surveys.edit", {"survey_id": int(key)}) for key, name in named}
