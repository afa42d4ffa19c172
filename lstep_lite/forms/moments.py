"""Days and times as they are typed: on the shop's clock, without saying so."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import DateTimeLocalField
from wtforms.validators import Optional, StopValidation

from lstep_lite.engine.fields.types.dates import FIRST_YEAR, LAST_YEAR

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
"""As browsers want it, and as some of them post it."""


class MomentField(DateTimeLocalField):
    """A moment that may be left out. One at the edge of the calendar could not be reckoned with."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, [Optional()], format=FORMATS, **kwargs)

    def pre_validate(self, form: Any) -> None:
        if self.data and not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            raise StopValidation(f"年を確認してください（{FIRST_YEAR}年〜{LAST_YEAR}年）。")

    def moment(self, zone: ZoneInfo) -> datetime | None:
        """What was typed, as an aware moment."""
        return self.data.replace(tzinfo=zone) if self.data else None


def on_clock(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """What the field holds of a stored moment."""
    return moment.astimezone(zone).replace(tzinfo=None) if moment else None
