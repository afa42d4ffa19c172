"""Documents that staff put together in the browser: JSON whose shape is told by inputs.

One description serves everything: it draws the editor (static/studio.js), checks what the editor posts, and finds what
a document shows and refers to.
"""

from lstep_lite.engine.studio.documents import check, clean, describe, fresh, place_in_words, walk
from lstep_lite.engine.studio.inputs import (
    Cleaning,
    Data,
    Element,
    Found,
    Input,
    Items,
    Problem,
    clean_inputs,
    fresh_inputs,
    new_code,
    title_of,
    walk_inputs,
)
from lstep_lite.engine.studio.references import Actions, Condition, File, Pick, sentences, source
from lstep_lite.engine.studio.values import Choice, Color, Flag, Moment, Number, Text

__all__ = [
    "Actions",
    "Choice",
    "Cleaning",
    "Color",
    "Condition",
    "Data",
    "Element",
    "File",
    "Flag",
    "Found",
    "Input",
    "Items",
    "Moment",
    "Number",
    "Pick",
    "Problem",
    "Text",
    "check",
    "clean",
    "clean_inputs",
    "describe",
    "fresh",
    "fresh_inputs",
    "new_code",
    "place_in_words",
    "sentences",
    "source",
    "title_of",
    "walk",
    "walk_inputs",
]
