"""Send a message whose button opens an answer form: at once, some minutes later, or at the next HH:MM.

A form that takes no answers (any more) is not sent: the button would lead nowhere.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, messages, surveys
from lstep_lite.engine.actions import sending
from lstep_lite.engine.actions.registry import ActionKind, Running, Skipped, action
from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.surveys import opening
from lstep_lite.engine.surveys.opening import Reason
from lstep_lite.engine.text import storable
from lstep_lite.errors import DomainError

TEXT = "[name]さん、下のボタンからご回答をお願いいたします。"
BUTTON = "フォームを開く"
SHUT = {
    Reason.CLOSED: "フォームの受付が止まっています。",
    Reason.AFTER: "フォームの受付期間が終わっています。",
    Reason.FULL: "フォームの回答が予定の数に達しています。",
}


@action
class SendSurveyStep(ActionKind):
    name = "send_survey"
    label = "フォームを送る"
    icon = "forms"
    group = "メッセージ"
    order = 25

    def parse(self, session: Session, values: Values) -> Data:
        if not (ids := values.ids("survey_id")):
            raise DomainError("送るフォームを選んでください。", "survey_id")
        if mentions.missing(session, [(surveys.FEATURE, ids[0])]):
            raise DomainError("選んだフォームは削除されています。選び直してください。", "survey_id")
        text = storable(values.one("text")).replace("\r\n", "\n").strip()
        data = {"survey_id": ids[0], "text": text, "button": storable(values.one("button")).strip()}
        _check(session, data)
        return data | sending.parse_timing(values)

    def sentence(self, session: Session, data: Data) -> str:
        name = mentions.names(session, surveys.FEATURE, [data["survey_id"]])[str(data["survey_id"])]
        return f"{sending.when_in_words(data)}フォーム「{name}」を送る"

    def options(self, session: Session) -> dict[str, Any]:
        return {
            "whens": sending.WHENS,
            "words": placeholders.offered(session),
            "surveys": [(survey.id, surveys.label(survey)) for survey in surveys.in_order(session)],
            "text": TEXT,
            "button": BUTTON,
        }

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return messages.mentioned(_blocks(data))

    def run(self, running: Running, data: Data) -> str:
        shut = opening.shut(surveys.get(running.session, data["survey_id"]), running.now)
        if shut in SHUT:
            raise Skipped(SHUT[shut])
        when = sending.put(running, data, _blocks(data))
        return f"{self.sentence(running.session, data)}用意をしました。{when}"


def _check(session: Session, data: Data) -> None:
    try:
        messages.check_to_keep(session, _blocks(data))
    except DomainError as error:
        raise DomainError(error.message, "text") from error


def _blocks(data: Data) -> list[dict[str, Any]]:
    return [{"kind": "survey", "survey_id": data["survey_id"], "text": data["text"], "button": data["button"]}]
