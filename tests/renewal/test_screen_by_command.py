"""`huanxin screen` and `huanxin packs release` as a script uses them: in processes of their own."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import small_packs
from tests.renewal.test_screen_what_exists import HEADERS, PUMPS

if TYPE_CHECKING:
    from pathlib import Path


def huanxin(var: Path, *args: str) -> subprocess.CompletedProcess[str]:
    around = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "LC_ALL")}
    around |= {"HUANXIN_VAR": str(var), "HUANXIN_DEV": "1", "COLUMNS": "200", "PYTHONUTF8": "1", "LANG": "en"}
    around["HUANXIN_PACKS"] = str(var / "packs")
    command = [sys.executable, "-m", "huanxin.cli", *args]
    return subprocess.run(command, capture_output=True, text=True, env=around, timeout=120, check=False)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    var = tmp_path_factory.mktemp("office")
    small_packs.write_all(var / "packs")
    with (var / "pumps.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADERS, *PUMPS])
    for args in (
        ("migrate",),
        ("demo", "--quick"),
        *(
            ("packs", "release", pack, "--by", "li-jing", "--second", "zhao")
            for pack in ("test-pump-age", "test-pump-grade")
        ),
        ("import", str(var / "pumps.csv"), "--kind", "test-pump"),
    ):
        done = huanxin(var, *args)
        assert done.returncode == 0, done.stderr
    return var


def test_a_script_gets_counts_and_sums_by_verdict_place_and_check(office):
    done = huanxin(office, "screen", "--kind", "test-pump", "--on", "2025-06-01", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["n"] == 6
    assert answer["unit"] == "kW"
    assert answer["by_verdict"]["must"] == {"n": 1, "measure": "20.0000"}
    assert sum(t["n"] for t in answer["by_league"]["1501"].values()) == 2
    too_old = next(c for c in answer["by_check"] if c["check"] == "too_old")
    assert (too_old["yes"]["n"], too_old["no"]["n"], too_old["cannot_tell"]["n"]) == (2, 3, 1)
    assert {(m["fact"], m["n"]) for m in answer["missing"]} == {("in_service_on", 1), ("grade", 1)}


def test_a_person_gets_a_table(office):
    done = huanxin(office, "screen", "--kind", "test-pump", "--on", "2025-06-01")
    assert done.returncode == 0, done.stderr
    assert "In service for less than the given years" in done.stdout


def test_a_day_without_packs_is_said_and_the_exit_code_tells(office):
    done = huanxin(office, "screen", "--kind", "test-pump", "--on", "2019-06-01")
    assert done.returncode == 1
    assert "2019-06-01" in done.stderr
    assert "Traceback" not in done.stderr


def test_one_person_alone_releases_nothing(office):
    small_packs.write_age(office / "packs", most=11)
    done = huanxin(office, "packs", "release", "test-pump-age", "--by", "li-jing", "--second", "li-jing")
    assert done.returncode == 1
    released = json.loads(huanxin(office, "packs", "released", "--json").stdout)
    before = next(r["digest"] for r in released if r["pack"] == "test-pump-age")
    done = huanxin(
        office, "packs", "release", "test-pump-age", "--by", "li-jing", "--second", "zhao", "--json"
    )
    assert list(json.loads(done.stdout)["released"]) == ["test-pump-age"]
    released = json.loads(huanxin(office, "packs", "released", "--json").stdout)
    assert next(r["digest"] for r in released if r["pack"] == "test-pump-age") != before


def test_a_screening_without_a_kind_or_with_a_pack_of_another_says_which_is_the_mistake(office):
    day = ("--on", "2025-06-01")
    none = huanxin(office, "screen", *day)
    assert none.returncode == 1 and "--kind" in none.stderr and "--all" in none.stderr, none.stderr
    strange = huanxin(office, "screen", "--kind", "test-pump", "--pack", "test-pump-agee", *day)
    assert "There is no pack “test-pump-agee”. Did you mean: test-pump-age" in strange.stderr, strange.stderr
    other = huanxin(office, "screen", "--kind", "test-pump", "--pack", "lift-safety", *day)
    assert other.returncode == 1 and "lift-safety" in other.stderr, other.stderr
    assert "judges" in other.stderr and "Test pump (test-pump)" in other.stderr, other.stderr


def test_what_is_unverified_is_said_in_words(office):
    done = huanxin(office, "screen", "--kind", "test-pump", "--on", "2025-06-01")
    assert "Unverified in Grade of pumps: Not of the third grade" in done.stdout, done.stdout


def test_releasing_an_unchanged_pack_says_so_and_one_person_twice_is_refused(office):
    small_packs.write_grade(office / "packs")
    again = huanxin(office, "packs", "release", "test-pump-grade", "--by", "li-jing", "--second", "zhao")
    assert again.returncode == 0 and "already released" in again.stderr, again.stderr
    alone = huanxin(office, "packs", "release", "test-pump-grade", "--by", "li-jing", "--second", "li-jing")
    assert alone.returncode == 1 and "two different people" in alone.stderr, alone.stderr


@pytest.mark.parametrize("code", ["abc", "9999"])
def test_a_place_that_is_none_is_refused_with_its_code(office, code):
    done = huanxin(office, "screen", "--kind", "test-pump", "--on", "2025-06-01", "--place", code)
    assert (done.returncode, f"There is no place with the code “{code}”." in done.stderr) == (1, True)
