"""Choosing the folder something lies in."""

from collections.abc import Sequence
from typing import Any

from wtforms import SelectField

from lstep_lite.forms.base import options
from lstep_lite.models import Folder

NO_FOLDER = 0


class FolderField(SelectField):
    """「フォルダ」 of an editor; give it the list's folders with `offer`."""

    def __init__(self, label: str = "フォルダ", **kwargs: Any) -> None:
        super().__init__(label, coerce=int, default=NO_FOLDER, choices=options({"0": "フォルダなし"}), **kwargs)

    def offer(self, folders: Sequence[Folder]) -> None:
        self.choices = options({"0": "フォルダなし"} | {str(folder.id): folder.name for folder in folders})

    @property
    def folder_id(self) -> int | None:
        return self.data or None
