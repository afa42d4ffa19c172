"""見本: finished cards that a shop takes as its own and changes. The order here is that of the gallery."""

from lstep_lite.engine.messages.designs import (  # isort: skip - see above
    coupon as coupon,
    calendar as calendar,
    point_card as point_card,
    countdown as countdown,
    staff as staff,
    menu as menu,
    thanks as thanks,
    receipt as receipt,
    booking as booking,
    seminar as seminar,
    news as news,
    before_after as before_after,
    questions as questions,
    shop as shop,
    profile as profile,
    survey as survey,
)
from lstep_lite.engine.messages.designs.pictures import draw as draw_picture
from lstep_lite.engine.messages.designs.registry import Design, designs, get
from lstep_lite.engine.messages.designs.taking import ADDRESS, document, drawn, missing, store, take

__all__ = ["ADDRESS", "Design", "designs", "document", "draw_picture", "drawn", "get", "missing", "store", "take"]
