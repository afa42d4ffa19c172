"""Loading what messages show of coupons and tickets, for any number of them at once."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.engine import media
from lstep_lite.engine.coupons import drawing, keeping
from lstep_lite.engine.coupons.drawing import Held, Offer
from lstep_lite.models import Coupon, CouponHome, CouponTicket


def offers(session: Session, coupon_ids: Collection[int], public_url: str) -> dict[int, Offer]:
    """By id. One that LINE keeps has its `line_id`: an empty one until it is made there."""
    found = session.scalars(sa.select(Coupon).where(Coupon.id.in_(coupon_ids))).all()
    pictures = _pictures(session, found, public_url)
    at_line = keeping.line_coupons(session, [coupon.id for coupon in found if coupon.home is CouponHome.LINE])
    shown: dict[int, Offer] = {}
    for coupon in found:
        row = at_line.get(coupon.id)
        line_id = None if coupon.home is CouponHome.OWN else (row and row.line_id) or ""
        shown[coupon.id] = drawing.offer(coupon, pictures.get(coupon.media_id or 0, ""), line_id)
    return shown


def held_many(session: Session, ticket_ids: Collection[int], public_url: str) -> dict[int, Held]:
    """Tickets as their friends are shown them, by id."""
    query = sa.select(CouponTicket).where(CouponTicket.id.in_(ticket_ids)).options(joinedload(CouponTicket.coupon))
    found = session.scalars(query).all()
    pictures = _pictures(session, [ticket.coupon for ticket in found], public_url)
    return {
        ticket.id: drawing.held(ticket, pictures.get(ticket.coupon.media_id or 0, ""), public_url) for ticket in found
    }


def _pictures(session: Session, coupons: Collection[Coupon], public_url: str) -> dict[int, str]:
    """Addresses of their pictures by file; what is gone is left out, and the coupon goes without."""
    ids = {coupon.media_id for coupon in coupons if coupon.media_id}
    return {media_id: file.url for media_id, file in media.public(session, ids, public_url).items()}
