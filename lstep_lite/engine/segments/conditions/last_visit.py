"""When a customer came last: the start of their last visit that is completed."""

from typing import Any

import sqlalchemy as sa

from lstep_lite.engine.segments.days import DaysCondition
from lstep_lite.engine.segments.registry import condition
from lstep_lite.models import BookingCustomer, Friend


@condition
class LastVisitCondition(DaysCondition):
    name = "last_visit"
    label = "最後の来店"
    icon = "calendar-event"
    group = "予約"
    order = 30
    since = "最後の来店"
    never = "一度も来店していない"

    def held(self) -> Any:
        mine = sa.select(BookingCustomer.last_visit_at).where(BookingCustomer.friend_id == Friend.id)
        return mine.correlate(Friend).scalar_subquery()
