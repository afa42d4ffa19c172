"""Chance without a generator: the same friend, thing and occurrence always give the same number.

(a · lot + b) mod p over the friend's stored lot number, with a and b from a hash of thing and occurrence, is computed
alike by Python and by both databases, so that counting, trying out and sending agree.
"""

import hashlib
from typing import TypeVar

import sqlalchemy as sa

PRIME = 2**31 - 1
Number = TypeVar("Number", int, sa.ColumnElement[int])


def draw(lot_number: Number, thing: str, occurrence: str, *, sides: int) -> Number:
    """A number from 0 to *sides* - 1 for a lot number, or for a column of them."""
    digest = hashlib.sha256(f"{thing}\n{occurrence}".encode()).digest()
    factor = int.from_bytes(digest[:8], "big") % (PRIME - 1) + 1
    offset = int.from_bytes(digest[8:16], "big") % PRIME
    return (lot_number * factor + offset) % PRIME % sides
