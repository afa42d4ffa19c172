"""Keeping tags, and tagging a friend by hand."""

from collections.abc import Sequence

from wtforms import BooleanField, HiddenField, IntegerField, StringField
from wtforms.validators import Optional

from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.tags import ATTACHED, FULL, TagDraft
from lstep_lite.engine.tags.keeping import LONGEST_NAME
from lstep_lite.forms.actions import ActionsField
from lstep_lite.forms.base import EditForm, Form, at_most, required
from lstep_lite.forms.colors import ColorField
from lstep_lite.forms.folders import NO_FOLDER, FolderField
from lstep_lite.models import Color, Folder, Tag


class TagForm(EditForm):
    name = StringField("タグの名前", [required("タグの名前を入力してください。"), at_most(LONGEST_NAME)])
    folder_id = FolderField()
    color = ColorField(default=Color.GREEN)
    is_favourite = BooleanField("お気に入りにする")
    capacity = IntegerField("定員（何人まで付けるか）", [Optional()])
    attached = ActionsField("タグが付いたときのアクション", place=ATTACHED)
    full = ActionsField("定員に達していたときのアクション", place=FULL)

    @classmethod
    def of(cls, tag: Tag, attached: SetDraft, full: SetDraft, folders: Sequence[Folder]) -> "TagForm":
        same = {name: getattr(tag, name) for name in ("name", "color", "is_favourite", "capacity")}
        sets = {"attached": attached, "full": full}
        return cls(data=same | sets | {"folder_id": tag.folder_id or NO_FOLDER}).offer(folders)

    def offer(self, folders: Sequence[Folder]) -> "TagForm":
        self.folder_id.offer(folders)
        return self

    def draft(self) -> TagDraft:
        return TagDraft(
            name=self.name.data or "",
            color=self.color.color,
            folder_id=self.folder_id.folder_id,
            is_favourite=self.is_favourite.data,
            capacity=self.capacity.data,
        )


class HandTagForm(Form):
    """A tag for one friend, by its name; *create* is the answer to 「作って付ける」."""

    name = StringField(
        "タグを付ける", [required("タグの名前を入力するか、一覧から選んでください。"), at_most(LONGEST_NAME)]
    )
    create = HiddenField()
