"""What happens to a claim once it was sent: every step by the table in `claims.steps`."""
