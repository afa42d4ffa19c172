"""Whose calendar it is: the shop's as a whole, or a provider's."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.keeping import providers
from lstep_lite.errors import NotFound

SHOP = "shop"


@dataclass(frozen=True)
class Subject:
    key: str
    name: str
    provider_id: int | None = None


def all_of(session: Session) -> Sequence[Subject]:
    """The shop, then the providers in the shop's order; those who left are not among them."""
    people = [Subject(f"provider-{each.id}", f"{each.name}さん", each.id) for each in providers.in_order(session)]
    return [Subject(SHOP, "お店全体"), *people]


def get(session: Session, key: str) -> Subject:
    found = next((each for each in all_of(session) if each.key == key), None)
    if found is None:
        raise NotFound("この担当者は見つかりませんでした。退職したか、削除された可能性があります。")
    return found
