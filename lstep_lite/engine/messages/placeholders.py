"""Words in square brackets that become something else when a message is sent.

Plain ones, such as [name], come from the friend's own row. Families, such as [情報:血液型], have as many words as a
shop has made; what they become is loaded for many friends at once. [情報:血液型|未登録] says what stands for an empty
one.
"""

import itertools
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from lstep_lite.models import Friend

DEFAULT_NAME = "お客様"
SOMETIME = datetime(2000, 1, 1, tzinfo=UTC)
"""For questions whose answer no date changes."""
_BRACKETS = re.compile(r"\[([^\[\]\n]{1,200})\]")
_FAMILY_WORD = re.compile(r"([^:：|｜\s]+)[:：]([^|｜]+)(?:[|｜](.*))?")
_PLAIN_WORD = re.compile(r"([^|｜]+)(?:[|｜](.*))?")
_LIKELY = re.compile(r"[A-Za-z_]+")
"""What looks like a placeholder gone wrong; 「[お知らせ]」 is just a heading."""


@dataclass(frozen=True)
class Placeholder:
    name: str
    label: str
    value: Callable[[Friend], str]
    needs_profile: Callable[[Friend], bool]
    """Whether this friend's LINE profile would have to be known for it."""
    default: str = ""
    """What stands for an empty one that says no default of its own."""


@dataclass(frozen=True)
class Offer:
    """One word, as editors offer it: [*name*]."""

    name: str
    label: str


@dataclass(frozen=True)
class Loaded:
    """What words of one family become."""

    values: Mapping[str, str]
    """Each word that exists: what it is for everybody, or a sample where it differs from friend to friend."""
    by_friend: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """By friend's id, where it differs; empty texts for what a friend does not have."""

    def of(self, word: str, friend: Friend) -> str | None:
        """None for a word that does not exist."""
        return self.by_friend.get(friend.id, self.values).get(word)


Words = Mapping[str, Loaded]
"""By the prefix of the family."""
NO_WORDS: Words = {}


@dataclass(frozen=True)
class Asking:
    """For whom words are loaded, and as of when."""

    friends: Collection[Friend]
    public_url: str
    now: datetime


class Family(ABC):
    """Words of the form [prefix:word]."""

    prefix: str
    label: str
    is_personal: bool
    """Whether it differs from friend to friend."""
    mentioned_as: str
    """Under which feature its words are known to engine/mentions.py; empty where they refer to nothing."""

    @abstractmethod
    def offered(self, session: Session) -> list[Offer]:
        """All words there are, for editors."""

    @abstractmethod
    def load(self, session: Session, words: Collection[str], asking: Asking) -> Loaded:
        """What *words* become, in a number of statements that does not grow with the friends."""


@dataclass(frozen=True)
class _Found:
    """What stands in a pair of brackets, if it means something."""

    plain: Placeholder | None = None
    family: Family | None = None
    word: str = ""
    default: str = ""


registered: dict[str, Placeholder] = {}
families: dict[str, Family] = {}


def placeholder(
    name: str, *, label: str, default: str = "", needs_profile: Callable[[Friend], bool] = lambda friend: False
) -> Callable[[Callable[[Friend], str]], Callable[[Friend], str]]:
    """Register the function below as the value of `[name]`; editors offer it as *label*.

    [name|大切なお客様] says what stands for an empty one, else *default* does.
    """

    def register(value: Callable[[Friend], str]) -> Callable[[Friend], str]:
        registered[name] = Placeholder(name, label, value, needs_profile, default)
        return value

    return register


def family(cls: type[Family]) -> type[Family]:
    """Register a family."""
    families[cls.prefix] = cls()
    return cls


@placeholder(
    "name",
    label="お名前",
    default=DEFAULT_NAME,
    needs_profile=lambda friend: not (friend.system_name or friend.display_name),
)
def _name(friend: Friend) -> str:
    return friend.system_name or friend.display_name or ""


@placeholder("id", label="お客様番号（例：k3VbX9qA）")
def _code(friend: Friend) -> str:
    return friend.code or ""


