"""One file a kind of step; all are imported when the product starts."""
