"""What is said: typed blocks, placeholders, and the rules LINE sets for message objects."""

from lstep_lite.engine.messages import dates as _dates
from lstep_lite.engine.messages import templates
from lstep_lite.engine.messages.contents import (
    check,
    check_to_keep,
    context,
    contexts,
    facts,
    fill_for,
    freeze,
    is_personal,
    mentioned,
    needs_profile,
    pinned,
    preview_for,
    preview_text,
    preview_texts,
    render,
    unknown_placeholders,
)
from lstep_lite.engine.messages.kinds.registry import Kind, kind, offered
from lstep_lite.engine.messages.placeholders import placeholder
from lstep_lite.engine.messages.rendering import NO_FACTS, Facts, RenderContext, Speaking
from lstep_lite.engine.messages.validation import MAX_OBJECTS, Problem, problems

__all__ = [
    "MAX_OBJECTS",
    "NO_FACTS",
    "Facts",
    "Kind",
    "Problem",
    "RenderContext",
    "Speaking",
    "check",
    "check_to_keep",
    "context",
    "contexts",
    "facts",
    "fill_for",
    "freeze",
    "is_personal",
    "kind",
    "mentioned",
    "needs_profile",
    "offered",
    "pinned",
    "placeholder",
    "preview_for",
    "preview_text",
    "preview_texts",
    "problems",
    "render",
    "templates",
    "unknown_placeholders",
]

del _dates  # imported for what it registers
