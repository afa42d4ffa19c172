"""Lフレックス: cards put together from parts, or LINE's own JSON.

https://developers.line.biz/en/docs/messaging-api/using-flex-messages/
"""

from lstep_lite.engine.messages.flex import blocks as _blocks  # noqa: F401 - the parts register themselves
from lstep_lite.engine.messages.flex.converting import Imported, imported
from lstep_lite.engine.messages.flex.documents import INPUTS, alt_text, draw, place, problems
from lstep_lite.engine.messages.flex.meter import Sizes, sizes

__all__ = ["INPUTS", "Imported", "Sizes", "alt_text", "draw", "imported", "place", "problems", "sizes"]
