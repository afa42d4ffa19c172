"""What customers see of bookings in LINE: what is offered, what they are about to confirm, what is theirs."""
