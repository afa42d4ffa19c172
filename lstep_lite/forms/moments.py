"""Days and times as they are typed: on the shop's clock, without saying so."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import DateTimeLocalField
from wtforms.validators import Optional

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
"""As browsers want it, and as some of them post it."""


class MomentField(DateTimeLocalField):
    """A moment that may be left out."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, [Optional()], format=FORMATS, **kwargs)

    def moment(self, zone: ZoneInfo) -> datetime | None:
        """What was typed, as an aware moment."""
        return self.data.replace(tzinfo=zone) if self.data else None


def on_clock(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """What the field holds of a stored moment."""
    return moment.astimezone(zone).replace(tzinfo=None) if moment else None
