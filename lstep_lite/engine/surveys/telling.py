"""Telling staff that somebody has answered a form."""

from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import notifications
from lstep_lite.models import Survey, SurveyAnswer

KIND = notifications.kind(
    "survey.submitted",
    label="フォームへの回答",
    lead="お客様がフォームに回答したときに知らせます。",
    icon="forms",
    order=25,
)
VISITOR = "お名前の分からない方"


def tell(session: Session, survey: Survey, answer: SurveyAnswer, *, now: datetime) -> None:
    """Once for each answer; a change to it is not told."""
    notifications.notify(
        session,
        KIND.name,
        title=f"フォーム「{survey.name}」に回答がありました",
        body=answer.friend.name if answer.friend else VISITOR,
        href=f"/surveys/{survey.id}/answers/{answer.id}",
        dedupe_key=f"{KIND.name}:{answer.id}",
        friend=answer.friend,
        now=now,
    )
