"""Rows of an editor, as browsers post them.

The list at *path* is one hidden input a row (`<path>` = the row's key, in the order of the page), and each of the row's
inputs is called `<path>.<key>.<name>`; `kind` is one of them. A list inside a row has the path `<path>.<key>.<name>`.
Buttons that change the list are called `op`: `<path>:add:<kind>`, `<path>.<key>:remove`, `…:up`, `…:down`, `…:copy`.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from lstep_lite.engine.rows import Values

Posted = MultiDict[str, Any]
MOST_ROWS = 100
NEW_KEY_BYTES = 4


@dataclass
class Row:
    """One row as it was typed, with what is wrong with it."""

    path: str
    key: str
    kind: str
    values: Values
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """What its inputs' names begin with, without the dot."""
        return f"{self.path}.{self.key}"

    @property
    def is_fresh(self) -> bool:
        """Whether it has just been added: its inputs then show what most people want."""
        return set(self.values.texts) <= {"kind"}

    def name(self, name: str) -> str:
        return f"{self.prefix}.{name}"

    def id(self, name: str) -> str:
        """The element id of an input."""
        return self.name(name).replace(".", "-").replace("_", "-")

    def one(self, name: str) -> str:
        return self.values.one(name)

    def many(self, name: str) -> list[str]:
        return self.values.many(name)

    def refuse(self, message: str, name: str | None = None) -> None:
        self.errors.setdefault(name or "", []).append(message)


def read(posted: Posted, path: str) -> list[Row]:
    """The rows of the list at *path*, in their order."""
    return [_row(posted, path, key) for key in list(dict.fromkeys(posted.getlist(path)))[:MOST_ROWS] if key]


def _row(posted: Posted, path: str, key: str) -> Row:
    prefix = f"{path}.{key}."
    texts = {name[len(prefix) :]: posted.getlist(name) for name in posted if name.startswith(prefix)}
    return Row(path, key, posted.get(f"{prefix}kind", ""), Values(texts))


def new_key() -> str:
    return secrets.token_hex(NEW_KEY_BYTES)


def changed(posted: Posted) -> Posted | None:
    """*posted* after the pressed button that changes a list (`op`); None when no such button was pressed."""
    subject, _, what = posted.get("op", "").partition(":")
    verb, _, kind = what.partition(":")
    if verb == "add" and kind:
        return _added(posted, subject, kind)
    path, _, key = subject.rpartition(".")
    if key not in posted.getlist(path):
        return None
    if verb == "remove":
        return _removed(posted, path, key)
    if verb == "copy":
        return _copied(posted, path, key)
    return _moved(posted, path, key, {"up": -1, "down": 1}.get(verb, 0))


def _added(posted: Posted, path: str, kind: str) -> Posted:
    after, key = posted.copy(), new_key()
    after.add(path, key)
    after.add(f"{path}.{key}.kind", kind)
    return after


def _removed(posted: Posted, path: str, key: str) -> Posted:
    gone = f"{path}.{key}."
    kept = ((name, value) for name, value in posted.items(multi=True) if not name.startswith(gone))
    return MultiDict((name, value) for name, value in kept if (name, value) != (path, key))


def _copied(posted: Posted, path: str, key: str) -> Posted:
    after, twin = posted.copy(), new_key()
    for name, value in _inputs(posted, f"{path}.{key}."):
        after.add(f"{path}.{twin}.{name}", value)
    keys = posted.getlist(path)
    keys.insert(keys.index(key) + 1, twin)
    after.setlist(path, keys)
    return after


def _moved(posted: Posted, path: str, key: str, by: int) -> Posted:
    after, keys = posted.copy(), posted.getlist(path)
    place = keys.index(key)
    keys.insert(max(0, place + by), keys.pop(place))
    after.setlist(path, keys)
    return after


def _inputs(posted: Posted, prefix: str) -> Iterator[tuple[str, Any]]:
    return ((name[len(prefix) :], value) for name, value in posted.items(multi=True) if name.startswith(prefix))


def spread(path: str, key: str, kind: str, values: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """The inputs of one stored row, as a browser would post them."""
    yield path, key
    yield f"{path}.{key}.kind", kind
    for name, texts in values.items():
        for text in texts:
            yield f"{path}.{key}.{name}", text
