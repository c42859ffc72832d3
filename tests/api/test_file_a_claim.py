"""A program decides, files, hands papers in and follows a claim."""

from __future__ import annotations

import io
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.test.client import encode_multipart
from PIL import Image

from huanxin.claims.models import Claim, Programme
from huanxin.foundation.access import services as access
from huanxin.foundation.access.models import KeptAnswer, User
from tests.api.conftest import Program
from tests.claims import office

pytestmark = pytest.mark.django_db
ProgramOf = Callable[..., Program]
ROOT = Path(__file__).parents[2]


def _claim(n: int = 0, **other: object) -> dict[str, object]:
    return {"programme": office.CAR, "place": "152502", "answers": office.car_answers(n, **other)}


@pytest.fixture
def mine(naren: User, programme: Programme, program_of: ProgramOf) -> Program:
    """A program of Naren, who has a real name here."""
    office.party(naren)
    return program_of(naren, "claims:read", "claims:write")


def test_a_program_asks_what_would_be_granted_and_nothing_is_kept(mine: Program) -> None:
    others = {*office.CONTACT, "old_asset", "new_asset"}
    facts = {name: value for name, value in office.car_answers().items() if name not in others}
    said = mine.post(f"/programmes/{office.CAR}/decision", {"facts": facts, "on": "2026-06-01"}).json()
    assert (said["verdict"], said["amount"]) == ("eligible", "18000.00")
    assert all({"id", "value", "clause", "says"} <= set(check) for check in said["checks"])
    assert not Claim.objects.exists()


@pytest.mark.parametrize(("language", "document"), [("en", "Notice 1745"), ("zh-hans", "发改环资")])
def test_a_program_reads_a_programme_and_what_its_claims_ask(
    mine: Program, language: str, document: str
) -> None:
    said = mine.ask("GET", f"/programmes/{office.CAR}", **{"Accept-Language": language})
    assert said.status_code == 200, said.content.decode()
    assert said.json()["document"].startswith(document)
    assert {"price", "old_asset"} <= {asked["name"] for asked in said.json()["asks"]}


def test_a_fact_that_cannot_be_read_is_named_with_what_to_write(mine: Program) -> None:
    said = mine.post(f"/programmes/{office.CAR}/decision", {"facts": {"invoiced_on": "2013.13"}})
    assert (said.status_code, said.headers["Content-Type"]) == (422, "application/problem+json")
    problem = said.json()
    assert [error["field"] for error in problem["errors"]] == ["facts.invoiced_on"]
    assert "2013.13" in problem["errors"][0]["message"]


def test_a_program_files_a_claim_and_follows_it(mine: Program, naren: User) -> None:
    said = mine.post("/claims", _claim())
    assert said.status_code == 201, said.content.decode()
    filed = said.json()
    assert (filed["state"], filed["amount"]) == ("submitted", "18000.00")
    assert Claim.objects.get().applicant.login == naren
    assert "13800138000" not in said.content.decode()
    read = mine.get(f"/claims/{filed['number']}").json()
    assert [step["deed"] for step in read["steps"]] == ["submit"]
    assert [row["number"] for row in mine.get("/claims?state=submitted").json()["rows"]] == [filed["number"]]


def test_the_same_key_files_once_and_answers_the_same(mine: Program) -> None:
    first = mine.post("/claims", _claim(), key="my-key-0001")
    again = mine.post("/claims", _claim(), key="my-key-0001")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Claim.objects.count() == 1
    other = mine.post("/claims", _claim(1), key="my-key-0001")
    assert (other.status_code, other.json()["type"]) == (409, "urn:huanxin:problem:key-used")


def test_a_refusal_leaves_nothing_behind_and_the_mended_request_has_the_same_key(mine: Program) -> None:
    refused = mine.post("/claims", _claim(old_registered_on="2025-01-01"), key="my-key-0001")
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:huanxin:problem:not-entitled")
    assert not Claim.objects.exists()
    assert not KeptAnswer.objects.exists()
    assert mine.post("/claims", _claim(), key="my-key-0001").status_code == 201


