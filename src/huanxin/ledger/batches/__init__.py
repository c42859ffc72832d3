"""Payments that go to the bank, and its answers."""
