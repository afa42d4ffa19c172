"""Found by themselves: one behaviour a file."""