def fill(text: str, friend: Friend, words: Words = NO_WORDS, *, encode: Callable[[str], str] = str) -> str:
    """*text* with every known placeholder replaced, in one pass: what a friend's name holds is never read again.

    *encode* is applied to each value that is put in.
    """

    def value(match: re.Match[str]) -> str:
        found = _find(match[1])
        if found.plain is not None:
            return encode(found.plain.value(friend) or found.default or found.plain.default)
        loaded = words.get(found.family.prefix) if found.family else None
        filled = loaded.of(found.word, friend) if loaded else None
        return match[0] if filled is None else encode(filled or found.default)

    return _BRACKETS.sub(value, text)


def load(
    session: Session, texts: Iterable[str], friends: Collection[Friend], *, public_url: str, now: datetime
) -> Words:
    """What the families' words in *texts* become for these friends; nothing is asked when there are none."""
    wanted: dict[str, set[str]] = {}
    for found in _all(texts):
        if found.family is not None:
            wanted.setdefault(found.family.prefix, set()).add(found.word)
    asking = Asking(friends, public_url, now)
    return {prefix: families[prefix].load(session, words, asking) for prefix, words in wanted.items()}


def used(texts: Iterable[str]) -> list[Placeholder]:
    """The plain ones."""
    return [found.plain for found in _all(texts) if found.plain is not None]


def are_any(texts: Iterable[str]) -> bool:
    """Whether something in them would be replaced."""
    return any(found.plain or found.family for found in _all(texts))


def is_personal(texts: Iterable[str]) -> bool:
    return any(found.plain or (found.family and found.family.is_personal) for found in _all(texts))


def impersonal(text: str) -> str:
    """*text* with what differs from friend to friend replaced by what stands for an empty one."""

    def value(match: re.Match[str]) -> str:
        found = _find(match[1])
        if found.plain is not None:
            return found.default or found.plain.default
        return found.default if found.family and found.family.is_personal else match[0]

    return _BRACKETS.sub(value, text)


def mentioned(texts: Iterable[str]) -> set[tuple[str, str]]:
    """What the texts show, as (feature, word), for `mentions.write`."""
    shown = ((found.family, found.word) for found in _all(texts))
    return {(family.mentioned_as, word) for family, word in shown if family and family.mentioned_as}


def unknown(session: Session, texts: Collection[str]) -> list[str]:
    """What stands in brackets, looks meant as a placeholder, and is none; it is sent as it stands."""
    words = load(session, texts, (), public_url="", now=SOMETIME)
    return [inside for inside in _insides(texts) if not _exists(inside, words)]


def offered(session: Session) -> list[tuple[str, list[Offer]]]:
    """All that can be inserted, below headings."""
    plain = [Offer(each.name, each.label) for each in registered.values()]
    return [
        ("お客様", plain),
        *((each.label, offers) for each in families.values() if (offers := each.offered(session))),
    ]


def free_words(name: str) -> Iterator[str]:
    """What may stand in brackets for something of this name, best first, without end."""
    base = "".join(mark for mark in name if mark not in "[]|｜:：" and not mark.isspace()) or "情報"
    yield base
    yield from (f"{base}{number}" for number in itertools.count(2))


def _exists(inside: str, words: Words) -> bool:
    found = _find(inside)
    if found.family is not None:
        return found.word in words[found.family.prefix].values
    return found.plain is not None or not _LIKELY.fullmatch(inside.partition("|")[0])


def _all(texts: Iterable[str]) -> Iterator[_Found]:
    return (_find(inside) for inside in _insides(texts))


def _insides(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(inside for text in texts for inside in _BRACKETS.findall(text)))


def _find(inside: str) -> _Found:
    if (match := _FAMILY_WORD.fullmatch(inside)) and match[1] in families:
        return _Found(family=families[match[1]], word=match[2].strip(), default=(match[3] or "").strip())
    plain = _PLAIN_WORD.fullmatch(inside)
    return _Found(plain=registered.get(plain[1]), default=(plain[2] or "").strip()) if plain else _Found()
