"""一斉配信: the list, the editor, the hold before it goes out, its progress, and what became of it."""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import broadcasts, deliveries, folders, segments, sending_rules, test_sends
from lstep_lite.engine.broadcasts import BroadcastDraft, Outcome, VariantDraft, choosing, samples, showing
from lstep_lite.engine.broadcasts.keeping import EDITABLE
from lstep_lite.engine.broadcasts.results import taps_by_broadcast
from lstep_lite.engine.broadcasts.showing import Drawn
from lstep_lite.engine.segments import Reach, Tree
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.batches import audience
from lstep_lite.forms.broadcasts import BroadcastForm
from lstep_lite.forms.deliveries import SOURCE_LABELS
from lstep_lite.forms.segments import Conditions
from lstep_lite.forms.test_sends import TestSendForm, new_token
from lstep_lite.models import Broadcast, BroadcastState, BroadcastVariant, Staff
from lstep_lite.web import fragment, go, live, number, render, runtime

bp = Blueprint("broadcasts", __name__, url_prefix="/broadcasts")

ALL = "all"
TABS = {
    ALL: ("すべて", tuple(BroadcastState)),
    "draft": ("下書き", (BroadcastState.DRAFT,)),
    "booked": (
        "予約・送信中",
        (BroadcastState.ASKED, BroadcastState.BOOKED, BroadcastState.SENDING, BroadcastState.PAUSED),
    ),
    "sent": ("送信済み", (BroadcastState.DONE, BroadcastState.CANCELLED, BroadcastState.MISSED)),
}
SENT_ELSEWHERE = "この一斉配信は、ほかの画面で送信または予約されました。画面を読み込み直してください。"


@bp.get("")
@allow(Permission.BROADCASTS_SEND)
def index() -> Response:
    tab = request.args.get("tab", ALL)
    tab = tab if tab in TABS else ALL
    shelf = folders.overview(g.read, broadcasts.FEATURE, request.args.get("folder", type=number))
    text = request.args.get("q", "").strip()[:100]
    page = broadcasts.page(
        g.read, TABS[tab][1], folder_id=shelf.folder_id, text=text, number=request.args.get("page", 1, type=number)
    )
    return render(
        "broadcasts/index.html",
        "broadcast_list",
        tab=tab,
        tabs=_tabs(shelf.folder_id),
        shelf=shelf,
        text=text,
        page=page,
        whom=showing.whom_many(g.read, page.rows),
        broken=broadcasts.broken_ids(g.read, page.rows),
        taps=taps_by_broadcast(g.read, page.rows),
        samples=samples.SAMPLES,
    )


@bp.get("/new")
@allow(Permission.BROADCASTS_SEND)
def new() -> Response:
    sample = samples.find(request.args.get("sample", ""))
    draft = sample.draft() if sample else BroadcastDraft(_name_of_today(), [VariantDraft([])], tree=_asked())
    return _editor(BroadcastForm.of(draft, _folders(), g.zone), None, sample=sample)


@bp.post("/audience")
@allow(Permission.BROADCASTS_SEND)
def audience_create() -> Response:
    """A new one for the people shown or ticked in the friend list; nothing is kept yet."""
    tree = choosing.tree_of(audience(g.read, request.form))
    return go(url_for(".new", **segments.query(tree)))


@bp.get("/allowance")
@allow(Permission.BROADCASTS_SEND)
def allowance_show() -> Response:
    """What counts, what is left this month, and how to make it last."""
    month = deliveries.this_month(g.read, now=g.now)
    return render(
        "broadcasts/allowance_show.html",
        forecast=deliveries.forecast(g.read, month, now=g.now),
        left=deliveries.left(g.read, month, now=g.now),
        month=month,
        sources=SOURCE_LABELS,
        rules=sending_rules.rules(g.read),
    )


@bp.post("")
@allow(Permission.BROADCASTS_SEND)
def create() -> Response:
    return _saved(_kept_meanwhile())


