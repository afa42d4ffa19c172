"""Taking a list of friends out as a file, and saying what a file that came in means."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, Field, FileField, RadioField, SelectMultipleField
from wtforms.validators import ValidationError

from lstep_lite.engine.transfers import GROUPS, MATCHES, Column, Match, Options
from lstep_lite.forms.base import Form, options
from lstep_lite.forms.rows import Posted
from lstep_lite.models import Encoding, Import

ENCODINGS = {Encoding.UTF8: "UTF-8（Excelでそのまま開けます）", Encoding.CP932: "Shift_JIS（古いソフト向け）"}
CLEARS = {"no": "今の内容を残す", "yes": "今の内容を消す"}
PASSED_OVER = "（取り込まない）"


class ExportForm(Form):
    """Which columns, in which encoding. All other inputs say whom it is for, and go along."""

    columns = SelectMultipleField("書き出す項目")
    encoding = RadioField("文字コード", default=Encoding.UTF8.value, choices=options(ENCODINGS))

    def __init__(self, sent: Posted | None, offered: Sequence[Column]) -> None:
        super().__init__(sent)
        self.offered = offered
        self.columns.choices = options({column.key: column.heading for column in offered})
        if not sent:
            self.columns.data = [column.key for column in offered if column.is_usual]

    @property
    def groups(self) -> dict[str, list[Column]]:
        """The columns under their headings, without empty groups."""
        found = {group: [column for column in self.offered if column.group == group] for group in GROUPS}
        return {group: columns for group, columns in found.items() if columns}

    def draft(self) -> tuple[list[str], Encoding]:
        """The chosen columns and the encoding. Only of a valid form."""
        return self.columns.data or [], Encoding(self.encoding.data)

    def carried(self, sent: Posted) -> list[tuple[str, str]]:
        """The inputs that say whom it is for."""
        own = ("csrf_token", "columns", "encoding", "page")
        return [(name, value) for name, value in sent.items(multi=True) if name not in own]


class UploadForm(Form):
    file = FileField("CSVファイル")


class MappingField(Field):
    """A select for each column of the file, all under one name, in the file's order."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist


class PlanForm(Form):
    """What the file's columns mean, and what may be done."""

    mapping = MappingField("列の意味")
    match = RadioField(
        "お客様の見つけ方", choices=options({match.value: f"{name}が同じ方" for match, name in MATCHES.items()})
    )
    creates = BooleanField("見つからない人を、LINEなしのお客様として登録する")
    clears = RadioField("空の欄があるとき", default="no", choices=options(CLEARS))
    runs_actions = BooleanField("アクションを実行する")

    def __init__(self, sent: Posted | None, job: Import, offered: Sequence[Column], guessed: Sequence[str]) -> None:
        kept = Options.from_json(job.options)
        match = kept.match if job.options else next((each for each in Match if each in guessed), Match.ID)
        shown: dict[str, Any] = {
            "mapping": job.mapping or guessed,
            "match": match.value,
            "creates": kept.creates,
            "clears": "yes" if kept.clears else "no",
            "runs_actions": kept.runs_actions,
        }
        super().__init__(sent, data=shown)
        self._width = len(job.headings)
        read = [column for column in offered if column.is_read]
        self.groups = {group: [column for column in read if column.group == group] for group in GROUPS}

    def validate_mapping(self, field: MappingField) -> None:
        if len(field.data or ()) != self._width:
            raise ValidationError("列の数が合いません。画面を読み込み直してください。")

    def draft(self) -> Options:
        return Options(
            match=Match(self.match.data),
            creates=self.creates.data,
            runs_actions=self.runs_actions.data,
            clears=self.clears.data == "yes",
        )
