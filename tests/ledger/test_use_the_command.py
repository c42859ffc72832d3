"""`huanxin ledger` as a script uses it."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from huanxin.foundation.access import services as access
from huanxin.ledger import cli
from tests.ledger.conftest import CAR, by_hand

pytestmark = pytest.mark.django_db

RUNNER = CliRunner()


def run(*args: str) -> tuple[int, str]:
    done = RUNNER.invoke(cli.app, args)
    if done.exception is not None and not isinstance(done.exception, SystemExit | typer.Exit):
        raise done.exception
    return done.exit_code, done.output


def test_a_budget_is_opened_granted_and_shown(db) -> None:
    assert run("open", "car-2026", "15", "centre", "--lanes", "3")[0] == 0
    for _again in range(2):
        assert run("grant", "car-2026", "15", "centre", "100.00", "--document", "12")[0] == 0
    code, text = run("show", "--json")
    assert code == 0
    assert json.loads(text) == [
        {
            "programme": "car-2026", "place": "15", "source": "centre", "granted": "100.00",
            "available": "100.00", "reserved": "0.00", "committed": "0.00", "paid": "0.00",
            "recovered": "0.00",
        }
    ]  # fmt: skip
    text = run("show")[1]
    assert "100.00" in text
    assert max(len(line) for line in text.splitlines()) <= 80


@pytest.mark.parametrize(
    "args",
    [
        ("open", "car-2026", "15", "moon"),
        ("open", "car-2026", "1", "centre"),
        ("grant", "none-2026", "15", "centre", "1", "--document", "1"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(db, args) -> None:
    code, text = run(*args)
    assert code == 1 and text.strip()


def test_floats_and_thirds_of_cents_are_refused(budgets) -> None:
    assert run("grant", CAR, "15", "centre", "0.005", "--document", "x")[0] == 1


def test_somebody_without_a_mandate_to_pay_is_refused(sun) -> None:
    assert run("open", "car-2026", "15", "centre", "--by", "sun")[0] == 1
    person = access.add_person("league")
    access.give_mandate(person, "finance", "1525", by=None)
    assert run("open", "car-2026", "15", "league", "--by", "league")[0] == 1
    assert run("open", "car-2026", "1525", "league", "--by", "league")[0] == 0


def test_verify_leaves_with_1_and_names_the_row(budgets) -> None:
    code, text = run("verify", "--json")
    told = json.loads(text)
    assert (code, told["ok"], told["transfers"], len(told["heads"])) == (0, True, 5, 5)
    with by_hand() as cursor:
        cursor.execute("UPDATE ledger_transfer SET cents = 1 WHERE key = 'grant-2#1'")
    code, text = run("verify", "--json")
    assert (code, json.loads(text)["ok"]) == (1, False)
    code, text = run("verify", CAR)
    assert code == 1 and "grant-2#1" in text
