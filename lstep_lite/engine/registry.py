"""Every feature that registers something: importing this module makes the product whole.

A feature subscribes to happenings, adds message kinds, placeholders or event handlers by decorators in its own modules;
add its line here. Kinds of steps and of conditions are found by themselves: each is one file of its package.
"""

import importlib
import pkgutil

from lstep_lite.engine import (
    actions,
    auto_replies,
    batches,
    chat,
    friends,
    greetings,
    intake,
    mentions,
    messages,
    scores,
    segments,
)
from lstep_lite.engine.actions import steps
from lstep_lite.engine.segments import conditions

__all__ = [
    "actions",
    "auto_replies",
    "batches",
    "chat",
    "friends",
    "greetings",
    "intake",
    "mentions",
    "messages",
    "scores",
    "segments",
]

for package in (steps, conditions):
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
