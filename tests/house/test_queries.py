"""A page asks the database as often with 1,000 rows as with 10, and as often as query_counts.json says."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from huanxin.foundation.access.models import User
from tests.house import world

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db

COUNTS = Path(__file__).with_name("query_counts.json")
WHO_MAY = Path(__file__).with_name("who_may.csv")
SIZES = (10, 1000)


def _pages() -> list[str]:
    """Pages that a policy officer may open."""
    with WHO_MAY.open(encoding="utf-8", newline="") as stream:
        return [
            row["page"]
            for row in csv.DictReader(stream)
            if row["method"] == "GET" and row["officer"] == "yes"
        ]


@pytest.fixture(scope="module")
def counted(django_db_setup: None, django_db_blocker, tmp_path_factory) -> dict[int, dict[str, int]]:
    with django_db_blocker.unblock():
        return {n: _count(tmp_path_factory.mktemp(f"office{n}"), n) for n in SIZES}


def _count(folder: Path, n_things: int) -> dict[str, int]:
    before = os.environ.get("HUANXIN_PACKS")
    with transaction.atomic():
        office = world.build(folder, n_things)
        client = Client()
        client.force_login(User.objects.get(username="li-jing"))
        with override_settings(VAR=office.var):
            found = dict(_visited(client, office))
        transaction.set_rollback(True)
    os.environ.pop("HUANXIN_PACKS") if before is None else os.environ.update(HUANXIN_PACKS=before)
    return found


def _visited(client: Client, office: world.World) -> Iterator[tuple[str, int]]:
    for page in _pages():
        address = office.address(page)
        client.get(address)  # caches of the process fill on the first visit
        with CaptureQueriesContext(
            connection,
        ) as captured:
            said = client.get(address)
            if said.streaming:
                b"".join(said.streaming_content)
        yield page, sum(1 for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE")))


def test_a_page_asks_as_often_with_1000_rows_as_with_10(counted: dict[int, dict[str, int]]) -> None:
    few, many = (counted[n] for n in SIZES)
    growing = {page: (few[page], many[page]) for page in few if few[page] != many[page]}
    assert not growing, f"fetch what the rows need beside them (select_related, one query for all): {growing}"


def test_a_page_asks_as_often_as_was_written_down(counted: dict[int, dict[str, int]]) -> None:
    known = {
        page: n if isinstance(n, int) else n[connection.vendor]
        for page, n in json.loads(COUNTS.read_text()).items()
    }
    changed = {p: (known.get(p), n) for p, n in counted[SIZES[0]].items() if known.get(p) != n}
    gone = sorted(set(known) - set(counted[SIZES[0]]))
    assert not changed, f"if it must be so, write the new count into {COUNTS.name}; (known, found): {changed}"
    assert not gone, f"{COUNTS.name}: no such page: {gone}"
