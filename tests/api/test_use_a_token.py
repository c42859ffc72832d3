"""Which token opens what, how often, and what is said to one that does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from huanxin.claims.models import Programme
from huanxin.foundation.access import services as access
from huanxin.foundation.access.models import Token, User
from tests.api.conftest import Program
from tests.servers import Program as Listener

pytestmark = pytest.mark.django_db
ProgramOf = Callable[..., Program]


def test_without_a_token_nothing_opens(client: Client, naren: User) -> None:
    client.force_login(naren)
    for path in ("/api/programmes", "/api/claims", "/api/merchants", "/api/hooks"):
        said = client.get(path)
        assert said.status_code == 401
        assert said.headers["WWW-Authenticate"] == "Bearer"
        assert said.headers["Content-Type"] == "application/problem+json"


def test_a_token_opens_only_its_scopes(suhe: User, program_of: ProgramOf) -> None:
    program = program_of(suhe, "till:read")
    assert program.get("/merchants").status_code == 200
    said = program.get("/claims")
    assert said.status_code == 403
    assert "claims:read" in said.json()["title"]


def test_a_revoked_token_opens_nothing(suhe: User, program_of: ProgramOf) -> None:
    program = program_of(suhe, "till:read")
    access.revoke_token(Token.objects.get())
    assert program.get("/merchants").status_code == 401


def test_too_many_calls_in_a_minute_wait(suhe: User, program_of: ProgramOf) -> None:
    program = program_of(suhe, "till:read", most_per_minute=3)
    said = [program.get("/merchants") for _n in range(4)]
    if said[3].status_code == 200:  # the minute turned meanwhile
        said = [program.get("/merchants") for _n in range(4)]
    assert said[3].status_code == 429
    assert 0 < int(said[3].headers["Retry-After"]) <= 60


def test_the_last_call_is_known(suhe: User, program_of: ProgramOf) -> None:
    program_of(suhe).get("/programmes")
    assert Token.objects.get().last_used_at is not None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"facts": {"a": NaN}}', 400),
        (b"[" * 5000, 400),
        (b'{"facts": {"a": "\\u0000"}}', 400),
        (b'{"facts": {"a": "\\ud800"}}', 400),
        (b"[]", 422),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    suhe: User, programme: Programme, program_of: ProgramOf, body: bytes, status: int
) -> None:
    token = program_of(suhe).token
    said = Client().generic(
        "POST",
        f"/api/programmes/{programme.slug}/decision",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (said.status_code, said.headers["Content-Type"]) == (status, "application/problem+json")


def test_pages_follow_each_other_by_key(suhe: User, till: object, program_of: ProgramOf) -> None:
    from huanxin.tradein import services as tradein
    from tests.tradein import office

    for n in range(3):
        tradein.enter_merchant(
            f"SH-X-{n}", office.organisation(f"店{n}", f"9115250000000001{n}X"), place_code="150102",
            by=till.officer, account="6222020000000001234", bank="x", sample=True,
        )  # fmt: skip
    program = program_of(suhe)
    first = program.get("/merchants?limit=2").json()
    second = program.get(f"/merchants?limit=2&after={first['next']}").json()
    assert [len(first["rows"]), len(second["rows"]), second["next"]] == [2, 2, ""]
    assert len(program.get("/merchants?place=1501").json()["rows"]) == 3


def test_webhooks_are_made_changed_and_removed(suhe: User, program_of: ProgramOf) -> None:
    program = program_of(suhe, "hooks:write")
    with Listener() as listener:
        made = program.post("/hooks", {"url": listener.url, "kinds": ["tradein/*"]}, key="hook-0001")
        assert made.status_code == 201, made.content.decode()
        again = program.post("/hooks", {"url": listener.url, "kinds": ["tradein/*"]}, key="hook-0001")
        assert again.json() == made.json()
        number = made.json()["id"]
        changed = program.ask("PATCH", f"/hooks/{number}", {"kinds": ["*"]})
        assert (changed.json()["kinds"], "secret" in changed.json()) == (["*"], False)
        assert program.get(f"/hooks/{number}/deliveries").json()["rows"] == []
    assert program.ask("DELETE", f"/hooks/{number}").status_code == 204
    assert program.get("/hooks").json() == []


def test_a_webhook_into_a_private_network_is_refused(suhe: User, program_of: ProgramOf, settings) -> None:
    settings.TRIAL = False
    said = program_of(suhe, "hooks:write").client.post(
        "/api/hooks",
        {"url": "https://10.0.0.1/", "kinds": ["*"]},
        content_type="application/json",
        secure=True,
        headers={
            "Authorization": f"Bearer {access.issue_token(suhe, 'x', scopes=['hooks:write'])}",
            "Idempotency-Key": "hook-0001",
        },
    )
    assert (said.status_code, said.json()["errors"][0]["field"]) == (422, "url")


def test_nobody_sees_anothers_webhooks(suhe: User, naren: User, program_of: ProgramOf) -> None:
    with Listener() as listener:
        made = program_of(suhe, "hooks:write").post("/hooks", {"url": listener.url, "kinds": ["*"]})
    number = made.json()["id"]
    other = program_of(naren, "hooks:write")
    assert other.get(f"/hooks/{number}/deliveries").status_code == 404
    assert other.ask("DELETE", f"/hooks/{number}").status_code == 404
