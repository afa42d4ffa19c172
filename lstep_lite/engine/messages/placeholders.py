"""Words in square brackets that become something of the friend's own, for example [name]."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lstep_lite.models import Friend

DEFAULT_NAME = "お客様"
_WORD = re.compile(r"\[([^\[\]\s]{1,40})\]")
_LIKELY = re.compile(r"[A-Za-z_]+")
"""What looks like a placeholder gone wrong; 「[お知らせ]」 is just a heading."""


@dataclass(frozen=True)
class Placeholder:
    name: str
    label: str
    value: Callable[[Friend], str]
    needs_profile: Callable[[Friend], bool]
    """Whether this friend's LINE profile would have to be known for it."""


registered: dict[str, Placeholder] = {}


def placeholder(
    name: str, *, label: str, needs_profile: Callable[[Friend], bool] = lambda friend: False
) -> Callable[[Callable[[Friend], str]], Callable[[Friend], str]]:
    """Register the function below as the value of `[name]`; editors offer it as *label*."""

    def register(value: Callable[[Friend], str]) -> Callable[[Friend], str]:
        registered[name] = Placeholder(name, label, value, needs_profile)
        return value

    return register


@placeholder("name", label="お名前", needs_profile=lambda friend: not (friend.system_name or friend.display_name))
def _name(friend: Friend) -> str:
    return friend.system_name or friend.display_name or DEFAULT_NAME


def fill(text: str, friend: Friend) -> str:
    """*text* with every known placeholder replaced, in one pass: what a friend's name holds is never read again."""

    def value(match: re.Match[str]) -> str:
        found = registered.get(match[1])
        return found.value(friend) if found else match[0]

    return _WORD.sub(value, text)


def used(texts: Iterable[str]) -> list[Placeholder]:
    return [registered[word] for word in _words(texts) if word in registered]


def unknown(texts: Iterable[str]) -> list[str]:
    """Words in brackets that look meant as placeholders but are none; they are sent as they stand."""
    return [word for word in _words(texts) if word not in registered and _LIKELY.fullmatch(word)]


def _words(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(word for text in texts for word in _WORD.findall(text)))
