"""Every feature that registers something: importing this module makes the product whole.

A feature subscribes to happenings, adds message kinds, placeholders or event handlers by decorators in its own modules;
add its line here. Found by themselves are kinds of steps and of conditions, each one file of its package, and what a
feature loses with a person who is blocked or forgotten: the file erasing.py of its package.
"""

import importlib
import importlib.util
import pkgutil

from lstep_lite import engine
from lstep_lite.engine import (
    actions,
    auto_replies,
    batches,
    broadcasts,
    chat,
    coupons,
    fields,
    friends,
    greetings,
    intake,
    marks,
    media,
    mentions,
    messages,
    notifications,
    reminders,
    reservations,
    rich_menus,
    scenarios,
    schedules,
    scores,
    segments,
    shared_values,
    surveys,
    tags,
    taps,
    transfers,
)
from lstep_lite.engine.actions import bulk as _action_bulk  # noqa: F401 - batches need friends, which need the actions
from lstep_lite.engine.actions import steps
from lstep_lite.engine.friends import bulk  # noqa: F401 - friends must not import batches, which need them
from lstep_lite.engine.messages import kinds
from lstep_lite.engine.notifications import linking, sending, unanswered  # noqa: F401 - its core must not import them
from lstep_lite.engine.reservations import calendars as _calendars  # noqa: F401 - it follows bookings
from lstep_lite.engine.reservations import clientele as _clientele  # noqa: F401 - its core must not import notifications
from lstep_lite.engine.reservations import effects as _effects  # noqa: F401 - its core must not import messages
from lstep_lite.engine.reservations import events as _events  # noqa: F401 - its core must not import folders
from lstep_lite.engine.reservations import ticket_books as _ticket_books  # noqa: F401 - they follow bookings
from lstep_lite.engine.reservations import waiting as _waiting  # noqa: F401 - its core must not import messages
from lstep_lite.engine.reservations.karte import sweeping as _karte  # noqa: F401 - it keeps files from being swept
from lstep_lite.engine.rich_menus.showing import bulk as _menu_bulk  # noqa: F401 - offered after what is done daily
from lstep_lite.engine.segments import conditions
from lstep_lite.engine.surveys import confirming, markings  # noqa: F401 - its core must not import auto_replies
from lstep_lite.engine.surveys import kinds as _questions  # noqa: F401 - they register themselves
from lstep_lite.engine.taps import answering, behaviours  # noqa: F401 - its core must not import messages

__all__ = [
    "actions",
    "auto_replies",
    "batches",
    "broadcasts",
    "chat",
    "coupons",
    "fields",
    "friends",
    "greetings",
    "intake",
    "marks",
    "media",
    "mentions",
    "messages",
    "notifications",
    "reminders",
    "reservations",
    "rich_menus",
    "scenarios",
    "schedules",
    "scores",
    "segments",
    "shared_values",
    "surveys",
    "tags",
    "taps",
    "transfers",
]

for package in (steps, conditions, behaviours, kinds):
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)

for folder in pkgutil.iter_modules(engine.__path__, f"{engine.__name__}."):
    if folder.ispkg and importlib.util.find_spec(f"{folder.name}.erasing"):
        importlib.import_module(f"{folder.name}.erasing")
