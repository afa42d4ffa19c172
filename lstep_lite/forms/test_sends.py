"""Test sends: to whom, and whether the buttons' actions are tried out as well."""

from wtforms import BooleanField, HiddenField, SelectMultipleField

from lstep_lite.forms.base import Form, row_id


class TestSendForm(Form):
    __test__ = False  # or pytest takes it for a test

    friend_ids = SelectMultipleField("送る相手", coerce=row_id, validate_choice=False)
    rehearses = BooleanField("ボタンを押したときのアクションも確かめる")
    token = HiddenField()
