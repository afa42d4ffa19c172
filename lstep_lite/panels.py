"""What features show beside a friend: on the friend's page and beside the talk.

A blueprint registers a partial of one region, and a function that loads what it shows:

    @panels.panel("tags/_friend.html", order=20, in_chat=True)
    def friend_panel(friend: Friend) -> dict[str, Any]: ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import render_template
from markupsafe import Markup

from lstep_lite.models import Friend

Load = Callable[[Friend], dict[str, Any]]


@dataclass(frozen=True)
class Panel:
    template: str
    order: int
    in_chat: bool
    load: Load

    @property
    def feature(self) -> str:
        return self.template.partition("/")[0]


_panels: list[Panel] = []


def panel(template: str, *, order: int, in_chat: bool = False) -> Callable[[Load], Load]:
    """Register the function below as what *template* shows; lower orders stand first."""

    def register(load: Load) -> Load:
        _panels.append(Panel(template, order, in_chat, load))
        _panels.sort(key=lambda each: each.order)
        return load

    return register


def of(friend: Friend) -> dict[str, Markup]:
    """The panels of the friend's page, drawn, by feature."""
    return {each.feature: _draw(each, friend) for each in _panels}


def beside_talk(friend: Friend) -> list[Markup]:
    """The panels beside the talk, drawn."""
    return [_draw(each, friend) for each in _panels if each.in_chat]


def _draw(panel: Panel, friend: Friend) -> Markup:
    return Markup(render_template(panel.template, friend=friend, **panel.load(friend)))  # noqa: S704 - our own template
