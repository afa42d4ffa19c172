"""Links to a form that bring answers along."""

from wtforms import SelectField

from lstep_lite.forms.base import Form, options

PERIODS = {"30": "30日", "90": "90日", "365": "1年"}


class SurveyLinkForm(Form):
    days = SelectField("リンクを使える期間", choices=options(PERIODS), default="90")
