"""Kinds of parts of a form. Importing this package registers them."""

from lstep_lite.engine.surveys.kinds import dates, matrix, others, picks, reading, words

__all__ = ["dates", "matrix", "others", "picks", "reading", "words"]
