"""What a friend is told on arrival."""

from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, one_of


class GreetingKind(StrEnum):
    NEW = "new"
    RETURNING = "returning"
    PREEXISTING = "preexisting"


class Greeting(Base):
    """The greeting for one kind of arrival: up to five messages."""

    __tablename__ = "greetings"

    kind: Mapped[GreetingKind] = mapped_column(one_of(GreetingKind, "kind"), primary_key=True)
    is_on: Mapped[bool] = mapped_column(default=False)
    blocks: Mapped[list[Any]] = mapped_column(default=list)
