"""The types of fields, one class each. Importing this package registers them in the order in which they stand."""

from lstep_lite.engine.fields.types import texts, numbers, choices, dates, contacts, files  # noqa: I001 - the order
from lstep_lite.engine.fields.types.registry import Attachment, Option, Shape, Type, Value, types

__all__ = [
    "Attachment",
    "Option",
    "Shape",
    "Type",
    "Value",
    "choices",
    "contacts",
    "dates",
    "files",
    "numbers",
    "texts",
    "types",
]
