"""Taps: what customers can tap in messages and menus, what happens then, and how often it counts."""

from lstep_lite.engine.taps.keeping import PLACE, Owner, Placed, keep, placed, retire, with_actions
from lstep_lite.engine.taps.owners import Rules, Standing, TapOwner, owner, owners, standing
from lstep_lite.engine.taps.places import TARGET
from lstep_lite.engine.taps.registry import (
    TOLD_OF,
    Answer,
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
    "TARGET",
    "TOLD_OF",
    "Answer",
    "Behaviour",
    "Owner",
    "Placed",
    "Rules",
    "Speaker",
    "Standing",
    "TapInput",
    "TapOwner",
    "Where",
    "behaviour",
    "keep",
    "line_action",
    "offered",
    "owner",
    "owners",
    "placed",
    "postback",
    "retire",
    "standing",
    "with_actions",
]
