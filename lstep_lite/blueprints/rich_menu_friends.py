"""The rich menu beside one friend: what they see, why, and showing them another one by hand."""

from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import panels
from lstep_lite.auth import allow
from lstep_lite.engine import friends, rich_menus
from lstep_lite.engine.rich_menus import showing
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.rich_menu_friends import FriendMenuForm
from lstep_lite.models import Friend, MenuOrigin
from lstep_lite.web import live, number, render

bp = Blueprint("rich_menu_friends", __name__, url_prefix="/rich-menus/friends")

NO_SUCH_MENU = -1
"""What can't be read as a menu is none, rather than the default."""
ORIGINS = {
    MenuOrigin.ACTION: "アクションで変わりました",
    MenuOrigin.STAFF: "スタッフが変えました",
    MenuOrigin.RULE: "ルールで決まりました",
}


@bp.get("/<int:friend_id>")
@allow(Permission.FRIENDS_VIEW)
def show(friend_id: int) -> Response:
    """The panel alone, while LINE is being told."""
    friend = friends.get(g.read, friend_id)
    return live("rich_menus/_friend.html", "friend_menu", friend=friend, **friend_panel(friend))


@bp.post("/<int:friend_id>")
@allow(Permission.RICH_MENUS_EDIT)
def update(friend_id: int) -> Response:
    friend, menu_id = friends.get(g.session, friend_id), request.form.get("menu_id", NO_SUCH_MENU, type=number)
    values = {"origin": MenuOrigin.STAFF, "now": g.now, "staff_id": g.staff.id}
    try:
        flash(showing.show(g.session, friend, menu_id or None, **values), "success")
    except showing.NotShown as refused:
        flash(refused.message, "info")
    then = url_for("friends.show", friend_id=friend.id, _anchor="friend-menu")
    return render("rich_menus/_friend.html", "friend_menu", then=then, friend=friend, **friend_panel(friend))


@panels.panel("rich_menus/_friend.html", order=35, in_chat=True)
def friend_panel(friend: Friend) -> dict[str, Any]:
    menus, current = rich_menus.live_menus(g.read), showing.current(g.read, friend, g.now)
    wanted = current.wanted or (current.menu if current.origin else None)
    return {
        "current": current,
        "origin_words": ORIGINS.get(current.origin) if current.origin else None,
        "refusal": showing.refusal(g.read, friend),
        "menus": menus,
        "menu_form": FriendMenuForm.of(wanted.id if wanted else None, menus),
    }
