"""One file a kind of condition; all are imported when the product starts."""
