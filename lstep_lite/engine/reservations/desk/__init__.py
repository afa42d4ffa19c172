"""What staff see and do at the desk: the board of a day, and everything they reach from there."""
