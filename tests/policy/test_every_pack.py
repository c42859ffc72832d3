"""The packs that we ship: nothing wrong with any, every worked case as it should come out."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import duckdb
import pytest

from huanxin import policy
from huanxin.policy.cases import read_cases
from huanxin.policy.sources import codes_in
from huanxin.registry import queries as registry

LIBRARY = policy.Library([policy.pack_folders()[0]])
JUDGING = [i for i in LIBRARY.ids() if LIBRARY.pack(i).kind != "asset"]


@pytest.mark.parametrize("pack_id", LIBRARY.ids())
def test_nothing_is_wrong_with_the_pack(pack_id: str) -> None:
    assert [str(p) for p in policy.check(LIBRARY.path(pack_id), LIBRARY)] == []


@pytest.mark.parametrize("pack_id", JUDGING)
def test_its_archived_form_is_the_same_pack(pack_id: str) -> None:
    pack = LIBRARY.pack(pack_id)
    again = policy.Pack.from_canonical(pack.canonical())
    assert again.digest == pack.digest
    case, _line = read_cases(LIBRARY.path(pack_id))[0][0]
    facts = policy.read_facts(pack, case.facts)
    assert policy.decide(again, facts, case.on, case.known_on) == policy.decide(
        pack, facts, case.on, case.known_on
    )


@pytest.mark.parametrize("pack_id", JUDGING)
def test_a_million_rows_are_judged_like_one(pack_id: str, tmp_path: Path) -> None:
    """Each case as a row of a file: the bulk query says what the single decision says."""
    pack = LIBRARY.pack(pack_id)
    cases = [case for case, _line in read_cases(LIBRARY.path(pack_id))[0] if case.known_on in (None, case.on)]
    for on in {case.on for case in cases}:
        chosen = [case for case in cases if case.on == on]
        out = _screened(pack, [policy.read_facts(pack, c.facts) for c in chosen], on, tmp_path)
        for case, row in zip(chosen, out, strict=True):
            decision = policy.decide(pack, case.facts, on)
            assert row["verdict"] == decision.verdict, case.case.en
            assert row.get(f"{pack.id}.amount") == decision.amount
            for check in decision.checks:
                assert row[f"{pack.id}.{check.id}"] is check.value


def _screened(
    pack: policy.Pack, rows: list[dict[str, policy.Value | None]], on: dt.date, folder: Path
) -> list[dict[str, object]]:
    con = duckdb.connect()
    columns = ", ".join(f'"{f.name}" {f.duck_type}' for f in pack.facts.values())
    con.execute(f"CREATE TABLE cases (asset BIGINT, place VARCHAR, {columns})")
    marks = ", ".join("?" for _ in range(len(pack.facts) + 2))
    for number, row in enumerate(rows):
        con.execute(f"INSERT INTO cases VALUES ({marks})", [number, "1525", *(row[n] for n in pack.facts)])
    cases, out = folder / "cases.parquet", folder / "out.parquet"
    con.execute(f"COPY cases TO '{cases}' (FORMAT parquet)")
    summary = policy.screen([pack], cases, out, on=on)
    assert summary.n == len(rows) == sum(t.n for t in summary.by_verdict.values())
    found = con.execute(f"SELECT * FROM '{out}' ORDER BY asset")
    names = [c[0] for c in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize("pack_id", LIBRARY.ids())
def test_every_code_of_a_source_is_explained(pack_id: str) -> None:
    pack = LIBRARY.pack(pack_id)
    assert set(codes_in(pack)) == set(policy.sources(pack)), "add the code to packs/sources.csv"


def _identities() -> list[tuple[str, str, str, str]]:
    """Every example of something that is told by its number: pack, name, scheme, example."""
    found = []
    for pack_id in LIBRARY.ids():
        pack = LIBRARY.pack(pack_id)
        for name, thing in pack.things.items():
            identity = LIBRARY.pack(thing.kind).identity if thing.kind else None
            scheme = identity.scheme if identity else thing.scheme
            found.append((pack_id, name, str(scheme), thing.example))
        if pack.identity is not None:
            example = pack.facts[pack.identity.fact].example
            found.append((pack_id, pack.identity.fact, pack.identity.scheme, example))
    return [(*about, str(example)) for *about, example in found if example is not None]


@pytest.mark.parametrize(("pack_id", "name", "scheme", "example"), _identities())
def test_an_example_of_a_number_is_one_that_the_office_takes(
    pack_id: str, name: str, scheme: str, example: str
) -> None:
    assert registry.normalised_as(scheme, example)


def test_every_explained_code_is_named_by_a_pack() -> None:
    with (policy.pack_folders()[0] / "sources.csv").open(encoding="utf-8", newline="") as lines:
        explained = {row["code"] for row in csv.DictReader(lines)}
    named = {code for pack_id in LIBRARY.ids() for code in codes_in(LIBRARY.pack(pack_id))}
    assert explained - named == set(), "remove it from packs/sources.csv, or name it where it was read"
