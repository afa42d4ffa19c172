"""What becomes of a booking: each change of state once, under the booking lock, written down for who follows."""
