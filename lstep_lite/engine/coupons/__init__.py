"""Coupons (クーポン): got in the talk from a limited supply or by lottery, used there or at the counter."""

from lstep_lite.engine.coupons import talk as _talk
from lstep_lite.engine.coupons.counter import Shown, find_number, hand_over, of_friend, redeem, shown
from lstep_lite.engine.coupons.drafts import COLOR, LOSING_TEXT, CouponDraft
from lstep_lite.engine.coupons.drawing import (
    Held,
    Offer,
    code_of,
    coupon_message,
    end_in_words,
    preview,
    question_message,
    spaced,
    ticket_message,
)
from lstep_lite.engine.coupons.keeping import (
    FEATURE,
    LOST,
    OBTAINED,
    PLACES,
    USED,
    Count,
    Page,
    close,
    copy,
    counts,
    create,
    delete,
    find,
    get,
    keep_actions,
    line_coupons,
    open_,
    open_now,
    own_in_order,
    page,
    update,
)
from lstep_lite.engine.coupons.sending import send
from lstep_lite.engine.coupons.showing import held_many, offers
from lstep_lite.engine.coupons.tickets import By, follow, get_use, give, holds, undo
from lstep_lite.engine.coupons.tickets import find as find_ticket
from lstep_lite.engine.coupons.tickets import get as get_ticket

__all__ = [
    "COLOR",
    "FEATURE",
    "LOSING_TEXT",
    "LOST",
    "OBTAINED",
    "PLACES",
    "USED",
    "By",
    "Count",
    "CouponDraft",
    "Held",
    "Offer",
    "Page",
    "Shown",
    "close",
    "code_of",
    "copy",
    "counts",
    "coupon_message",
    "create",
    "delete",
    "end_in_words",
    "find",
    "find_number",
    "find_ticket",
    "follow",
    "get",
    "get_ticket",
    "get_use",
    "give",
    "hand_over",
    "held_many",
    "holds",
    "keep_actions",
    "line_coupons",
    "of_friend",
    "offers",
    "open_",
    "open_now",
    "own_in_order",
    "page",
    "preview",
    "question_message",
    "redeem",
    "send",
    "shown",
    "spaced",
    "ticket_message",
    "undo",
    "update",
]

del _talk  # imported for their registrations
