"""Test sends: to whom, and whether the buttons' actions are tried out as well."""

import secrets

from wtforms import BooleanField, HiddenField, SelectMultipleField

from lstep_lite.forms.base import Form, row_id

TOKEN_BYTES = 8
LONGEST_TOKEN = 40


def new_token() -> str:
    """Names one showing of the form: posted twice, it sends once."""
    return secrets.token_urlsafe(TOKEN_BYTES)


class TestSendForm(Form):
    __test__ = False  # or pytest takes it for a test

    friend_ids = SelectMultipleField("送る相手", coerce=row_id, validate_choice=False)
    rehearses = BooleanField("ボタンを押したときのアクションも確かめる")
    token = HiddenField(filters=[lambda typed: (typed or "")[:LONGEST_TOKEN]])
