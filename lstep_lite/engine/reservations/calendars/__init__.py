"""Calendars outside. Our book is the truth: calendars get our bookings, and only ever add busy time.

google is the way to Google; keeping sets up connections; writing tells calendars of bookings, reading learns when
somebody is busy, and working does either when it is due, never inside a unit. feeds makes what calendar programs
subscribe to.
"""

from lstep_lite.engine.reservations.calendars import busy, content, feeds, google, keeping, subjects, working

__all__ = ["busy", "content", "feeds", "google", "keeping", "subjects", "working"]
