"""What a later notice owes for claims that were decided before it."""
