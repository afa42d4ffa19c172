"""What is expected to go out in a month, as it was reckoned last: reckoning looks at everybody, showing must not."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base


class Outlook(Base):
    __tablename__ = "outlooks"

    month: Mapped[str] = mapped_column(primary_key=True)
    """"2026-11", in the shop's zone."""
    reckoned_at: Mapped[datetime]
    items: Mapped[list[Any]] = mapped_column(JSON)
    """engine/outlook/items.py, Item.to_json"""
