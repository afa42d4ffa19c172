"""Numbers (集計): how busy the shop is, who comes again, what is earned, and how bookings come and go.

Counted by the database from bookings, segments and lines; scopes tells which bookings, tables what one table of
numbers is, report puts all of them together.
"""

from lstep_lite.engine.reservations.numbers.report import Report, of
from lstep_lite.engine.reservations.numbers.scopes import LONGEST_DAYS, Scope
from lstep_lite.engine.reservations.numbers.tables import Row, Table

__all__ = ["LONGEST_DAYS", "Report", "Row", "Scope", "Table", "of"]
