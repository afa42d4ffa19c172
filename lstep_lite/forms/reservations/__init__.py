"""Setting up bookings: hours, menu, people, shifts, pools and booking pages."""
