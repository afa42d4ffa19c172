"""イベント as customers meet them: which there are, booking a slot, what was booked, and waiting for a place."""

from lstep_lite.blueprints.liff.events import booked, looking, ordering, waits
from lstep_lite.blueprints.liff.events.asking import bp

__all__ = ["booked", "bp", "looking", "ordering", "waits"]
