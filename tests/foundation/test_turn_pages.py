"""A list's mark comes back in an address, where anybody may write anything."""

from __future__ import annotations

import base64
import json

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db

ALTERED = [
    json.dumps([False, 10**30]),
    json.dumps([False, "\ud800", 1]),
    json.dumps([False, "15\x00", 1]),
    json.dumps([False, "2026-13-41", 1]),
    "[" * 6_000,
    "{}",
]


@pytest.mark.parametrize("text", ALTERED, ids=["huge", "half a character", "null", "no day", "deep", "other"])
@pytest.mark.parametrize(
    "address", ["registry:inventory", "registry:imports", "claims:queue", "ledger:batches", "claims:mine"]
)
def test_an_altered_mark_shows_the_first_page(client, wulan, address: str, text: str) -> None:
    client.force_login(wulan)
    mark = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    for after in (mark, "9" * 5_000, "b" + "9" * 30):
        page = client.get(reverse(address), {"after": after, "place": "15", "order": "year"})
        assert page.status_code in (200, 403)
