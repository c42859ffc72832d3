"""Every pack's cases on Spark: verdicts, checks and amounts as DuckDB has them."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from huanxin import policy
from huanxin.policy import spark
from huanxin.policy.cases import Case, read_cases

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

pyspark = pytest.importorskip("pyspark", reason="pyspark is an optional extra: pip install 'huanxin[spark]'")
pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs a Java runtime (java)"),
    pytest.mark.filterwarnings("ignore"),
]
LIBRARY = policy.Library([policy.pack_folders()[0]])
JUDGING = [i for i in LIBRARY.ids() if LIBRARY.pack(i).kind != "asset"]


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    running = spark.session()
    yield running
    running.stop()


@pytest.mark.parametrize("pack_id", JUDGING)
def test_the_cases_come_out_alike(pack_id: str, session: Any) -> None:
    pack = LIBRARY.pack(pack_id)
    by_known: dict[dt.date, list[Case]] = {}
    latest = max(case.known_on or case.on for case, _line in read_cases(LIBRARY.path(pack_id))[0])
    for case, _line in read_cases(LIBRARY.path(pack_id))[0]:
        # Only a pack whose figures have two dates needs a query for each day of knowledge.
        dated = any(v.known_on for p in pack.parameters.values() for v in p.values)
        by_known.setdefault((case.known_on or case.on) if dated else latest, []).append(case)
    for known_on, cases in by_known.items():
        typed = [(policy.read_facts(pack, case.facts), case.on) for case in cases]
        for case, row in zip(cases, spark.judge_cases(session, pack, typed, known_on), strict=True):
            decision = policy.decide(pack, case.facts, case.on, known_on)
            assert row["verdict"] == decision.verdict, case.case.en
            assert row["amount"] == decision.amount, case.case.en
            assert row["checks"] == {check.id: check.value for check in decision.checks}, case.case.en
