"""An entry of the karte."""

from collections.abc import Mapping
from datetime import date

from wtforms import BooleanField, DateField, MultipleFileField, SelectField, TextAreaField

from lstep_lite.engine.reservations.karte.entries import LONGEST_FORMULA, LONGEST_TEXT, EntryDraft
from lstep_lite.engine.reservations.karte.photos import PHASES
from lstep_lite.forms.base import EditForm, Form, at_most, options, required, row_id
from lstep_lite.models import KarteEntry, PhotoPhase

NONE = {"0": "（選ばない）"}


class KarteForm(EditForm):
    day = DateField("日付", [required("日付を入力してください。")])
    provider_id = SelectField("担当", coerce=row_id, choices=options(NONE), default=0)
    reservation_id = SelectField("来店", coerce=row_id, choices=options(NONE), default=0)
    text = TextAreaField("内容（施術・お話・次回への申し送り）", [at_most(LONGEST_TEXT)])
    formula = TextAreaField("薬剤・レシピ", [at_most(LONGEST_FORMULA)])
    is_sensitive = BooleanField("健康・アレルギーについての記録（オーナーと管理者だけが見られます）")

    @classmethod
    def of(cls, entry: KarteEntry) -> "KarteForm":
        same = ("day", "text", "formula", "is_sensitive")
        ids = {"provider_id": entry.provider_id or 0, "reservation_id": entry.reservation_id or 0}
        return cls(data={name: getattr(entry, name) for name in same} | ids)

    @classmethod
    def new(cls, day: date, reservation_id: int = 0, provider_id: int = 0) -> "KarteForm":
        return cls(data={"day": day, "reservation_id": reservation_id, "provider_id": provider_id})

    def offer(self, providers: Mapping[int, str], visits: Mapping[int, str]) -> "KarteForm":
        self.provider_id.choices = options(NONE | {str(key): name for key, name in providers.items()})
        self.reservation_id.choices = options(NONE | {str(key): name for key, name in visits.items()})
        return self

    def draft(self) -> EntryDraft:
        return EntryDraft(
            day=self.day.data,
            text=self.text.data or "",
            formula=self.formula.data or "",
            provider_id=self.provider_id.data or None,
            reservation_id=self.reservation_id.data or None,
            is_sensitive=self.is_sensitive.data,
        )


class PhotoForm(Form):
    """The files themselves come beside it."""

    photos = MultipleFileField("写真")
    phase = SelectField("いつの写真か", choices=options(PHASES), default=PhotoPhase.BEFORE.value)
