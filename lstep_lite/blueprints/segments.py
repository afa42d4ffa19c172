"""カスタム検索, and the picker of conditions that many pages hold."""

from flask import Blueprint, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import segments
from lstep_lite.engine.segments import Reach
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms import rows
from lstep_lite.forms.segments import Conditions
from lstep_lite.web import render

bp = Blueprint("segments", __name__, url_prefix="/segments")


# The picker, wherever it stands --------------------------------------------------------------------------------------


@bp.post("/editor")
@allow(Permission.FRIENDS_VIEW)
def editor_create() -> Response:
    """The picker after the pressed button (`op`); nothing is changed but what the browser shows."""
    conditions = _picked(rows.changed(request.form) or request.form)
    is_live = bool(request.args.get("live"))
    return render("segments/_editor.html", "segment_editor", conditions=conditions, is_live=is_live)


@bp.post("/count")
@allow(Permission.FRIENDS_VIEW)
def count_show() -> Response:
    """How many friends are meant by what is picked, and the conditions read back as a sentence."""
    conditions = _picked(request.form)
    try:
        tree = conditions.draft(g.read)
    except DomainError:
        return render("segments/_editor.html", "segment_count", conditions=conditions, count=None)
    return render(
        "segments/_editor.html",
        "segment_count",
        conditions=conditions,
        count=segments.count(g.read, tree, now=g.now, reach=conditions.reach),
        sentence=segments.sentence(g.read, tree),
        href=url_for("friends.index", **segments.query(tree)),
    )


def _picked(posted: rows.Posted) -> Conditions:
    reach = request.args.get("reach", "")
    return Conditions.read(posted, request.args.get("path", ""), Reach(reach) if reach in set(Reach) else Reach.LIST)
