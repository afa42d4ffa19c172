"""Open an answer form inside LINE."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import surveys
from lstep_lite.engine.studio import Cleaning, Data, Input
from lstep_lite.engine.taps.registry import Behaviour, LineObject, Speaker, behaviour
from lstep_lite.models import Survey


@dataclass(frozen=True, kw_only=True)
class SurveyPick(Input):
    """A form, as `<id>:<code>`: rendering asks nobody for the code that stands in its address."""

    widget = "pick"

    def empty(self) -> str:
        return ""

    def clean(self, value: Any, here: Cleaning) -> str:
        wanted = value if isinstance(value, str) else ""
        if not wanted:
            here.refuse(f"{self.label}を選んでください。")
        elif not _is_there(here.session, wanted):
            here.refuse(f"{self.label}は削除されています。選び直してください。")
        return wanted

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        found = surveys.in_order(session)
        options = [{"value": f"{each.id}:{each.code}", "label": surveys.label(each)} for each in found]
        return super().describe(session, elements) | {"options": options, "required": True}

    def mentioned(self, value: Any) -> Iterable[tuple[str, int | str]]:
        survey_id, _, code = value.partition(":")
        return [(surveys.FEATURE, int(survey_id))] if code else []


def _is_there(session: Session, wanted: str) -> bool:
    survey_id, _, code = wanted.partition(":")
    if not survey_id.isascii() or not survey_id.isdecimal() or len(survey_id) > 12:
        return False
    same = sa.select(Survey.id).where(Survey.id == int(survey_id), Survey.code == code)
    return session.scalar(same) is not None


@behaviour
class OpenSurvey(Behaviour):
    name = "open_survey"
    label = "回答フォームを開く"
    icon = "forms"
    order = 22
    opens_page = True
    inputs = (SurveyPick(name="survey", label="開くフォーム", hint="LINEの中でフォームが開きます。"),)

    def line(self, tap: Data, speaker: Speaker) -> LineObject:
        code = tap["survey"].partition(":")[2]
        return {"type": "uri", "uri": speaker.page(f"/liff/surveys/{code}")}
