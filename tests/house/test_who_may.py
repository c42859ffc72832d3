"""Who may open which page: every page has rows in who_may.csv, and every row is driven through the client.

`yes` opens it, `no` is told which right is missing, `login` logs in first. All mandates are for the region;
what a league or banner sees of it is tested with each page. `404`: allowed, but nothing waits for this deed.
"""

from __future__ import annotations

import csv
import os
from http.cookies import SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.test import Client

from huanxin.foundation.access import services
from huanxin.foundation.access.models import Role
from tests.house import world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponseBase

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("who_may.csv")
PEOPLE = ("anonymous", *(str(role) for role in Role))


def _rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def office(django_db_setup: None, django_db_blocker, tmp_path_factory) -> Iterator[world.World]:
    """One office for all rows; what a row changes is rolled back, and so is the office in the end."""
    before = os.environ.get("HUANXIN_PACKS")
    with django_db_blocker.unblock(), transaction.atomic():
        yield world.build(tmp_path_factory.mktemp("office"), 12)
        transaction.set_rollback(True)
    os.environ.pop("HUANXIN_PACKS") if before is None else os.environ.update(HUANXIN_PACKS=before)


@pytest.fixture(scope="module")
def sessions(office: world.World, django_db_blocker) -> dict[str, SimpleCookie]:
    """The cookies of a browser for each role, logged in, with a mandate for the region."""
    with django_db_blocker.unblock():
        return {person: _client(person).cookies for person in PEOPLE}


def test_every_page_says_who_may_open_it() -> None:
    missing = sorted(set(world.routes()) - {row["page"] for row in _rows()})
    assert not missing, f"add rows page,method,{','.join(PEOPLE)} to {TABLE.name} for: {missing}"


def test_every_row_is_of_a_page() -> None:
    gone = sorted({row["page"] for row in _rows()} - set(world.routes()))
    assert not gone, f"{TABLE.name}: no such page, remove it: {gone}"


@pytest.mark.parametrize("row", _rows(), ids=lambda row: f"{row['method']} {row['page']}")
def test_a_page_opens_to_whom_it_should(
    office: world.World, sessions: dict[str, SimpleCookie], row: dict[str, str], settings
) -> None:
    settings.VAR = office.var
    address = office.address(row["page"])
    wrong = []
    for person in PEOPLE:
        browser = Client()
        browser.cookies = SimpleCookie(sessions[person].output(header="", sep=";"))
        with transaction.atomic():
            found = _seen(browser.generic(row["method"], address))
            transaction.set_rollback(True)
        if found != row[person]:
            wrong.append(f"{person}: {TABLE.name} says {row[person]!r}, the page says {found!r}")
    assert not wrong, f"{row['method']} {address}\n" + "\n".join(wrong)


def _client(person: str) -> Client:
    client = Client(raise_request_exception=True)
    if person != "anonymous":
        user = services.add_person(f"a-{person}")
        services.give_mandate(user, person, "15", by=None)
        client.force_login(user)
    return client


def _seen(said: HttpResponseBase) -> str:
    if said.status_code == 302 and "/account/login/" in said.headers["Location"]:
        return "login"
    if said.status_code == 403:
        return "no"
    return "yes" if said.status_code in (200, 204, 302, 303, 400, 422) else str(said.status_code)
