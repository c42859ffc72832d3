"""A screening put together from what was judged before equals one that judges everything, for any change."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from huanxin import policy
from huanxin.renewal.screening import results
from tests import small_packs

ON = dt.date(2025, 6, 1)
DAYS = st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2024, 12, 31))
PUMPS = st.dictionaries(
    st.integers(1, 30),
    st.tuples(st.sampled_from([None, "1501", "150202"]), st.none() | st.integers(0, 40), DAYS,
              st.sampled_from([None, "a", "b", "c"])),
    min_size=1,
    max_size=12,
)  # fmt: skip


def write(pumps: dict, path: Path) -> Path:
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE pumps (asset BIGINT, place VARCHAR, sample BOOLEAN, serial_no VARCHAR, name VARCHAR,"
        " power_kw DECIMAL(18,2), in_service_on DATE, grade VARCHAR)"
    )
    for asset, (place, power, day, grade) in pumps.items():
        values = [asset, place, False, None, f"P{asset}", power, day, grade]
        connection.execute("INSERT INTO pumps VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
    connection.execute(f"COPY pumps TO '{path}' (FORMAT parquet)")
    connection.close()
    return path


@settings(max_examples=12, deadline=None)
@given(before=PUMPS, after=PUMPS, most=st.integers(5, 25))
def test_what_was_judged_before_is_used_again_and_the_answer_is_that_of_judging_everything(
    before, after, most
):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        small_packs.write_all(root / "packs")
        small_packs.write_age(root / "packs", most=most)
        library = policy.Library([root / "packs"])
        kind = library.pack("test-pump")
        packs = [library.pack("test-pump-age"), library.pack("test-pump-grade")]

        def judged(pumps: dict, name: str) -> tuple[Path, list[int], Path]:
            facts = results.keep_facts(write(pumps, root / f"{name}.snapshot"), name, root)
            parts = [results.evaluate(p, facts, root, on=ON, known_on=ON) for p in packs]
            out = root / f"{name}.verdicts"
            results.put_together(kind, parts, facts, out, on=ON, known_on=ON)
            return out, [part.n_judged for part in parts], facts

        judged(before, "before")
        out, n_judged, facts = judged(after, "after")

        # The place is no fact: a pump that only moved is not judged again.
        changed = sum(asset not in before or before[asset][1:] != pump[1:] for asset, pump in after.items())
        assert n_judged == [changed, changed]
        whole = root / "whole.parquet"
        policy.screen(packs, facts, whole, on=ON)
        columns = 'asset, place, verdict, "test-pump-age", "test-pump-age.too_old", "test-pump-grade"'
        differing = (
            f"(SELECT {columns} FROM read_parquet('{out}') EXCEPT ALL"
            f" SELECT {columns} FROM read_parquet('{whole}'))"
        )
        with duckdb.connect() as connection:
            assert connection.execute(f"SELECT count(*) FROM {differing}").fetchone() == (0,)
            n = connection.execute(f"SELECT count(*) FROM read_parquet('{out}')").fetchone()
        assert n == (len(after),)
