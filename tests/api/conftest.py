"""An office with a programme paid after review and one at the till, and programs with tokens."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from huanxin.claims.models import Programme
from huanxin.foundation.access import services as access
from huanxin.foundation.access.models import User
from huanxin.tradein import services as tradein
from huanxin.tradein.models import Voucher
from tests.claims import office as cars
from tests.tradein import office as shops


@dataclass
class Program:
    """A program with a token: `get`, `post` and so on, with a key of its own for every deed."""

    token: str
    client: Client = field(default_factory=Client)
    n: int = 0

    def ask(self, method: str, path: str, body: Any = None, *, key: str = "", **headers: str) -> HttpResponse:
        self.n += 1
        sent = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": key or f"deed-{id(self)}-{self.n}",
        }
        return self.client.generic(
            method,
            f"/api{path}",
            b"" if body is None else json.dumps(body),
            content_type="application/json",
            headers={"Accept-Language": "en"} | sent | headers,
        )

    def get(self, path: str) -> HttpResponse:
        return self.ask("GET", path)

    def post(self, path: str, body: Any = None, **more: str) -> HttpResponse:
        return self.ask("POST", path, body, **more)


@pytest.fixture
def programme(db: None) -> Programme:
    """Cars of 2026, with money."""
    return cars.programme()


@pytest.fixture
def program_of() -> Callable[..., Program]:
    """A program in somebody's name, with scopes."""

    def made(user: User, *scopes: str, **more: Any) -> Program:
        return Program(access.issue_token(user, "test", scopes=scopes, **more))

    return made


@pytest.fixture
def till(db: None) -> shops.Office:
    """An appliance programme with a shop and its prices."""
    return shops.open_office()


@pytest.fixture
def voucher(till: shops.Office, naren: User) -> Voucher:
    """A refrigerator's voucher of Naren, of today."""
    person = shops.person("娜仁", naren)
    return tradein.take_voucher(till.round, person, "fridge", by=naren, place_code="152502")