@bp.post("/draft")
@allow(Permission.BROADCASTS_SEND)
def draft_update() -> Response:
    """What the editor keeps by itself while somebody writes. Only drafts: a booked one would lose its booking."""
    broadcast, form = _kept_meanwhile(), _posted()
    if broadcast and broadcast.state is not BroadcastState.DRAFT:
        raise DomainError(SENT_ELSEWHERE)
    if not (kept := _keep(form, broadcast)):
        form.seen.data = request.form.get("seen")  # whoever saves by hand still has to see what others changed
        return _guard(form, broadcast, status=422, is_unfinished=not form.conflicts)
    answer = _guard(_stored(kept), kept, kept_at=g.now)
    answer.headers["HX-Replace-Url"] = url_for(".edit", broadcast_id=kept.id)
    return answer


@bp.post("/versions")
@allow(Permission.BROADCASTS_SEND)
def versions_create() -> Response:
    """The versions after one was added or taken away; nothing is kept."""
    return fragment("broadcasts/edit.html", "broadcast_versions", form=_posted())


@bp.get("/<int:broadcast_id>/edit")
@allow(Permission.BROADCASTS_SEND)
def edit(broadcast_id: int) -> Response:
    broadcast = broadcasts.get(g.read, broadcast_id)
    if broadcast.state not in EDITABLE:
        return go(url_for(".show", broadcast_id=broadcast.id))
    return _editor(_stored(broadcast), broadcast)


@bp.post("/<int:broadcast_id>")
@allow(Permission.BROADCASTS_SEND)
def update(broadcast_id: int) -> Response:
    return _saved(broadcasts.get(g.session, broadcast_id))


@bp.post("/<int:broadcast_id>/copy")
@allow(Permission.BROADCASTS_SEND)
def copy_create(broadcast_id: int) -> Response:
    twin = broadcasts.copy(g.session, broadcasts.get(g.session, broadcast_id), now=g.now)
    flash(f"「{twin.name}」を作りました。まだ下書きです。", "success")
    return go(url_for(".edit", broadcast_id=twin.id))


@bp.post("/<int:broadcast_id>/delete")
@allow(Permission.BROADCASTS_SEND)
def destroy(broadcast_id: int) -> Response:
    broadcast = broadcasts.get(g.session, broadcast_id)
    broadcasts.delete(g.session, broadcast, now=g.now)
    flash(f"一斉配信「{broadcast.name}」を削除しました", "success")
    return go(url_for(".index"))


@bp.post("/<int:broadcast_id>/test-sends")
@allow(Permission.BROADCASTS_SEND)
def test_send_create(broadcast_id: int) -> Response:
    """Send what is kept of one version to the ticked testers."""
    form, broadcast = TestSendForm(request.form), broadcasts.get(g.session, broadcast_id)
    try:
        count = test_sends.send(
            g.session,
            _version(broadcast).blocks,
            form.friend_ids.data or (),
            name=broadcast.name,
            token=form.token.data or "",
            staff_id=g.staff.id,
            now=g.now,
        )
    except DomainError as error:
        return _test_send(broadcast, status=422, problem=error.message)
    flash(f"{count}人にテスト送信しました。LINEの画面で確かめてください。", "success")
    return _test_send(broadcast)


# Under way -----------------------------------------------------------------------------------------------------------


@bp.get("/<int:broadcast_id>")
@allow(Permission.BROADCASTS_SEND)
def show(broadcast_id: int) -> Response:
    broadcast = broadcasts.get(g.read, broadcast_id)
    if broadcast.state is BroadcastState.DRAFT:
        return go(url_for(".edit", broadcast_id=broadcast.id))
    if broadcast.state is BroadcastState.ASKED:
        return go(url_for("submissions.show", broadcast_id=broadcast.id))
    return render("broadcasts/show.html", **_shown(broadcast))


@bp.get("/<int:broadcast_id>/progress")
@allow(Permission.BROADCASTS_SEND)
def progress_show(broadcast_id: int) -> Response:
    broadcast = broadcasts.get(g.read, broadcast_id)
    if broadcast.state in (BroadcastState.DRAFT, BroadcastState.ASKED):  # taken back elsewhere
        return go(url_for(".show", broadcast_id=broadcast.id))
    return live("broadcasts/show.html", "broadcast_report", **_shown(broadcast))


