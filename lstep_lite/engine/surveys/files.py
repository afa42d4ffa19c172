"""Files that customers send with an answer: private, held by the draft until they are sent."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.media import StoredFile, StoredImage, storage
from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys import documents
from lstep_lite.engine.surveys.kinds.registry import PREFIX
from lstep_lite.engine.text import storable
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Friend, SurveyAnswer, SurveyDraft, SurveyFile

LONGEST_NAME = 120
MOST_OF_DRAFT = 30
"""Whoever picks files again and again loses the oldest."""


def asked_for(document: Data, page_code: str) -> list[Data]:
    """The questions of a page that take files."""
    found = (part for page, part in documents.parts_of(document) if page["id"] == page_code)
    return [part for part in found if part["kind"] == f"{PREFIX}file"]


def check_kind(part: Data, stored_type: str) -> None:
    """Raises DomainError where the question takes no such file."""
    is_picture = stored_type.startswith("image/")
    if part["takes"] == "image" and not is_picture:
        raise DomainError("写真・画像（JPEG・PNG・WebP）を選んでください。")
    if part["takes"] == "pdf" and is_picture:
        raise DomainError("PDFを選んでください。")


def keep(
    session: Session,
    draft: SurveyDraft,
    question_code: str,
    stored: StoredImage | StoredFile,
    file_name: str,
    *,
    now: datetime,
) -> SurveyFile:
    """Hold a stored file for the draft."""
    is_picture = isinstance(stored, StoredImage)
    row = SurveyFile(
        code=stored.code,
        survey_id=draft.survey_id,
        draft_id=draft.id,
        friend_id=draft.friend_id,
        question_code=question_code,
        file_name=storable(file_name)[-LONGEST_NAME:] or "file",
        content_type=stored.content_type,
        size_bytes=stored.size_bytes,
        path=storage.path(stored.code),
        preview_path=storage.preview_path(stored.code) if is_picture else None,
        created_at=now,
    )
    session.add(row)
    session.flush()  # whoever reads what was typed looks for it
    _drop_oldest(session, draft)
    return row


def held(session: Session, draft: SurveyDraft) -> dict[str, SurveyFile]:
    """By code: what the draft, or the answer it changes, has."""
    mine = sa.or_(SurveyFile.draft_id == draft.id, SurveyFile.answer_id == (draft.answer_id or 0))
    return {row.code: row for row in session.scalars(sa.select(SurveyFile).where(mine))}


def own(session: Session, code: str, friend: Friend | None, visitor: str) -> SurveyFile:
    """A file of their own. Raises NotFound for anybody else's."""
    row = session.scalar(sa.select(SurveyFile).where(SurveyFile.code == code))
    if row is None or not _is_of(session, row, friend, visitor):
        raise NotFound("このファイルは見つかりませんでした。")
    return row


def _is_of(session: Session, row: SurveyFile, friend: Friend | None, visitor: str) -> bool:
    draft = session.get(SurveyDraft, row.draft_id or 0)
    answer = session.get(SurveyAnswer, row.answer_id or 0)
    if friend is not None:
        return friend.id in {row.friend_id, draft and draft.friend_id, answer and answer.friend_id}
    is_drafts = draft is not None and draft.holder.split(":")[:2] == ["visitor", visitor]
    return is_drafts or (answer is not None and answer.friend_id is None and answer.visitor == visitor)


def _drop_oldest(session: Session, draft: SurveyDraft) -> None:
    newest = sa.select(SurveyFile.id).where(SurveyFile.draft_id == draft.id).order_by(SurveyFile.id.desc())
    kept: Collection[int] = session.scalars(newest.limit(MOST_OF_DRAFT)).all()
    old = sa.update(SurveyFile).where(SurveyFile.draft_id == draft.id, SurveyFile.id.not_in(kept))
    session.execute(old.values(draft_id=None), execution_options={"synchronize_session": False})
