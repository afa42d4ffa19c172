"""Setting up what can be booked, by whom and when: what the owner's screens read and write.

Each change is made under the booking lock and raises the version of the settings (saving), so that a customer who is
choosing meanwhile is told. What bookings refer to is retired, never removed.
"""
