"""Who refers to what from inside JSON: action steps, conditions, texts."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base


class Mention(Base):
    """*owner* (a feature word and a row of it) mentions *target*: kept up to date with every save of the owner.

    What a step or a condition refers to from inside JSON has no foreign key. So the id of a deleted row must never be
    given to another one: the tables of all that can be mentioned are made with `sqlite_autoincrement`.
    """

    __tablename__ = "mentions"
    __table_args__ = (Index("ix_mentions_target", "target", "target_id"),)

    owner: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(primary_key=True)
    target_id: Mapped[str] = mapped_column(primary_key=True)