def test_a_deed_needs_a_key(mine: Program) -> None:
    said = Client().post(
        "/api/claims",
        _claim(),
        content_type="application/json",
        headers={"Authorization": f"Bearer {mine.token}", "Accept-Language": "en"},
    )
    assert said.status_code == 422
    assert [error["field"] for error in said.json()["errors"]] == ["Idempotency-Key"]


def test_what_is_missing_is_named(mine: Program) -> None:
    answers = office.car_answers()
    del answers["price"]
    said = mine.post("/claims", {"programme": office.CAR, "place": "152502", "answers": answers})
    assert said.status_code == 422
    assert "answers.price" in [error["field"] for error in said.json()["errors"]]


def test_a_draft_is_mended_and_sent(mine: Program) -> None:
    draft = mine.post("/claims", _claim(price="150000") | {"submit": False}).json()
    assert draft["state"] == "draft"
    mended = mine.ask("PATCH", f"/claims/{draft['number']}", {"answers": {"price": "160000"}})
    assert mended.json()["facts"]["price"] == "160000.00"
    assert mine.post(f"/claims/{draft['number']}/submit").json()["state"] == "submitted"


def test_the_same_car_of_a_cousin_is_refused_with_the_reason(
    mine: Program, temur: User, program_of: ProgramOf
) -> None:
    mine.post("/claims", _claim())
    office.party(temur)
    cousins = _claim(1, old_asset=office.car_answers()["old_asset"])
    other = program_of(temur, "claims:write").post("/claims", cousins)
    assert (other.status_code, other.json()["type"]) == (409, "urn:huanxin:problem:already-claimed")
    assert other.json()["errors"][0]["field"] == "answers.old_asset"


def test_nobody_sees_the_claim_of_another(mine: Program, temur: User, program_of: ProgramOf) -> None:
    number = mine.post("/claims", _claim()).json()["number"]
    theirs = program_of(temur, "claims:read", "claims:write")
    assert theirs.get(f"/claims/{number}").status_code == 404
    assert theirs.get("/claims").json()["rows"] == []
    assert theirs.post(f"/claims/{number}/withdraw", {"reason": "mine"}).status_code == 404


def test_a_reviewer_reads_only_what_lies_in_their_place(
    mine: Program, batu: User, qiqige: User, program_of: ProgramOf, chen_lan: User
) -> None:
    number = mine.post("/claims", _claim()).json()["number"]
    hohhot = access.add_person("hohhot")
    access.give_mandate(hohhot, "reviewer", "150102", by=chen_lan)
    for who, status in ((batu, 200), (qiqige, 200), (hohhot, 404)):
        program = program_of(who, "claims:read")
        assert program.get(f"/claims/{number}").status_code == status
        assert len(program.get("/claims").json()["rows"]) == (status == 200)


def test_a_shop_enters_a_claim_for_a_customer(
    suhe: User, programme: Programme, program_of: ProgramOf
) -> None:
    applicant = {"name": "娜仁", "number": office.resident_number(office.STEMS["naren"])}
    shop = program_of(suhe, "claims:read", "claims:write")
    said = shop.post("/claims", _claim() | {"applicant": applicant})
    assert said.status_code == 201, said.content.decode()
    claim = Claim.objects.get()
    assert (claim.entered_by, claim.applicant.name) == (suhe, "娜仁")
    assert applicant["number"] not in said.content.decode()
    wrong = shop.post("/claims", _claim(1) | {"applicant": applicant | {"number": "152502198506123520"}})
    assert [error["field"] for error in wrong.json()["errors"]] == ["applicant.number"]


def test_a_citizen_enters_no_claim_for_others(mine: Program) -> None:
    applicant = {"name": "特木尔", "number": office.resident_number(office.STEMS["temur"])}
    assert mine.post("/claims", _claim() | {"applicant": applicant}).status_code == 403


def _photograph() -> io.BytesIO:
    picture = io.BytesIO()
    Image.effect_noise((400, 300), 80).convert("RGB").save(picture, "JPEG")
    picture.seek(0)
    picture.name = "invoice.jpg"
    return picture


