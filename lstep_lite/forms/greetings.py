"""What a friend is told on arrival."""

from wtforms import BooleanField

from lstep_lite.engine import actions, greetings
from lstep_lite.forms.actions import ActionsField
from lstep_lite.forms.base import EditForm
from lstep_lite.forms.messages import BlocksField
from lstep_lite.models import ActionSet, Greeting


class GreetingForm(EditForm):
    is_on = BooleanField("このあいさつを使う")
    blocks = BlocksField("あいさつの内容", offers_senders=True)
    actions = ActionsField("友だちになったときのアクション", place=greetings.PLACE)

    @classmethod
    def of(cls, greeting: Greeting, action_set: ActionSet | None) -> "GreetingForm":
        return cls(obj=greeting, data={"actions": actions.draft(action_set, greetings.PLACE)})
