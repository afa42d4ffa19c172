"""Books of tickets (回数券): what is sold, the books customers have, and paying for visits with them.

`left` of a book always equals its ledger. Whatever changes a ledger holds the lock of the customer.
"""

from lstep_lite.engine.reservations.ticket_books import spending

__all__ = ["spending"]
