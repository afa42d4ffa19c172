"""What bookings set off: timelines and action sets, messages, reminders, and what staff are told.

Each follows `recording.write` in the unit of the transition, in this order: the timeline entry comes first, as all
else follows from it.
"""

from lstep_lite.engine.reservations.effects import firing as _firing  # isort: skip - the order of the followers
from lstep_lite.engine.reservations.effects import messaging as _messaging  # isort: skip
from lstep_lite.engine.reservations.effects import reminding as _reminding  # isort: skip
from lstep_lite.engine.reservations.effects import notifying as _notifying  # isort: skip
from lstep_lite.engine.reservations.effects import stopping as _stopping
from lstep_lite.engine.reservations.effects.ahead import Ahead, ahead
from lstep_lite.engine.reservations.effects.calling import Call, to_call
from lstep_lite.engine.reservations.effects.catalogue import GROUPS, MESSAGES, Group, Message
from lstep_lite.engine.reservations.effects.firing import ALL_BOOKINGS, COURSE, EVENT, SHOP, labels_at, sets_at
from lstep_lite.engine.reservations.effects.forecasting import Forecast, forecast
from lstep_lite.engine.reservations.effects.messaging import unreachable, word
from lstep_lite.engine.reservations.effects.moments import MOMENTS, WITH_SETS, Moment, place_of
from lstep_lite.engine.reservations.effects.rules import make_ready

__all__ = [
    "ALL_BOOKINGS",
    "COURSE",
    "EVENT",
    "GROUPS",
    "MESSAGES",
    "MOMENTS",
    "SHOP",
    "WITH_SETS",
    "Ahead",
    "Call",
    "Forecast",
    "Group",
    "Message",
    "Moment",
    "ahead",
    "forecast",
    "labels_at",
    "make_ready",
    "place_of",
    "sets_at",
    "to_call",
    "unreachable",
    "word",
]

del _firing, _messaging, _reminding, _notifying, _stopping  # imported for what they register
