"""`huanxin claims` and `huanxin programmes`."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.utils import timezone

from huanxin.claims.models import Claim, Programme, State
from huanxin.cli import build
from huanxin.web import commandline
from tests.claims import office
from tests.claims.test_owe_a_top_up import claimed, granted

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(capsys, monkeypatch):
    monkeypatch.setenv("HUANXIN_LANG", "en")

    def command(*args: str) -> tuple[int, str, str]:
        code = commandline.run(build, list(args))
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def test_open_list_and_pause_a_programme(run, li_jing) -> None:
    office.release("truck-renewal-2025")
    opened = ("programmes", "open", "trucks-2025", "--pack", "truck-renewal-2025", "--from", "2025-01-01")
    assert run(*opened, "--chain", "banner,region", "--by", "li-jing")[0] == 0
    assert Programme.objects.get().chain == ["banner", "region"]

    code, _out, err = run(*opened, "--by", "li-jing")
    assert (code, "already" in err) == (1, True)

    assert run("programmes", "pause", "trucks-2025", "--reason", "new notice", "--by", "li-jing")[0] == 0
    (told,) = json.loads(run("programmes", "list", "--json")[1])
    assert (told["state"], told["paused_why"], told["left"]) == ("paused", "new notice", None)
    assert run("programmes", "resume", "trucks-2025", "--by", "li-jing")[0] == 0


def test_a_claim_is_shown_in_words_and_in_the_offices_own_time(run, naren, monkeypatch) -> None:
    claim = office.sent(naren, office.programme())
    text = run("claims", "show", claim.number)[1]
    assert "{" not in text, "no dictionaries"
    assert "Submitted" in text and "18,000.00 yuan" in text and "Xilinhot" in text
    sent = claim.steps.get().at
    assert timezone.localtime(sent).strftime("%Y-%m-%d %H:%M") in text
    assert sent.strftime("%Y-%m-%d %H:%M") not in text


def test_show_a_claim_and_take_a_step(run, naren, batu) -> None:
    claim = office.sent(naren, office.programme())

    told = json.loads(run("claims", "show", claim.number, "--json")[1])
    assert told["money"]["reserved"] == "18000.00"
    assert told["things"]["old_asset"].count("*") > 5
    assert [s["deed"] for s in told["steps"]] == ["submit"]
    assert claim.number in run("claims", "list", "--place", "1525", "--state", "submitted")[1]
    assert run("claims", "step", claim.number, "accept", "--by", "batu")[0] == 0
    code, _out, err = run("claims", "step", claim.number, "return", "--by", "batu")
    assert (code, "Say why" in err) == (1, True)
    assert run("claims", "show", "nothing")[0] == 1
    claim.refresh_from_db()
    assert claim.state == State.ACCEPTED


def test_top_ups_of_a_later_notice(run, naren, batu, qiqige, zhao, li_jing) -> None:
    programme = office.programme(
        "car-scrappage-2024", from_on=dt.date(2024, 4, 24), sampled_percent=0, notice_days=0
    )
    paid = granted(claimed(naren, programme), batu, qiqige, zhao)
    command = ("claims", "top-ups", programme.slug, "--known-on", "2024-07-25", "--json")

    assert json.loads(run(*command)[1]) == [{"claim": paid.number, "granted": "10000.00", "owed": "10000.00"}]
    (filed,) = json.loads(run(*command, "--file", "--by", "li-jing")[1])
    assert (filed["claim"], filed["amount"], filed["state"]) == (paid.number, "10000.00", "committed")
    assert json.loads(run(*command)[1]) == []


def test_let_the_line_go_on(run, naren) -> None:
    programme = office.programme(money="1.00")
    claim = office.sent(naren, programme)
    for source in ("centre", "region"):
        office.grant(programme, source, "90000.00", f"more-{source}")

    (told,) = json.loads(run("claims", "release-queue", programme.slug, "--json")[1])

    assert told == {"number": claim.number, "state": "submitted", "amount": "18000.00"}
    assert Claim.objects.get().state == State.SUBMITTED
