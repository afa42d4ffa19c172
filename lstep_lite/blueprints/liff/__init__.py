"""Pages for customers, inside LINE and in ordinary browsers: who they are is found out here, for all of them."""

from lstep_lite.blueprints.liff import (
    bookings,
    coupons,
    entry,
    events,
    login,
    offers,
    postal_codes,
    survey_files,
    surveys,
)

BLUEPRINTS = (
    entry.bp,
    login.bp,
    coupons.bp,
    bookings.bp,
    bookings.own_bp,
    events.bp,
    offers.bp,
    surveys.bp,
    survey_files.bp,
    postal_codes.bp,
)
