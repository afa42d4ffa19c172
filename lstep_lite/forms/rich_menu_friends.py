"""The rich menu of one friend, chosen by hand."""

from collections.abc import Sequence

from lstep_lite.forms.base import Form
from lstep_lite.forms.rich_menus import MenuField
from lstep_lite.models import RichMenu


class FriendMenuForm(Form):
    menu_id = MenuField("表示するリッチメニュー", "既定のメニュー")

    @classmethod
    def of(cls, menu_id: int | None, menus: Sequence[RichMenu]) -> "FriendMenuForm":
        """*menu_id*: what the friend is to see now."""
        form = cls(data={"menu_id": menu_id or 0})
        form.menu_id.offer(menus)
        return form
