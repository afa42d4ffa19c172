"""Who looks at a message before customers get it."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base


class Tester(Base):
    """A friend, mostly a member of staff, who gets test sends."""

    __tablename__ = "testers"
    __test__ = False  # or pytest takes it for a test

    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime]
