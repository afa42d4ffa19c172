"""When something can begin: what a range of days looks like, what fits into it, and why not."""
