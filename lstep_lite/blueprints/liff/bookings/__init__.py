"""予約 as customers meet it: choosing step by step, a last look, and their own bookings.

What has been chosen stands in the address, so that going back, reloading and links lead where they say and looking
changes nothing. What was typed is kept in the customer's draft.
"""

from lstep_lite.blueprints.liff.bookings import holding, menu, ordering, own, own_changes, own_slots, times, waits
from lstep_lite.blueprints.liff.bookings.asking import bp, own_bp

__all__ = ["bp", "holding", "menu", "ordering", "own", "own_bp", "own_changes", "own_slots", "times", "waits"]
