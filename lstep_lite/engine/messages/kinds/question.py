"""A question with answers to tap. Each tap is counted, may be replied to and may run actions."""

from lstep_lite.engine.messages import cards
from lstep_lite.engine.messages.alt_texts import AltText, alt_text, suggested
from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Element, Items, Text
from lstep_lite.engine.taps import TapInput, Where

MOST_BUTTONS = 4
"""LINE's buttons template takes no more; with more answers it is drawn as Flex."""
LONGEST_TEXT = 160
LONGEST_LABEL = 20
CHOICE = Element(
    name="question_choice",
    label="選択肢",
    icon="hand-click",
    title="label",
    inputs=(
        Text(name="label", label="選択肢の文字", most=LONGEST_LABEL),
        TapInput(where=Where.TEMPLATE, start="actions"),
    ),
)


@kind
class Question(Kind):
    name = "question"
    label = "質問"
    icon = "help-circle"
    order = 80
    lead = "質問と選択肢を送ります。選んだ答えごとに返信やアクションを決められます。"
    inputs = (
        Text(name="text", label="質問文", most=LONGEST_TEXT, lines=3),
        Items(
            name="choices",
            label="選択肢",
            hint="5つ以上にすると、縦に並んだボタンの一覧になります。",
            of=lambda: (CHOICE,),
            least=2,
            most=13,
            first=("question_choice", "question_choice"),
            noun="選択肢",
        ),
        AltText(),
    )

    def preview(self, block: Block) -> str:
        return f"［質問］{block['text']}"

    def alt_text(self, block: Block) -> str:
        return suggested(block["text"])

    def render(self, block: Block, speaking: Speaking) -> list[LineObject]:
        text, alt = speaking.words(block["text"], LONGEST_TEXT), alt_text(self, block, speaking)
        answers = [speaking.action_always(each["tap"], each["label"], LONGEST_LABEL) for each in block["choices"]]
        if len(answers) > MOST_BUTTONS:
            buttons = [cards.button(answer, style="secondary") for answer in answers]
            question = {"type": "text", "text": text, "wrap": True}
            return [cards.message(alt, [cards.card([question], buttons, size="mega")])]
        template = {"type": "buttons", "text": text, "actions": answers}
        return [{"type": "template", "altText": alt, "template": template}]
