"""Budgets with money in them, and a way past the triggers such as only a person with the database has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import connection

from huanxin.ledger import services as ledger
from huanxin.ledger.models import Budget
from tests.flushing import _without_triggers

CAR = "car-scrappage-2026"
SHARES = {"centre": Decimal("17100.00"), "region": Decimal("900.00")}


@pytest.fixture
def budgets(zhao) -> dict[str, Budget]:
    made = {
        "centre": ledger.open_budget(CAR, "15", "centre", by=zhao, n_lanes=4),
        "region": ledger.open_budget(CAR, "1525", "region", by=zhao),
    }
    ledger.grant(made["centre"], "100000.00", key="grant-1", by=zhao)
    ledger.grant(made["region"], "5000.00", key="grant-2", by=zhao)
    return made


@contextmanager
def by_hand() -> Iterator:
    """A cursor with which somebody alters the database behind the program, triggers switched off."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Deferred checks of foreign keys must be done before the triggers can be switched off.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with _without_triggers(connection), connection.cursor() as cursor:
        yield cursor
