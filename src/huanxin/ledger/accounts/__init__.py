"""Money on its way through a budget's accounts."""
