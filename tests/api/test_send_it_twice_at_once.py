"""The same deed sent by two connections at the same moment is done once, and both are told the same."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections
from django.test import Client

from huanxin.claims.models import Claim
from huanxin.foundation.access import services as access
from huanxin.web import cast
from tests.claims import office

N = 4


@pytest.mark.django_db(transaction=True)
def test_one_claim_for_one_key_however_many_send_it_at_once() -> None:
    naren = cast.enter(cast.NAREN)
    office.programme()
    office.party(naren)
    token = access.issue_token(naren, "test", scopes=["claims:write"])
    body = {"programme": office.CAR, "place": "152502", "answers": office.car_answers()}
    start, said = threading.Barrier(N), []

    def send() -> None:
        start.wait()
        try:
            said.append(
                Client().post(
                    "/api/claims",
                    body,
                    content_type="application/json",
                    headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "the-one-key"},
                )
            )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _n in range(N)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in said] == [201] * N, [answer.content.decode() for answer in said]
    assert len({answer.json()["number"] for answer in said}) == 1
    assert Claim.objects.count() == 1, connection.vendor
