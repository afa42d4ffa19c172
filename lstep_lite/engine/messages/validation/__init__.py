"""Every limit LINE sets for message objects, checked before LINE is asked.

The SDK checks few of them, and an answer from LINE comes too late to help the person at the editor.
"""

from typing import Any

from lstep_lite.engine.messages.validation import objects
from lstep_lite.engine.messages.validation.nodes import Node, Problem

__all__ = ["MAX_OBJECTS", "Problem", "problems"]

MAX_OBJECTS = 5
"""Message objects in one request to LINE."""


def problems(messages: list[dict[str, Any]]) -> list[Problem]:
    """What LINE would refuse in the message objects of one request; empty when it would take them."""
    found: list[Problem] = []
    for message in Node(messages, "messages", found).items("メッセージ", 1, MAX_OBJECTS):
        objects.check(message)
    return found
