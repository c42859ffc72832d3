"""`huanxin packs …`, `decide`, `whatif` as an official and a script use them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.policy.writing import write

FACTS = """
invoiced_on: 2026-05-02
new_registered_on: 2026-05-02
recycled_on: 2026-05-02
deregistered_on: 2026-05-02
same_person: 是
old_is_passenger: true
old_fuel: 汽油
old_registered_on: 2013-06-30
old_owned_since: 2013-07-01
same_province: 是
claimed_this_year: 否
new_fuel: nev
price: 150000
"""


def huanxin(*arguments: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("huanxin")
    return subprocess.run(
        [str(command), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "HUANXIN_LANG": "en", **env},
        check=False,
    )


def test_a_script_reads_the_decision(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text(FACTS, encoding="utf-8")
    done = huanxin(
        "decide", "car-scrappage-2026", str(tmp_path / "facts.yaml"), "--on", "2026-06-01", "--json"
    )
    plain = json.loads(done.stdout)
    assert done.returncode == 0
    assert (plain["verdict"], plain["amount"], plain["needs"]) == ("eligible", "18000.00", [])
    assert {"id", "value", "clause", "facts"} <= plain["checks"][0].keys()


def test_a_person_reads_what_is_missing(tmp_path: Path) -> None:
    done = huanxin(
        "decide", "car-scrappage-2026", "-", "--on", "2026-06-01", stdin=FACTS.replace("price", "#")
    )
    assert "cannot tell yet" in done.stdout and "Price of the new car" in done.stdout


def test_a_bad_fact_is_said_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text(
        FACTS.replace("2013-06-30", "2013.13.01") + "colour: red\n", encoding="utf-8"
    )
    done = huanxin("decide", "car-scrappage-2026", str(tmp_path / "facts.yaml"), "--on", "2026-06-01")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "facts.yaml:9: old_registered_on" in done.stderr and "no month 13" in done.stderr
    assert "colour" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("decide", "no-such-pack", "-", "--on", "2026-06-01"), 1),
        (("decide", "car-scrappage-2026", "nowhere.yaml", "--on", "2026-06-01"), 1),
        (("decide", "car-scrappage-2026", "-", "--on", "June"), 2),
        (("decide", "car-scrappage-2026", "-"), 2),
        (("packs", "show", "no-such-pack"), 1),
        (("packs", "check", "no-such-pack"), 1),
        (("whatif", "car-scrappage-2026", "nowhere.csv", "--on", "2026-06-01", "--set", "cap_nev=1"), 1),
    ],
)
def test_a_mistake_gets_a_sentence_and_its_exit_code(arguments: tuple[str, ...], code: int) -> None:
    done = huanxin(*arguments)
    assert done.returncode == code and done.stderr.strip()
    assert "Traceback" not in done.stderr + done.stdout


def test_a_pack_is_shown_with_the_history_of_its_figures() -> None:
    shown = huanxin("packs", "show", "car-scrappage-2024", COLUMNS="200").stdout
    assert "2024-07-25" in shown and "10000" in shown and "20000" in shown
    plain = json.loads(huanxin("packs", "show", "car-scrappage-2024", "--json").stdout)
    assert "new_fuel" in plain["facts"] and len(plain["parameters"]["amount_nev"]["values"]) == 2


def test_packs_check_and_test_pass_and_count() -> None:
    done = huanxin("packs", "check", "lift-safety", "coal-unit-renewal", "--json")
    assert done.returncode == 0 and json.loads(done.stdout) == {"packs": 2, "problems": []}
    assert "0 failed" in huanxin("packs", "test", "lift-safety").stdout


def test_an_offices_own_pack_stands_in_the_place_of_ours(tmp_path: Path) -> None:
    ours = Path(__file__).parents[2] / "packs" / "duties" / "lift-safety"
    own = tmp_path / "own" / "duties" / "lift-safety"
    own.mkdir(parents=True)
    for name in ("pack.yaml", "cases.yaml"):
        (own / name).write_text(
            (ours / name).read_text(encoding="utf-8").replace("老旧电梯", "本市电梯"), encoding="utf-8"
        )
    listed = huanxin("packs", "list", HUANXIN_PACKS=str(tmp_path / "own"), COLUMNS="300").stdout
    assert "in place of" in listed
    shown = huanxin(
        "packs", "show", "lift-safety", HUANXIN_PACKS=str(tmp_path / "own"), HUANXIN_LANG="zh"
    ).stdout
    assert "本市电梯" in shown


def test_what_if_tells_who_gains_and_what_it_costs(tmp_path: Path) -> None:
    claims = tmp_path / "claims.parquet"
    duckdb.connect().execute(
        f"""COPY (SELECT DATE '2026-05-02' AS invoiced_on, DATE '2026-05-02' AS new_registered_on,
        DATE '2026-05-02' AS recycled_on, DATE '2026-05-02' AS deregistered_on,
        true AS same_province, false AS claimed_this_year, true AS same_person,
        true AS old_is_passenger, 'petrol' AS old_fuel,
        DATE '2013-01-01' AS old_registered_on,
        DATE '2013-02-01' AS old_owned_since, 'nev' AS new_fuel, (100000 + 20000 * i)::DECIMAL(18,2) AS price
        FROM range(10) t(i)) TO '{claims}' (FORMAT parquet)"""
    )
    done = huanxin(
        *(
            "whatif",
            "car-scrappage-2026",
            str(claims),
            "--on",
            "2026-06-01",
            "--set",
            "cap_nev=15000",
            "--json",
        )
    )
    plain = json.loads(done.stdout)
    # 12 % reaches 15,000 at 125,000 yuan: two cars stay below the new cap, eight lose.
    assert (plain["n"], plain["gain"], plain["lose"]) == (10, 0, 8)
    assert plain["amount_before"] == "182400.00" and plain["amount_after"] == "146400.00"
    assert plain["cost"] == "-36000.00"


def test_what_is_read_from_the_standard_input_is_called_so_and_shares_are_in_words() -> None:
    wrong = huanxin("decide", "car-scrappage-2026", "-", "--on", "2026-06-01", stdin="price: much\n")
    assert wrong.stderr.startswith("stdin:1: price"), wrong.stderr
    said = huanxin("decide", "car-scrappage-2026", "-", "--on", "2026-06-01", stdin=FACTS, HUANXIN_LANG="zh")
    assert "centre" not in said.stdout + said.stderr
    assert "中央" in said.stdout, said.stdout


def test_an_escaped_character_beyond_the_basic_plane_is_one_in_a_file_of_facts(tmp_path: Path) -> None:
    body = """
    facts:
      name_: {type: text, ask: {zh: 名称, en: Name}}
    checks:
      - {id: named, says: {zh: 名, en: Named}, clause: 第一条, holds: "name_ = '𠮷野'"}
    """
    given = json.dumps({"name_": "𠮷野"})
    assert "\\ud842\\udfb7" in given
    done = huanxin("decide", str(write(tmp_path, body)), "-", "--on", "2024-06-01", "--json", stdin=given)
    assert json.loads(done.stdout)["verdict"] == "eligible", done.stderr