@bp.get("/<int:broadcast_id>/recipients")
@allow(Permission.BROADCASTS_SEND)
def recipients_index(broadcast_id: int) -> Response:
    """The friends behind a number of the result."""
    broadcast, wanted = broadcasts.get(g.read, broadcast_id), request.args.get("outcome")
    outcome = Outcome(wanted) if wanted in set(Outcome) else None
    page = broadcasts.members(
        g.read,
        broadcast,
        outcome=outcome,
        variant_id=request.args.get("version", type=number),
        number=request.args.get("page", 1, type=number),
        now=g.now,
    )
    return render(
        "broadcasts/recipients_index.html", broadcast=broadcast, outcome=outcome, page=page, labels=showing.OUTCOMES
    )


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _tabs(folder_id: int | None) -> list[tuple[str, str, str, int]]:
    counts = broadcasts.counts(g.read)
    return [
        (tab, label, url_for(".index", tab=tab, folder=folder_id), sum(counts.get(state, 0) for state in states))
        for tab, (label, states) in TABS.items()
    ]


def _name_of_today() -> str:
    today = g.now.astimezone(g.zone)
    return f"{today.month}月{today.day}日の一斉配信"


def _asked() -> Tree:
    """The conditions in the address: a filter of the friend list."""
    try:
        return Conditions.read(request.args, segments.PATH).draft(g.read)
    except DomainError:
        return segments.EVERYBODY


def _kept_meanwhile() -> Broadcast | None:
    """What the page for a new one has kept by itself."""
    broadcast_id = request.form.get("broadcast_id", type=number)
    return broadcasts.get(g.session, broadcast_id) if broadcast_id else None


def _keep(form: BroadcastForm, broadcast: Broadcast | None) -> Broadcast | None:
    """None when the form is refused, or somebody else has changed what is kept."""
    if broadcast is None:
        return form.keep(lambda: broadcasts.create(g.session, form.draft(g.session, g.zone), now=g.now))
    is_kept = form.keep_edit(
        lambda: broadcasts.update(g.session, broadcast, form.draft(g.session, g.zone), now=g.now),
        stored=_stored(broadcast),
    )
    return broadcast if is_kept else None


def _saved(broadcast: Broadcast | None) -> Response:
    form, was_booked = _posted(), "was_booked" in request.form
    is_seen = broadcast is None or was_booked or broadcast.state is BroadcastState.DRAFT
    kept = _keep(form, broadcast) if is_seen else None
    if not kept:
        return _editor(form, broadcast, status=422)
    if request.form.get("next") == "sheet":
        return go(url_for("submissions.new", broadcast_id=kept.id))
    flash("保存しました。まだ送られません。「送信前の確認へ」から送ってください。", "success")
    return go(url_for(".edit", broadcast_id=kept.id))


def _stored(broadcast: Broadcast) -> BroadcastForm:
    draft = broadcasts.copied(g.read, broadcast, name=broadcast.name)
    planned_at = None if broadcast.is_at_once else broadcast.due_at
    return BroadcastForm.of(replace(draft, planned_at=planned_at), _folders(), g.zone)


def _posted() -> BroadcastForm:
    return BroadcastForm.posted(request.form, _folders())


def _folders() -> Sequence[Any]:
    return folders.of_feature(g.read, broadcasts.FEATURE)


def _editor(form: BroadcastForm, broadcast: Broadcast | None, *, status: int = 200, **more: Any) -> Response:
    return render(
        "broadcasts/edit.html",
        "broadcast_form",
        status=status,
        form=form,
        **_beside(broadcast),
        **more,
    )


def _guard(form: BroadcastForm, broadcast: Broadcast | None, *, status: int = 200, **more: Any) -> Response:
    then = url_for(".edit", broadcast_id=broadcast.id) if broadcast else url_for(".new")
    return render(
        "broadcasts/edit.html", "broadcast_guard", status=status, then=then, form=form, broadcast=broadcast, **more
    )


