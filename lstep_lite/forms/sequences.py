"""What a step of a scenario or of a reminder holds; the forms of their steps add when it goes out."""

from typing import Any

from sqlalchemy.orm import Session
from wtforms import StringField

from lstep_lite.engine.segments import Reach
from lstep_lite.engine.sequences import Content
from lstep_lite.engine.sequences.steps import LONGEST_NAME
from lstep_lite.forms.actions import ActionsField
from lstep_lite.forms.base import EditForm, at_most
from lstep_lite.forms.messages import BlocksField
from lstep_lite.forms.segments import SegmentField


class ContentForm(EditForm):
    """Base of the forms of steps. A form gives its own `steps`, whose place is its feature's."""

    name = StringField("ステップの名前", [at_most(LONGEST_NAME)])
    segment = SegmentField("送る相手", reach=Reach.ACT)
    blocks = BlocksField("送るメッセージ", offers_senders=True, offers_conditions=True)
    steps: ActionsField

    def content(self, session: Session) -> Content:
        """Raises DomainError naming the field whose rows are wrong."""
        return Content(
            name=self.name.data or "",
            tree=self.segment.draft(session),
            blocks=self.blocks.data or [],
            actions=self.steps.draft(session),
        )


def content_data(content: Content) -> dict[str, Any]:
    """The values of a ContentForm's fields for what is stored."""
    return {"name": content.name, "segment": content.tree, "blocks": content.blocks, "steps": content.actions}
