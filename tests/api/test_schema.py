"""Anything the interface's own document allows, and much that it does not: answered as the document says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from huanxin.claims import services as claims
from huanxin.claims.models import Programme
from huanxin.foundation.access import services as access
from huanxin.foundation.access.models import Scope, User
from huanxin.foundation.outbox.models import Hook
from huanxin.tradein import services as tradein
from huanxin.tradein.models import Merchant, Voucher
from huanxin.web.wsgi import application
from tests.claims import office as cars
from tests.tradein import office as shops

pytestmark = pytest.mark.django_db
load_all_checks()
Names = dict[str, object]


def test_the_document_is_openapi_31_with_examples_and_scopes(client) -> None:
    document = client.get("/api/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    file_claim = document["paths"]["/api/claims"]["post"]
    assert file_claim["x-scope"] == "claims:write"
    assert "application/problem+json" in file_claim["responses"]["422"]["content"]
    assert document["components"]["schemas"]["ClaimIn"]["properties"]["programme"]["examples"]


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "提交申请"), ("en", "File a claim")])
def test_the_document_speaks_the_readers_language(client, language: str, said: str) -> None:
    document = client.get("/api/openapi.json", headers={"accept-language": language}).json()
    assert document["paths"]["/api/claims"]["post"]["description"].startswith(said)


def test_the_document_is_shown_as_a_page_without_anything_from_elsewhere(client) -> None:
    page = client.get("/api/docs/").content.decode()
    assert "POST /api/claims" in page
    assert "https://cdn" not in page


@pytest.fixture
def connection_stays(db: None) -> Iterator[None]:
    """A request ends with its database connection closed; here it is the test's, as in Django's client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(
    connection_stays: None, programme: Programme, voucher: Voucher, naren: User, suhe: User, chen_lan: User
) -> str:
    """A token that reaches everything: of a shop's clerk who also applies, in an office with claims."""
    for role in ("applicant", "finance"):
        access.give_mandate(suhe, role, "15", by=chen_lan)
    cars.sent(naren, programme)
    return access.issue_token(suhe, "schemathesis", scopes=list(Scope), most_per_minute=1_000_000)


@pytest.fixture
def there(programme: Programme, voucher: Voucher, naren: User, suhe: User) -> dict[str, list[Names]]:
    """By address, names of what is there: those that schemathesis makes up meet nothing.

    An address that lies under such a one is asked by its names too.
    """
    claim = claims.start(programme, cars.party(naren), by=suhe, place_code="152502")
    sale = tradein.redeem(
        voucher.code, merchant=Merchant.objects.get(), product_code=shops.FRIDGE, serial_no="SN20260301001",
        price="5999.00", key=f"{Merchant.objects.get().pk}:sale-0001", by=suhe,
    )  # fmt: skip
    hook = Hook.objects.create(user=suhe, url="https://till.example.com/", kinds=["*"], secret_sealed=b"-")
    return {
        "/api/programmes/{slug}": [{"slug": one.slug} for one in Programme.objects.all()],
        "/api/claims/{number}": [{"number": claim.number}],
        "/api/merchants/{code}": [{"code": one.code} for one in Merchant.objects.all()],
        "/api/vouchers/{code}": [{"code": voucher.code}],
        "/api/sales/{key}": [{"key": sale.key.partition(":")[2]}],
        "/api/hooks/{number}": [{"number": hook.pk}],
    }


schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application)


@schema.parametrize()
@settings(max_examples=15, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_the_document_promises(
    case: schemathesis.Case, token: str, there: dict[str, list[Names]]
) -> None:
    _keeps_the_promise(case, token)
    for address, names in there.items():
        if case.path.startswith(address):
            for name in names:
                case.path_parameters = name
                _keeps_the_promise(case, token)


def _keeps_the_promise(case: schemathesis.Case, token: str) -> None:
    case.headers["Authorization"] = f"Bearer {token}"
    answer = case.call()
    assert answer.status_code < 500, answer.text
    case.validate_response(
        answer, checks=[status_code_conformance, content_type_conformance, response_schema_conformance]
    )


def test_everything_that_the_document_names_is_asked_by_a_name_that_is_there(
    client, there: dict[str, list[Names]]
) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert [p for p in paths if "{" in p and not p.startswith(tuple(there))] == []
    assert all(there.values())
