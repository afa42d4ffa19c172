"""Folders of every list that has them."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from lstep_lite.db import Base, primary_key


class Folder(Base):
    __tablename__ = "folders"
    __table_args__ = (Index("ix_folders_feature_position", "feature", "position"),)

    id: Mapped[int] = primary_key()
    feature: Mapped[str]
    """The feature word whose list it belongs to, for example auto_replies."""
    name: Mapped[str]
    position: Mapped[int]
