"""Taps: what customers can tap in messages and menus, what happens then, and how often it counts."""

from lstep_lite.engine.taps.keeping import PLACE, Owner, Placed, keep, placed, retire, with_actions
from lstep_lite.engine.taps.registry import (
    Behaviour,
    Speaker,
    TapInput,
    Where,
    behaviour,
    line_action,
    offered,
    postback,
)

__all__ = [
    "PLACE",
    "Behaviour",
    "Owner",
    "Placed",
    "Speaker",
    "TapInput",
    "Where",
    "behaviour",
    "keep",
    "line_action",
    "offered",
    "placed",
    "postback",
    "retire",
    "with_actions",
]
