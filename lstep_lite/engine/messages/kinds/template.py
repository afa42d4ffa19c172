"""A template, by reference: it is looked up when the message is rendered, so a change is seen in every later send."""

from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, check_id, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Pick
from lstep_lite.errors import DomainError

TEMPLATES = "templates"
"""As what mentions and picks know them."""
GONE = "使っているテンプレートが削除されています。別のテンプレートを選び直してください。"


@kind
class Reference(Kind):
    name = "template"
    label = "テンプレート"
    icon = "template"
    order = 900
    lead = "作っておいたテンプレートを使います。"
    inputs = (Pick(name="template_id", label="テンプレート", source=TEMPLATES, feature=TEMPLATES),)
    is_inline = True
    is_template = False

    def check(self, block: Block) -> None:
        check_id(block.get("template_id"), "テンプレートを選んでください。")

    def render(self, block: Block, speaking: Speaking) -> list[LineObject]:
        """What is left of a reference after expanding leads nowhere."""
        raise DomainError(GONE)
