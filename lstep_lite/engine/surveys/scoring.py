"""Diagnoses: the sum of what was picked, and the result it leads to."""

from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys.parsing import Read


def score_of(document: Data, read: Read) -> int | None:
    """The sum of all that was met on the way; None for a form without a diagnosis."""
    if document["scoring"] == "none":
        return None
    return sum(given.score for given in read.given.values() if given is not None)


def result_of(document: Data, score: int | None) -> Data | None:
    """The first result whose range *score* is in."""
    if score is None:
        return None
    results = document.get("results") or []
    return next((result for result in results if result["least"] <= score <= result["most"]), None)


def result_with(document: Data, code: str | None) -> Data | None:
    """The result an answer came to, as the form has it now."""
    return next((result for result in document.get("results") or [] if result["id"] == code), None)
