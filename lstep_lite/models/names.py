"""Names that must differ from one another."""

import unicodedata

from sqlalchemy.engine.default import DefaultExecutionContext


def name_key(name: str) -> str:
    """What makes two names the same to a reader: width, case and spaces don't matter."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def from_name(context: DefaultExecutionContext) -> str:
    """Default of a `name_key` column: the key of the name that is being written."""
    return name_key(context.get_current_parameters()["name"])  # type: ignore[no-untyped-call]
