"""From a menu's document to the picture that LINE gets."""

from lstep_lite.engine.rich_menus.composing.encoding import MOST_BYTES, Encoded, encode
from lstep_lite.engine.rich_menus.composing.menus import Composed, compose
from lstep_lite.engine.rich_menus.composing.pictures import load, opened, paths, picture_ids

__all__ = [
    "MOST_BYTES",
    "Composed",
    "Encoded",
    "compose",
    "encode",
    "load",
    "opened",
    "paths",
    "picture_ids",
]
