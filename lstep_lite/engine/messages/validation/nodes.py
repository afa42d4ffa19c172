"""Walking through a LINE message object: every check is about one place, and names that place when it fails."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lstep_lite.engine.text import utf16_length


@dataclass(frozen=True)
class Problem:
    path: str
    """As LINE names it, for example `messages[0].template.actions[2].label`."""
    message: str
    """Japanese, for the person who wrote the message."""


class Node:
    """One place of the JSON: its *value* (None when absent) and its *path*. Problems collect in the shared *found*."""

    __slots__ = ("_found", "path", "value")

    def __init__(self, value: Any, path: str, found: list[Problem]) -> None:
        self.value = value
        self.path = path
        self._found = found

    def child(self, key: str) -> "Node":
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Node(value, f"{self.path}.{key}", self._found)

    @property
    def word(self) -> str:
        """The value where a word of LINE's vocabulary is expected; empty for anything else."""
        return self.value if isinstance(self.value, str) else ""

    def problem(self, message: str) -> None:
        self._found.append(Problem(self.path, message))

    @property
    def is_absent(self) -> bool:
        return self.value is None

    def knows_only(self, names: Collection[str]) -> None:
        """Where LINE refuses what it does not know."""
        for name in self.value:
            if name not in names:
                self.child(name).problem(f"「{name}」という項目はここでは使えません。")

    def is_object(self, label: str) -> bool:
        """Whether there is an object; anything else is a problem."""
        if isinstance(self.value, dict):
            return True
        self.problem(f"{label}がありません。" if self.is_absent else f"{label}の形が正しくありません。")
        return False

    def items(self, label: str, lowest: int, highest: int) -> list["Node"]:
        """The members of a list of *lowest* to *highest* members."""
        if not isinstance(self.value, list):
            self.problem(f"{label}がありません。")
            return []
        if not lowest <= len(self.value) <= highest:
            allowed = f"{highest}個" if lowest == highest else f"{lowest}個から{highest}個まで"
            self.problem(f"{label}は{allowed}です（いま{len(self.value)}個）。")
        return [Node(value, f"{self.path}[{at}]", self._found) for at, value in enumerate(self.value)]

    # Checks of a single value. An absent one is a problem only where it is required.

    def text(
        self,
        label: str,
        limit: int,
        *,
        required: bool = True,
        length: Callable[[str], int] = utf16_length,
        may_be_blank: bool = False,
    ) -> None:
        if self._is_missing(label, required):
            return
        if not isinstance(self.value, str) or not (self.value if may_be_blank else self.value.strip()):
            self.problem(f"{label}を入力してください。")
        elif length(self.value) > limit:
            self.problem(f"{label}は{limit:,}文字までです（いま{length(self.value):,}文字）。")

    def url(self, label: str, limit: int = 2000, *, required: bool = True, schemes: Sequence[str] = ("https",)) -> None:
        if self._is_missing(label, required):
            return
        if not isinstance(self.value, str) or not _is_url(self.value, schemes):
            self.problem(f"{label}は「{schemes[0]}:」で始まる正しいアドレスにしてください。日本語や空白は使えません。")
        elif len(self.value) > limit:
            self.problem(f"{label}が長すぎます（{limit:,}文字まで）。")

    def one_of(self, label: str, allowed: Sequence[str], *, required: bool = False) -> None:
        if self._is_missing(label, required):
            return
        if self.value not in allowed:
            self.problem(f"{label}は {'・'.join(allowed)} のどれかです。")

    def pattern(self, label: str, pattern: re.Pattern[str], *, required: bool = False) -> None:
        if self._is_missing(label, required):
            return
        if not isinstance(self.value, str) or not pattern.fullmatch(self.value):
            self.problem(f"{label}の書き方が正しくありません。")

    def whole(self, label: str, lowest: int, highest: int | None = None, *, required: bool = True) -> None:
        if self._is_missing(label, required):
            return
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self.problem(f"{label}は整数にしてください。")
        elif self.value < lowest or (highest is not None and self.value > highest):
            self.problem(f"{label}は{lowest}以上" + ("" if highest is None else f"{highest}以下") + "にしてください。")

    def number(self, label: str, lowest: float, highest: float) -> None:
        if self._is_missing(label, True):
            return
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            self.problem(f"{label}は数値にしてください。")
        elif not lowest <= self.value <= highest:
            self.problem(f"{label}は{lowest:g}から{highest:g}までです。")

    def flag(self, label: str) -> None:
        if not self.is_absent and not isinstance(self.value, bool):
            self.problem(f"{label}は true か false です。")

    def _is_missing(self, label: str, required: bool) -> bool:
        if self.is_absent and required:
            self.problem(f"{label}がありません。")
        return self.is_absent


def _is_url(text: str, schemes: Sequence[str]) -> bool:
    if not text.isascii() or any(character <= " " for character in text):
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in schemes and bool(host or (parts.scheme not in ("http", "https") and parts.path))
