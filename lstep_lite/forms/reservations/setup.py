"""The steps of the guided path: somebody new, the menu in short, the numbers of places."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from wtforms import Field, StringField, TextAreaField

from lstep_lite.engine.reservations.keeping import quick
from lstep_lite.engine.reservations.keeping.quick import CourseRow
from lstep_lite.engine.reservations.keeping.settings import LONGEST_PHONE, LONGEST_PLACE
from lstep_lite.forms.auto_replies import WeekdaysField
from lstep_lite.forms.base import Form, at_most
from lstep_lite.forms.reservations.fields import RangesField
from lstep_lite.forms.reservations.providers import QuickProviderForm
from lstep_lite.models import Course, CourseState, Pool, PriceKind, ReservationSettings

NEW_ROWS = 3


class PersonForm(QuickProviderForm):
    day_off = WeekdaysField("お休みの曜日（お店の定休日のほかに）")
    breaks = RangesField("休憩", pairs=1)


class MenuField(Field):
    """Courses, one a line, and empty lines for more; drawn by reservation_setup/menu.html. Its data are CourseRows."""

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(None, *args, **kwargs)
        self.rows: list[dict[str, Any]] = [_row(each) for each in self.data or ()]
        self.rows += [_empty(f"new{number}") for number in range(NEW_ROWS)]
        if formdata is not None and self.name in formdata:
            fixed = {row["key"]: row for row in self.rows}
            self.rows = [
                fixed.get(key, _empty(key)) | self._typed(formdata, key) for key in formdata.getlist(self.name)[:300]
            ]
        self.data = [_draft(row) for row in self.rows if row["id"] or row["name"]]

    def _typed(self, formdata: Any, key: str) -> dict[str, Any]:
        prefix = f"{self.name}-{key}-"
        typed = {name: formdata.get(prefix + name, "").strip() for name in ("name", "minutes", "price")}
        return (
            {"id": int(key) if key.isascii() and key.isdigit() else None}
            | typed
            | {"is_used": f"{prefix}used" in formdata}
        )


def _row(course: Course) -> dict[str, Any]:
    return {
        "key": str(course.id),
        "id": course.id,
        "name": course.name,
        "minutes": str(quick.minutes_of(course)),
        "price": "" if course.price_kind is PriceKind.ASK else str(course.price),
        "is_used": course.state is CourseState.ACTIVE,
        "has_parts": len(course.segments) > 1,
        "is_ask": course.price_kind is PriceKind.ASK,
    }


def _empty(key: str) -> dict[str, Any]:
    row = {"key": key, "id": None, "name": "", "minutes": "", "price": ""}
    return row | {"is_used": True, "has_parts": False, "is_ask": False}


def _draft(row: dict[str, Any]) -> CourseRow:
    return CourseRow(row["id"], row["name"], _number(row["minutes"]), _number(row["price"]), row["is_used"])


def _number(typed: str) -> int | None:
    plain = unicodedata.normalize("NFKC", typed).replace(",", "").strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 9 else None


class MenuForm(Form):
    rows = MenuField("メニュー")

    @classmethod
    def of(cls, courses: Sequence[Course], formdata: Any = None) -> "MenuForm":
        return cls(formdata, data={"rows": courses})


class PlacesField(Field):
    """How many there are of each pool; drawn by reservation_setup/places.html. Its data: counts by pool."""

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(None, *args, **kwargs)
        self.rows = [(each, str(each.capacity)) for each in self.data or ()]
        if formdata is not None:
            self.rows = [(each, formdata.get(f"{self.name}-{each.id}", typed).strip()) for each, typed in self.rows]
        self.data = {each.id: _number(typed) for each, typed in self.rows}


class PlacesForm(Form):
    rows = PlacesField("席・部屋")
    phone = StringField("お店の電話番号", [at_most(LONGEST_PHONE)])
    place = TextAreaField("お店の場所（住所や地図のURL）", [at_most(LONGEST_PLACE)])

    @classmethod
    def of(cls, pools: Sequence[Pool], settings: ReservationSettings, formdata: Any = None) -> "PlacesForm":
        return cls(formdata, data={"rows": pools, "phone": settings.phone, "place": settings.place})
