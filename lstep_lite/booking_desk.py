"""One booking on the screen, for every blueprint that does something with one.

The page and the panel beside the board show the same region; each act answers with it. What was refused stands on top
of the booking as it is now, with what was typed.
"""

from collections.abc import Callable
from typing import Any

from flask import flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.engine.reservations import By, Code, Refused, Transition, by_staff, get
from lstep_lite.engine.reservations.desk import acting, looking, looks, telling, times, wording
from lstep_lite.engine.reservations.desk.listing import Show
from lstep_lite.engine.reservations.ticket_books import spending
from lstep_lite.engine.reservations.transitions.states import WORDS
from lstep_lite.forms.reservations import acts
from lstep_lite.forms.reservations.acts import ActForm, AnswerForm, ApprovalForm, CompletionForm, NoteForm, RefusalForm
from lstep_lite.models import Reservation
from lstep_lite.web import go, render

Do = Callable[[Reservation], Any]
AGAIN = "すでに登録してあります。"
BACK = (Show.REQUESTED.value, Show.MISFITS.value)
"""Lists whose lines have buttons."""


def show(
    reservation_id: int,
    *,
    form: ActForm | None = None,
    note_form: NoteForm | None = None,
    problem: Refused | None = None,
    status: int = 200,
    then: str = "",
) -> Response:
    """The booking, with the *form* of an act that was refused, and why."""
    row = get(g.read, reservation_id)
    look = looking.look(g.read, row, now=g.now)
    return render(
        "reservations/show.html",
        "reservation",
        status=status,
        then=then,
        look=look,
        row=row,
        friend=row.friend,
        forms=_forms(look, form),
        refused=form.name if form is not None and (problem or form.errors) else "",
        note_form=note_form or NoteForm(data={"staff_note": row.staff_note}),
        problem=problem,
        told=telling.every(g.read, row.friend),
        words=WORDS,
        ways=wording.WAYS,
        yen=wording.yen,
    )


def _forms(look: looking.Look, instead: ActForm | None) -> dict[str, ActForm]:
    """With what can be chosen in them now."""
    row, forms = look.reservation, dict(acts.fresh(look.reservation, instead=instead))
    approval, refusal, completion = forms["approval"], forms["refusal"], forms["completion"]
    if isinstance(approval, ApprovalForm) and look.acts.approve and row.slot_id is None:
        approval.offer(looks.providers(g.read), look.provider)
    if isinstance(refusal, RefusalForm) and look.acts.approve:
        refusal.offer(times.proposals(g.read, row, now=g.now))
    if isinstance(completion, CompletionForm) and look.acts.complete:
        completion.offer(spending.usable(g.read, row))
    for answer in forms.values():
        if isinstance(answer, AnswerForm) and look.asked is not None:
            answer.for_request(look.asked.request)
    return forms


def act(reservation_id: int, form: ActForm, transition: Transition, do: Do, words: str, *, tells: str = "") -> Response:
    """Do it, and show the booking with *words* and what the customer hears (by the message *tells* of the catalogue).

    Pressed twice it is done once. A refusal shows what is so now.
    """
    row = get(g.session, reservation_id)
    try:
        is_done = form.keep(lambda: do(row))
    except Refused as refusal:
        return _refused(reservation_id, form, transition, refusal)
    if not is_done:
        return _invalid(reservation_id, form)
    flash(words + said(row, tells, is_told=form.is_told), "success")
    return answer(reservation_id)


def said(row: Reservation, kind: str, *, is_told: bool) -> str:
    """What the customer hears of it, in words for staff; empty for what customers never hear of."""
    if not kind:
        return ""
    return telling.every(g.read, row.friend)[kind].result if is_told else "お客様にはお知らせしていません。"


def by(form: ActForm) -> By:
    return by_staff(g.staff.id if g.staff else None, tells=form.is_told)


def was_done(reservation_id: int, transition: Transition, version: int | None) -> bool:
    staff_id = g.staff.id if g.staff else None
    return acting.was_done(g.read, get(g.read, reservation_id), transition, version=version, staff_id=staff_id)


def _refused(reservation_id: int, form: ActForm, transition: Transition, refusal: Refused) -> Response:
    g.finish(commit=False)
    is_again = form.says(get(g.read, reservation_id)) and was_done(reservation_id, transition, form.version)
    if refusal.code is Code.VERSION_CONFLICT and is_again:
        flash(AGAIN, "info")
        return answer(reservation_id)
    return show(reservation_id, form=form, problem=refusal, status=refusal.status)


def _invalid(reservation_id: int, form: ActForm) -> Response:
    g.finish(commit=False)
    return show(reservation_id, form=form, status=422)


def answer(reservation_id: int) -> Response:
    """Back to the list where the button stood there."""
    if (shown := request.form.get("back")) in BACK:
        return go(url_for("reservations.index", show=shown))
    return show(reservation_id, then=url_for("reservations.show", reservation_id=reservation_id))


def promise(row: Reservation, kind: str) -> telling.Told:
    """What the customer would hear of it."""
    return telling.every(g.read, row.friend)[kind]
