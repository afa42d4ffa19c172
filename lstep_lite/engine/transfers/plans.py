"""What staff say about a file: what its columns mean, how its people are found, and what may be done."""

import re
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from lstep_lite.engine.text import normalise
from lstep_lite.engine.transfers.columns import Column
from lstep_lite.errors import DomainError


class Match(StrEnum):
    """By what the person of a line is found."""

    ID = "id"
    PHONE = "system:phone"
    EMAIL = "system:email"


MATCHES = {Match.ID: "ID", Match.PHONE: "電話番号", Match.EMAIL: "メールアドレス"}
NAMES = ("system:real_name", "system:system_name", "system:kana")
_ALIASES = {
    "id": ("友だちid", "顧客id", "会員id"),
    "system:real_name": ("名前", "氏名", "お名前", "顧客名", "お客様名", "本名（漢字）"),
    "system:kana": ("かな", "カナ", "フリガナ", "氏名カナ", "よみ", "読み"),
    "system:phone": ("電話", "tel", "携帯", "携帯電話", "携帯番号", "お電話番号"),
    "system:email": ("メール", "email", "e-mail", "mail", "eメール"),
    "system:birthday": ("生年月日", "お誕生日", "誕生日"),
    "system:memo": ("メモ", "備考", "個別メモ"),
}
_PREFIX = re.compile(r"^(タグ|情報|スコア)[：:_]")


@dataclass(frozen=True)
class Options:
    match: Match = Match.ID
    creates: bool = False
    """Whether people who are not found become customers without LINE."""
    runs_actions: bool = False
    """Whether what is set up for tags and fields follows, as if automation had changed them."""
    clears: bool = False
    """Whether an empty cell empties what is kept; else it changes nothing."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Options":
        return cls(**kept | {"match": Match(kept["match"])}) if kept else cls()


def guess(headings: Sequence[str], columns: Collection[Column]) -> list[str]:
    """For each heading the key of the column it most probably is; empty where nobody can say. Each key once."""
    known: dict[str, str] = {}
    for column in columns:
        if column.is_read:
            for name in (column.heading, _PREFIX.sub("", column.heading), *_ALIASES.get(column.key, ())):
                known.setdefault(normalise(name), column.key)
    found: list[str] = []
    for heading in headings:
        key = known.get(normalise(heading), "")
        found.append("" if key in found else key)
    return found


def guessed_match(mapping: Sequence[str]) -> Match:
    """The surest of what the file has."""
    return next((match for match in Match if match in mapping), Match.ID)


def check(mapping: Sequence[str], options: Options, columns: Collection[Column]) -> None:
    """Raises DomainError for the field `mapping`, `match` or `creates`."""
    heading = {column.key: column.heading for column in columns if column.is_read}
    used = [key for key in mapping if key]
    for key in used:
        if key not in heading:
            raise DomainError("選んだ項目の1つが削除されています。もう一度選んでください。", "mapping")
        if used.count(key) > 1:
            raise DomainError(f"「{heading[key]}」に2つの列を選んでいます。どちらか1つにしてください。", "mapping")
    if options.match not in used:
        raise DomainError(
            f"「{MATCHES[options.match]}」でお客様を見つけるには、「{MATCHES[options.match]}」の列が必要です。", "match"
        )
    if len(used) < 2:
        raise DomainError("取り込む列を1つ以上選んでください。", "mapping")
    if options.creates and options.match is Match.ID:
        raise DomainError("新しく登録するときは、電話番号かメールアドレスで見つける方法を選んでください。", "creates")
    if options.creates and not set(NAMES) & set(used):
        raise DomainError("新しく登録するには、本名・ふりがな・システム表示名のどれかの列が必要です。", "creates")
