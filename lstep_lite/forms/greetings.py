"""What a friend is told on arrival."""

from wtforms import BooleanField

from lstep_lite.forms.base import Form
from lstep_lite.forms.messages import BlocksField


class GreetingForm(Form):
    is_on = BooleanField("このあいさつを送る")
    blocks = BlocksField("あいさつの内容")