def _upload(
    program: Program, number: str, file: io.BytesIO, key: str, proves: str = "invoiced_on"
) -> HttpResponse:
    body = encode_multipart("b0undary", {"file": file, "proves": proves})
    return Client().generic(
        "POST",
        f"/api/claims/{number}/papers",
        body,
        content_type="multipart/form-data; boundary=b0undary",
        headers={"Authorization": f"Bearer {program.token}", "Idempotency-Key": key, "Accept-Language": "en"},
    )


def test_a_program_hands_a_paper_in_once(mine: Program) -> None:
    number = mine.post("/claims", _claim()).json()["number"]
    picture = _photograph()
    said = _upload(mine, number, picture, "paper-0001")
    assert said.status_code == 201, said.content.decode()
    picture.seek(0)
    assert _upload(mine, number, picture, "paper-0001").json() == said.json()
    assert Claim.objects.get().papers.count() == 1


def test_a_paper_that_proves_nothing_of_the_programme_is_refused_with_what_may_be_proven(
    mine: Program,
) -> None:
    number = mine.post("/claims", _claim()).json()["number"]
    said = _upload(mine, number, _photograph(), "paper-0001", proves="zzz")
    assert said.status_code == 422, said.content.decode()
    (wrong,) = said.json()["errors"]
    assert wrong["field"] == "proves"
    assert all(name in wrong["message"] for name in ("zzz", "invoiced_on", "old_asset"))
    assert not Claim.objects.get().papers.exists()


def test_the_papers_that_are_missing_stay_open_until_they_are_there(mine: Program) -> None:
    draft = mine.post("/claims", _claim() | {"submit": False}).json()
    assert "paper-invoiced_on" in draft["open"]
    sent = mine.post(f"/claims/{draft['number']}/submit").json()
    assert sent["open"] == draft["open"]
    said = _upload(mine, draft["number"], _photograph(), "paper-0001", proves="price")
    assert said.json()["proves"] == "invoiced_on", "the invoice proves both and is handed in once"
    left = mine.get(f"/claims/{draft['number']}").json()["open"]
    assert left == [name for name in sent["open"] if name != "paper-invoiced_on"]


def test_the_example_of_the_docs_files_a_claim_hands_a_paper_in_and_follows_it(
    mine: Program,
) -> None:
    section = (ROOT / "docs" / "api.md").read_text(encoding="utf-8").split("## File, hand in, follow")[1]
    example = section.split("```console")[1].split("```")[0].replace("$(uuidgen)", "docs-0001")
    file, hand_in, follow = (shlex.split(line) for line in example.split("curl ")[1:])
    number = ""
    for words in (file, hand_in, follow):
        path = words[-1].removeprefix("https://huanxin.example.gov.cn/api")
        path = re.sub(r"car-scrappage-2026-260601-ABCDEFGH", number, path)
        if "-F" in words:
            proves = next(word for word in words if word.startswith("proves=")).removeprefix("proves=")
            said = _upload(mine, path.split("/")[2], _photograph(), "docs-0002", proves=proves)
        elif "-d" in words:
            said = mine.post(path, json.loads(words[words.index("-d") + 1]))
        else:
            said = mine.get(path)
        assert said.status_code in (200, 201), said.content.decode()
        number = number or said.json()["number"]
    assert (said.json()["state"], said.json()["amount"]) == ("submitted", "18000.00")


def test_a_file_that_is_no_paper_is_refused(mine: Program) -> None:
    number = mine.post("/claims", _claim()).json()["number"]
    text = io.BytesIO(b"#!/bin/sh\necho no paper\n")
    text.name = "invoice.jpg"
    said = _upload(mine, number, text, "paper-0001")
    assert (said.status_code, said.json()["type"]) == (422, "urn:huanxin:problem:bad-paper")


def test_a_refusal_is_in_the_readers_language(mine: Program) -> None:
    said = mine.ask("GET", "/claims/no-such-claim", **{"Accept-Language": "en"})
    assert said.json()["title"] == "There is nothing at this address for you."
