"""Seats, rooms and machines."""

from wtforms import BooleanField, SelectField, StringField

from lstep_lite.engine.reservations.keeping.pools import LONGEST_NAME, PoolDraft
from lstep_lite.forms.base import EditForm, at_most, options, required
from lstep_lite.forms.reservations.fields import AnywayField, number
from lstep_lite.models import Pool, PoolKind

KINDS = {
    PoolKind.SEAT: "席",
    PoolKind.ROOM: "部屋",
    PoolKind.BED: "ベッド",
    PoolKind.MACHINE: "機械・備品",
}


class PoolForm(EditForm):
    name = StringField("名前", [required("名前を入力してください。"), at_most(LONGEST_NAME)])
    kind = SelectField("種類", default=PoolKind.SEAT.value, choices=options(KINDS))
    capacity = number("数", default=1)
    is_active = BooleanField("使う", default=True)
    anyway = AnywayField()

    @classmethod
    def of(cls, pool: Pool) -> "PoolForm":
        return cls(
            data={
                "name": pool.name,
                "kind": pool.kind.value,
                "capacity": pool.capacity,
                "is_active": pool.is_active,
            }
        )

    def draft(self) -> PoolDraft:
        return PoolDraft(self.name.data or "", PoolKind(self.kind.data), self.capacity.data, self.is_active.data)
