"""友だち: the list, one person's page, and what staff do with a person."""

from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow, may
from lstep_lite.engine import batches, friends, segments, timeline
from lstep_lite.engine.friends import Audience, Filters, FriendDraft, FriendState, Page, Shown, columns
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.friends import EraseForm, FriendForm, FriendSearchForm, MemoForm
from lstep_lite.models import Friend, Staff
from lstep_lite.web import go, number, render

bp = Blueprint("friends", __name__, url_prefix="/friends")

MERGE_CANDIDATES = 20
TIMELINE_STEP = 30
TIMELINE_MOST = 600
STATE_LABELS = {
    FriendState.FRIENDS: "友だち",
    FriendState.LEFT: "ブロックされた",
    FriendState.HIDDEN: "非表示",
    FriendState.BLOCKED: "こちらでブロック",
    FriendState.WITHOUT_LINE: "LINEなしのお客様",
}


@bp.get("")
@allow(Permission.FRIENDS_VIEW)
def index() -> Response:
    form = FriendSearchForm(request.args)
    audience = _audience(form)
    page, counts = audience.page(g.read, number=request.args.get("page", 1, type=number), now=g.now)
    return _list(form, audience, page, counts)


@bp.post("/columns")
@allow(Permission.FRIENDS_VIEW)
def columns_update() -> Response:
    staff = g.session.get(Staff, g.staff.id)
    columns.choose(g.session, staff, request.form.getlist("column"))
    flash("表示する列を変えました", "success")
    return go(url_for(".index", **_list_args()))


@bp.get("/new")
@allow(Permission.FRIENDS_EDIT)
def new() -> Response:
    return render("friends/new.html", form=FriendForm())


@bp.post("")
@allow(Permission.FRIENDS_EDIT)
def create() -> Response:
    form = FriendForm(request.form)
    friend = form.keep(lambda: friends.add_without_line(g.session, form.draft(), now=g.now))
    if not friend:
        return render("friends/new.html", "friend_form", status=422, form=form)
    flash("お客様を登録しました", "success")
    return go(url_for(".show", friend_id=friend.id))


@bp.get("/<int:friend_id>")
@allow(Permission.FRIENDS_VIEW)
def show(friend_id: int) -> Response:
    return _page(friends.get(g.read, friend_id))


@bp.get("/<int:friend_id>/timeline")
@allow(Permission.FRIENDS_VIEW)
def timeline_index(friend_id: int) -> Response:
    return _page(friends.get(g.read, friend_id), "timeline")


@bp.get("/<int:friend_id>/edit")
@allow(Permission.FRIENDS_EDIT)
def edit(friend_id: int) -> Response:
    friend = friends.get(g.read, friend_id)
    return render("friends/edit.html", form=FriendForm(obj=friend), friend=friend)


@bp.post("/<int:friend_id>")
@allow(Permission.FRIENDS_EDIT)
def update(friend_id: int) -> Response:
    form, friend = FriendForm(request.form), friends.get(g.session, friend_id)
    stored = FriendForm(obj=friend)
    if not form.keep_edit(lambda: _update(friend, form.draft()), stored=stored):
        return render("friends/edit.html", "friend_form", status=422, form=form, friend=friend)
    flash("保存しました", "success")
    return go(url_for(".show", friend_id=friend.id))


@bp.post("/<int:friend_id>/memo")
@allow(Permission.FRIENDS_EDIT)
def memo_update(friend_id: int) -> Response:
    form, friend = MemoForm(request.form), friends.get(g.session, friend_id)
    if not form.keep_edit(lambda: _update(friend, form.draft(friend)), stored=MemoForm(obj=friend)):
        return _page(friend, "friend_memo", status=422, memo_form=form)
    flash("メモを保存しました", "success")
    return _page(friend, "friend_memo")


@bp.post("/<int:friend_id>/hide")
@allow(Permission.FRIENDS_EDIT)
def hide_create(friend_id: int) -> Response:
    friend = friends.get(g.session, friend_id)
    friends.hide(g.session, friend, staff_id=g.staff.id, now=g.now)
    flash("非表示にしました。友だちリストには出なくなりますが、メッセージはこれまでどおり届きます。", "success")
    return _page(friend, "friend_head", "timeline")


@bp.post("/<int:friend_id>/unhide")
@allow(Permission.FRIENDS_EDIT)
def unhide_create(friend_id: int) -> Response:
    friend = friends.get(g.session, friend_id)
    friends.show(g.session, friend, staff_id=g.staff.id, now=g.now)
    flash("友だちリストに戻しました", "success")
    return _page(friend, "friend_head", "timeline")


@bp.post("/<int:friend_id>/block")
@allow(Permission.FRIENDS_EDIT)
def block_create(friend_id: int) -> Response:
    friend = friends.get(g.session, friend_id)
    cancelled = friends.block(g.session, friend, staff_id=g.staff.id, now=g.now)
    also = f"送信を待っていた{cancelled}件は取り消しました。" if cancelled else ""
    flash(f"ブロックしました。これからはメッセージが届きません。{also}", "success")
    return go(url_for(".show", friend_id=friend.id))


@bp.post("/<int:friend_id>/unblock")
@allow(Permission.FRIENDS_EDIT)
def unblock_create(friend_id: int) -> Response:
    friend = friends.get(g.session, friend_id)
    friends.unblock(g.session, friend, staff_id=g.staff.id, now=g.now)
    flash("ブロックを解除しました。メッセージがまた届きます。", "success")
    return _page(friend, "friend_head", "timeline")


