"""What is said: typed blocks, placeholders, and the rules LINE sets for message objects."""

from lstep_lite.engine.messages.contents import (
    RenderContext,
    check,
    check_to_keep,
    context,
    fill_for,
    freeze,
    is_personal,
    mentioned,
    needs_profile,
    preview_for,
    preview_text,
    render,
    unknown_placeholders,
    words,
)
from lstep_lite.engine.messages.kinds.registry import Kind, kind, kinds
from lstep_lite.engine.messages.placeholders import placeholder
from lstep_lite.engine.messages.validation import MAX_OBJECTS, Problem, problems

__all__ = [
    "MAX_OBJECTS",
    "Kind",
    "Problem",
    "RenderContext",
    "check",
    "check_to_keep",
    "context",
    "fill_for",
    "freeze",
    "is_personal",
    "kind",
    "kinds",
    "mentioned",
    "needs_profile",
    "placeholder",
    "preview_for",
    "preview_text",
    "problems",
    "render",
    "unknown_placeholders",
    "words",
]
