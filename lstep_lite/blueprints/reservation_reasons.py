"""なぜ×?: why something can't be booked at some time, and where that is changed."""

from typing import Any

from flask import Blueprint, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import auth, reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine import friends
from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.availability.reasons import Reason, Where
from lstep_lite.engine.reservations.customer import offering
from lstep_lite.engine.reservations.desk import inspecting, looks
from lstep_lite.engine.reservations.desk.inspecting import Question
from lstep_lite.engine.reservations.events import participants
from lstep_lite.engine.reservations.keeping import courses, pages, providers
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.reasons import ReasonForm
from lstep_lite.models import Friend
from lstep_lite.web import render

bp = Blueprint("reservation_reasons", __name__, url_prefix="/reservations/why")
bp.before_request(reservation_gate.begun)


@bp.get("")
@allow(Permission.RESERVATIONS_VIEW)
def show() -> Response:
    form = _form()
    question = _question(form)
    return render(
        "reservation_reasons/show.html",
        form=form,
        found=_found(form),
        question=question,
        answer=inspecting.look(g.read, question, now=g.now) if question is not None else None,
        mend=_Mending(question),
        at=_address(question),
        in_words=days.in_words,
        clock=days.clock,
    )


def _form() -> ReasonForm:
    """A page that customers see is what most wonder about."""
    every = pages.in_order(g.read)
    usual = next((each.id for each in every if each.is_open), 0)
    form = ReasonForm(request.args, data={"calendar": usual})
    extras = offering.extras(g.read, form.courses.data or ())
    return form.offer(courses.in_order(g.read), extras, providers.in_order(g.read), every)


def _question(form: ReasonForm) -> Question | None:
    friend = friends.get(g.read, form.friend.data) if form.friend.data else None
    page = pages.get(g.read, form.calendar.data) if form.calendar.data else None
    return form.question(looks.day_now(g.read, now=g.now), page, friend)


def _found(form: ReasonForm) -> list[Friend]:
    typed = (form.customer.data or "").strip()[:100]
    return list(participants.candidates(g.read, typed)) if typed else []


def _address(question: Question | None) -> dict[str, Any]:
    """The same question, for links that ask it of another moment."""
    if question is None:
        return {}
    return {
        "courses": question.wish.course_ids,
        "options": question.wish.option_ids,
        "provider": question.wish.provider_id or 0,
        "calendar": question.page.id if question.page else 0,
        "friend": question.friend.id if question.friend else 0,
        "date": question.day.isoformat(),
    }


class _Mending:
    """Where reasons are changed, for those who may."""

    def __init__(self, question: Question | None) -> None:
        self._question = question

    def link(self, reason: Reason, provider_id: int | None = None) -> tuple[str, str] | None:
        """Words and address; None where there is nothing to change, or not by this person."""
        if self._question is None or reason.where is None:
            return None
        words, endpoint, values = self._target(reason.where, self._question, provider_id)
        permission = auth.permission_of(endpoint)
        is_allowed = permission is not None and auth.may(permission)
        return (words, url_for(endpoint, **values)) if is_allowed else None

    def _target(self, where: Where, asked: Question, provider_id: int | None) -> tuple[str, str, dict[str, Any]]:
        person = provider_id or asked.wish.provider_id
        match where:
            case Where.HOURS:
                return "営業時間を見る", "reservation_hours.edit", {}
            case Where.CLOSURES:
                return "予約を受けない時間を見る", "closures.index", {}
            case Where.ROOMS:
                return "席・設備を見る", "pools.index", {}
            case Where.BOOKINGS:
                return "この日の予約を見る", "reservation_board.index", {"date": asked.day.isoformat()}
            case Where.COURSE if len(asked.wish.course_ids) == 1:
                return "メニューを見る", "courses.edit", {"course_id": asked.wish.course_ids[0]}
            case Where.COURSE:
                return "メニューを見る", "courses.index", {}
            case Where.SHIFT if person is not None:
                month = f"{asked.day:%Y-%m}"
                return "シフトを見る", "shifts.edit", {"provider_id": person, "month": month}
            case Where.PROVIDER if person is not None:
                return "スタッフの設定を見る", "providers.edit", {"provider_id": person}
            case Where.SHIFT | Where.PROVIDER:
                return "スタッフを見る", "providers.index", {}
            case Where.PAGE if asked.page is not None:
                return "カレンダーの設定を見る", "booking_pages.edit", {"page_id": asked.page.id}
            case Where.CUSTOMER if asked.friend is not None:
                return "お客様を見る", "friends.show", {"friend_id": asked.friend.id}
        return "受付の決まりを見る", "reservation_settings.edit", {}