@bp.post("/<int:friend_id>/restore")
@allow(Permission.FRIENDS_EDIT)
def restore_create(friend_id: int) -> Response:
    friend = friends.get(g.session, friend_id)
    friends.restore(g.session, friend, staff_id=g.staff.id, now=g.now)
    flash("ブロックで消えた情報を元に戻しました", "success")
    return go(url_for(".show", friend_id=friend.id))


@bp.get("/<int:friend_id>/erase")
@allow(Permission.FRIENDS_ERASE)
def erase_new(friend_id: int) -> Response:
    return render("friends/erase_new.html", friend=friends.get(g.read, friend_id), form=EraseForm())


@bp.post("/<int:friend_id>/erase")
@allow(Permission.FRIENDS_ERASE)
def erase_create(friend_id: int) -> Response:
    friend, form = friends.get(g.session, friend_id), EraseForm(request.form)
    if not form.keep(lambda: friends.erase(g.session, friend, typed_name=form.name.data, **_by_hand(), wall=g.wall)):
        return render("friends/erase_new.html", "erase_form", status=422, friend=friend, form=form)
    flash("お客様の情報を消しています。数分で終わります。", "success")
    return go(url_for(".index"))


@bp.get("/<int:friend_id>/merge")
@allow(Permission.FRIENDS_EDIT)
def merge_new(friend_id: int) -> Response:
    friend = friends.get(g.read, friend_id)
    text = request.args.get("q", "").strip()[:100]
    others = _partners(friend, text) if text else []
    return render("friends/merge_new.html", "merge_candidates", friend=friend, text=text, others=others)


@bp.post("/<int:friend_id>/merge")
@allow(Permission.FRIENDS_EDIT)
def merge_create(friend_id: int) -> Response:
    friend = friends.get(g.session, friend_id)
    other = friends.get(g.session, request.form.get("other_id", 0, type=number))
    kept = friends.merge(g.session, friend, other, staff_id=g.staff.id, now=g.now)
    flash("1人のお客様にまとめました", "success")
    return go(url_for(".show", friend_id=kept.id))


def _audience(form: FriendSearchForm) -> Audience:
    """Whom the list shows: nobody while a condition is not filled in."""
    try:
        return form.audience(g.read)
    except DomainError as error:
        form.segment.errors = [] if form.is_rearranged else [error.message]
        return Audience(ids=())


def _list(form: FriendSearchForm, audience: Audience, page: Page, counts: dict[FriendState, int]) -> Response:
    return render(
        "friends/index.html",
        "friend_list",
        form=form,
        audience=audience,
        page=page,
        labels=STATE_LABELS,
        counts=counts,
        filter_args={"q": audience.text or None, **segments.query(audience.tree)},
        list_args=_list_args(),
        sentence=segments.sentence(g.read, audience.tree),
        saved=segments.in_order(g.read),
        columns=columns.shown(g.read, g.staff, page.friends),
        offered_columns=columns.groups(g.read),
        chosen_columns=columns.chosen(g.staff),
        batch_kinds=[kind for kind in batches.offered() if may(kind.permission)],
    )


def _list_args() -> dict[str, Any]:
    """The arguments of the list's address, for coming back to it."""
    known = ("state", "q", "saved", "page")
    names = (name for name in request.args if name in known or name.startswith(f"{segments.PATH}."))
    return {name: request.args.getlist(name) for name in names}


def _update(friend: Friend, draft: FriendDraft) -> None:
    friends.update(g.session, friend, draft, now=g.now, staff_id=g.staff.id)


def _page(friend: Friend, *regions: str, status: int = 200, memo_form: MemoForm | None = None) -> Response:
    then = url_for(".show", friend_id=friend.id) if request.method == "POST" else ""
    return render(
        "friends/show.html",
        *regions,
        status=status,
        then=then,
        friend=friend,
        memo_form=memo_form or MemoForm(obj=friend),
        losses=friends.losses(g.read, friend),
        restorable=friends.restorable(g.read, friend, now=g.now),
        **_timeline(friend),
    )


def _by_hand() -> dict[str, Any]:
    return {"staff_id": g.staff.id, "now": g.now}


def _timeline(friend: Friend) -> dict[str, Any]:
    """What happened to *friend*: the newest entries, or as many as were asked for with 「もっと前のできごと」."""
    shown = min(max(request.args.get("shown", TIMELINE_STEP, type=number), 1), TIMELINE_MOST)
    items = timeline.entries(g.read, friend, limit=shown + 1)
    has_more = len(items) > shown and shown < TIMELINE_MOST
    more = url_for(".timeline_index", friend_id=friend.id, shown=shown + TIMELINE_STEP) if has_more else ""
    return {"items": items[:shown], "more": more}


def _partners(friend: Friend, text: str) -> list[Friend]:
    """Who *friend* may be merged with: of two records at most one is a LINE friend."""
    wanted = [Filters(text=text, state=FriendState.WITHOUT_LINE)]
    if friend.line_user_id is None:
        wanted.append(Filters(text=text, left=Shown.YES, shelved=Shown.YES))
    found = (friends.search(g.read, filters, size=MERGE_CANDIDATES).friends for filters in wanted)
    return [other for some in found for other in some if other.id != friend.id]