def _beside(broadcast: Broadcast | None) -> dict[str, Any]:
    """What the editor shows besides its form."""
    rules = sending_rules.rules(g.read)
    shown = {"broadcast": broadcast, "is_booked": bool(broadcast) and broadcast.state is not BroadcastState.DRAFT}
    shown |= {"frequency_most": rules.frequency_most, "frequency_days": rules.frequency_days}
    return shown | (_testing(broadcast) if broadcast else {})


def _test_send(broadcast: Broadcast, status: int = 200, problem: str = "") -> Response:
    return render(
        "broadcasts/edit.html",
        "test_send",
        status=status,
        then=url_for(".edit", broadcast_id=broadcast.id),
        form=_stored(broadcast),
        problem=problem,
        **_beside(broadcast),
    )


def _testing(broadcast: Broadcast) -> dict[str, Any]:
    return {
        "desk": test_sends.desk(g.read, now=g.now),
        "letters": broadcasts.LETTERS,
        "token": new_token(),
        "is_demo": runtime().settings.is_demo,
    }


def _version(broadcast: Broadcast) -> BroadcastVariant:
    """The one that is asked for, else the first."""
    wanted = request.form.get("version", type=number)
    return next((each for each in broadcast.variants if each.id == wanted), broadcast.variants[0])


def _shown(broadcast: Broadcast) -> dict[str, Any]:
    """What its page is drawn from, by what it is doing."""
    shown: dict[str, Any] = {
        "broadcast": broadcast,
        "whom": showing.whom(g.read, broadcast),
        "letters": broadcasts.LETTERS,
    }
    shown |= {"members": partial(_members, broadcast)}
    match broadcast.state:
        case BroadcastState.BOOKED:
            return shown | _waiting(broadcast) | {"contents": _drawn(broadcast)}
        case BroadcastState.MISSED:
            return shown
        case _:
            return shown | _became(broadcast)


def _members(broadcast: Broadcast, outcome: str, version: int | None = None) -> str:
    return url_for(".recipients_index", broadcast_id=broadcast.id, outcome=str(outcome), version=version)


def _waiting(broadcast: Broadcast) -> dict[str, Any]:
    """Its countdown, if it is held for a moment; else the day."""
    hold_seconds = sending_rules.rules(g.read).hold_seconds
    left = (broadcast.due_at - g.now).total_seconds() if broadcast.due_at else 0
    is_held = left <= hold_seconds
    return {
        "is_live": True,
        "seconds": max(0, math.ceil(left)) if is_held else None,
        "hold_seconds": hold_seconds,
        "numbers": None if is_held else broadcasts.numbers(g.read, broadcast),
        "count": None if is_held else segments.count(g.read, broadcast.tree, now=g.now, reach=Reach.SEND),
        "approver": g.read.get(Staff, broadcast.approved_by_id) if broadcast.approved_by_id else None,
    }


def _became(broadcast: Broadcast) -> dict[str, Any]:
    """While it is under way the numbers alone: the page asks for them again and again."""
    is_over, is_on_trial = broadcast.finished_at is not None, broadcasts.is_on_trial(broadcast)
    progress = broadcasts.progress(g.read, broadcast, now=g.now)
    return {
        "is_live": not is_over,
        "progress": progress,
        "results": broadcasts.results(g.read, broadcast, now=g.now) if is_over or is_on_trial else None,
        "waits_for_staff": broadcasts.waits_for_staff(g.read, broadcast),
        "may_choose": is_on_trial and not is_over,
        "may_resend": is_over and progress.numbers[Outcome.FAILED] + progress.numbers[Outcome.UNKNOWN] > 0,
        "contents": _drawn(broadcast) if is_over or is_on_trial else [],
    }


def _drawn(broadcast: Broadcast) -> list[Drawn]:
    return showing.drawn(g.read, broadcast, public_url=runtime().settings.public_url, now=g.now)
