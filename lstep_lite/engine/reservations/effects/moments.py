"""What happens to bookings, as automation knows it: where action sets hang, and what timelines call it."""

from collections.abc import Mapping
from dataclasses import dataclass

from lstep_lite.engine.reservations.transitions.recording import Happened, Transition
from lstep_lite.models import ReservationState


@dataclass(frozen=True)
class Moment:
    name: str
    """`reservation.<name>` is the trigger, `reservations.<name>` the place of its action sets."""
    label: str
    """What timelines call it."""
    place: str
    """When its action sets run, for editors."""
    runs: str = ""
    """Another moment whose action sets run; empty: its own."""


_ALL = (
    Moment("requested", "予約を申し込んだ", "予約の申し込みがあったとき"),
    Moment("confirmed", "予約が確定した", "予約が確定したとき"),
    Moment("approved", "予約の申し込みを承認した", "", runs="confirmed"),
    Moment("declined", "予約の申し込みを断った", "申し込みを断ったとき"),
    Moment("expired", "予約の申し込みの期限が切れた", "申し込みの期限が切れたとき"),
    Moment("withdrawn", "予約の申し込みを取り下げた", "お客様が申し込みを取り下げたとき"),
    Moment("changed", "予約を変更した", "予約が変更されたとき"),
    Moment("change_asked", "予約の変更を申し込んだ", "変更の申し込みがあったとき"),
    Moment("change_declined", "予約の変更を断った", "変更の申し込みを断ったとき"),
    Moment("change_expired", "予約の変更の申し込みが期限切れになった", "変更の申し込みの期限が切れたとき"),
    Moment("change_withdrawn", "予約の変更の申し込みを取り下げた", "お客様が変更の申し込みを取り下げたとき"),
    Moment("cancelled", "予約をキャンセルした", "お客様がキャンセルしたとき"),
    Moment("cancelled_by_shop", "お店が予約をキャンセルした", "お店がキャンセルしたとき"),
    Moment("checked_in", "来店した", "来店したとき（受付）"),
    Moment("completed", "来店が終わった", "来店が終わったとき（会計済み）"),
    Moment("no_show", "無断キャンセルになった", "無断キャンセルにしたとき"),
    Moment("offered", "キャンセル待ちの空きを案内した", "キャンセル待ちの空きを案内したとき"),
    Moment("lapsed", "空きの案内の期限が切れた", "空きの案内の期限が切れたとき"),
    Moment("reopened", "来店の記録を取り消した", "", runs="none"),
    Moment("restored", "キャンセルした予約を元に戻した", "", runs="confirmed"),
)
MOMENTS: Mapping[str, Moment] = {each.name: each for each in _ALL}
LATE = Moment("cancelled_late", "", "お客様が締切のあとにキャンセルしたとき（直前キャンセル）")
"""A case of "cancelled": its action sets run after those, without a trigger of its own."""
WITH_SETS = tuple(
    moment for each in _ALL if not each.runs for moment in ((each, LATE) if each.name == "cancelled" else (each,))
)
"""Those at which action sets hang, in the order of a booking's life."""
UNSEEN = (Transition.FLAGGED, Transition.UNFLAGGED)
"""They concern staff alone."""


def of(happened: Happened) -> Moment | None:
    """None for what does not concern the customer."""
    if happened.transition in UNSEEN:
        return None
    if happened.transition is Transition.HELD:
        return MOMENTS["offered"]
    was_offer = happened.before.get("state") == ReservationState.HELD
    if happened.transition is Transition.EXPIRED and was_offer:
        return MOMENTS["lapsed"]
    return MOMENTS[happened.transition.value]


def kind_of(moment: Moment) -> str:
    return f"reservation.{moment.name}"


def place_of(moment: Moment) -> str:
    return f"reservations.{moment.name}"
