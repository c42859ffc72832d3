"""Claims that come into being at a till, decided and granted in one moment."""
