"""Screening the registry by the packs in force, at the front doors."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import duckdb
import pytest

from huanxin import policy
from huanxin.registry import queries as registry
from huanxin.registry import services as registering
from huanxin.renewal import queries, services
from huanxin.renewal.screening.models import Screening
from huanxin.renewal.screening.queries import BadFilter, Filters
from huanxin.renewal.screening.services import carry_out
from huanxin.rulebook import services as rulebook
from huanxin.rulebook.models import Release
from tests import small_packs

ON = dt.date(2025, 6, 1)
KIND = "test-pump"
HEADERS = ["出厂编号", "名称", "功率", "投运日期", "能效等级", "盟市"]
PUMPS = [
    ["SN-0001", "一号泵", "5", "2010-05-01", "二级", "呼和浩特市"],
    ["SN-0002", "二号泵", "20", "2000-05-01", "三级", "呼和浩特市"],
    ["SN-0003", "三号泵", "20", "2000-05-01", "一级", "包头市"],
    ["SN-0004", "四号泵", "20", "", "二级", "包头市"],
    ["SN-0005", "五号泵", "20", "2020-05-01", "", "赤峰市"],
    ["SN-0006", "六号泵", "5", "1990-05-01", "三级", "赤峰市"],
]


@pytest.fixture
def packs(tmp_path, monkeypatch):
    root = small_packs.write_all(tmp_path / "packs")
    monkeypatch.setenv("HUANXIN_PACKS", str(root))
    return root


@pytest.fixture
def pumps(packs, tmp_path, li_jing, zhao):
    registering.load_places()
    bring_in(PUMPS, tmp_path, li_jing)
    for pack_id in ("test-pump-age", "test-pump-grade"):
        rulebook.release_one(pack_id, by=li_jing, second=zhao)


def bring_in(rows, folder: Path, by) -> None:
    sheet = folder / "pumps.csv"
    with sheet.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADERS, *rows])
    done = registering.import_assets(sheet, KIND, by=by)
    assert done.n_refused == 0, Path(done.error_sheet).read_bytes()[:500]


def verdict_by_name(run: Screening) -> dict[str, str]:
    return {row.name: row.verdict for row in queries.verdicts(run).rows}


def rows_judged(run: Screening) -> dict[str, int]:
    return run.evaluated[KIND]


def test_every_thing_gets_the_gravest_verdict_of_the_packs_in_force(pumps, li_jing):
    run = services.screen([KIND], on=ON, by=li_jing)

    assert verdict_by_name(run) == {
        "一号泵": "fine",
        "二号泵": "must",
        "三号泵": "should",
        "四号泵": "undecided",
        "五号泵": "undecided",
        "六号泵": "should",
    }


def test_sums_by_verdict_place_and_check_add_up_with_their_measure(pumps, li_jing):
    sums = queries.sums(services.screen([KIND], on=ON, by=li_jing))

    assert sums.n == 6
    assert {v: (t.n, int(t.measure)) for v, t in sums.by_verdict.items()} == {
        "must": (1, 20),
        "should": (2, 25),
        "undecided": (2, 40),
        "fine": (1, 5),
    }
    assert {code: sum(t.n for t in found.values()) for code, found in sums.by_league.items()} == {
        "1501": 2,
        "1502": 2,
        "1504": 2,
    }
    too_old = next(c for c in sums.checks if c.check == "too_old")
    assert (too_old.yes.n, too_old.no.n, too_old.cannot_tell.n) == (2, 3, 1)
    assert {(m.fact, m.n) for m in sums.missing} == {("in_service_on", 1), ("grade", 1)}
    assert sums.unverified.keys() == {"test-pump-grade"}


def test_the_list_is_filtered_by_verdict_place_check_and_missing_fact(pumps, li_jing):
    run = services.screen([KIND], on=ON, by=li_jing)

    def names(**wanted: str) -> list[str]:
        return [row.name for row in queries.verdicts(run, Filters(**wanted)).rows]

    assert names(verdict="must") == ["二号泵"]
    assert names(place="1502") == ["三号泵", "四号泵"]
    assert names(missing="grade") == ["五号泵"]
    assert names(check="test-pump-age.too_old", answer="unknown") == ["四号泵"]
    assert names(order="oldest")[0] == "六号泵"
    with pytest.raises(BadFilter):
        names(check="test-pump-age.no_such_check")
    with pytest.raises(BadFilter):
        names(check='x" OR 1=1 --')


def test_pages_follow_each_other_and_hold_every_thing_once(pumps, li_jing):
    run = services.screen([KIND], on=ON, by=li_jing)
    for order in ("asset", "oldest", "largest"):
        seen, after = [], ""
        while True:
            page = queries.verdicts(run, Filters(order=order), after=after, limit=2)
            assert page.n == 6
            seen += [row.name for row in page.rows]
            after = page.next
            if not after:
                break
        assert sorted(seen) == sorted(row[1] for row in PUMPS)


def test_a_rerun_gives_the_same_answer_and_judges_nothing_again(pumps, li_jing):
    first = services.screen([KIND], on=ON, by=li_jing)
    again = services.rerun(first, by=li_jing)

    assert again.result_digest == first.result_digest
    assert again.summary == first.summary
    assert rows_judged(first) == {"test-pump-age": 6, "test-pump-grade": 6}
    assert rows_judged(again) == {"test-pump-age": 0, "test-pump-grade": 0}


def test_a_changed_pack_is_judged_again_and_the_other_is_not(pumps, packs, li_jing, zhao):
    before = services.screen([KIND], on=ON, by=li_jing)
    small_packs.write_age(packs, most=10)
    rulebook.release_one("test-pump-age", by=li_jing, second=zhao)

    after = services.screen([KIND], on=ON, by=li_jing)

    assert rows_judged(after) == {"test-pump-age": 6, "test-pump-grade": 0}
    assert verdict_by_name(after)["一号泵"] == "should"
    found = queries.compare(after, before)
    assert found.changed_packs == ["test-pump-age"]
    assert [(m.before, m.after, m.n) for m in found.moved if m.before != m.after] == [("fine", "should", 1)]
    assert [(c.what, c.pack, c.name, c.n) for c in found.causes] == [("rule", "test-pump-age", "too_old", 1)]


def test_only_changed_things_are_judged_again_and_the_fact_is_named(pumps, tmp_path, li_jing):
    before = services.screen([KIND], on=ON, by=li_jing)
    bring_in([["SN-0005", "五号泵", "20", "2020-05-01", "三级", "赤峰市"]], tmp_path, li_jing)

    after = services.screen([KIND], on=ON, by=li_jing)

    assert rows_judged(after) == {"test-pump-age": 1, "test-pump-grade": 1}
    assert verdict_by_name(after)["五号泵"] == "must"
    assert [(c.what, c.name, c.n) for c in queries.compare(after, before).causes] == [("fact", "grade", 1)]


def test_an_old_run_is_repeated_by_the_packs_as_they_were(pumps, packs, li_jing, zhao):
    first = services.screen([KIND], on=ON, by=li_jing)
    small_packs.write_age(packs, most=10)
    rulebook.release_one("test-pump-age", by=li_jing, second=zhao)

    assert services.rerun(first, by=li_jing).result_digest == first.result_digest


def test_the_reasons_of_a_thing_name_check_facts_and_what_is_missing(pumps, li_jing):
    run = services.screen([KIND], on=ON, by=li_jing)
    fifth = next(row for row in queries.verdicts(run).rows if row.name == "五号泵")

    found = queries.reasons(fifth.asset, run)

    grade = next(decision for _pack, decision in found.decisions if decision.pack == "test-pump-grade")
    assert (grade.verdict, grade.needs) == ("undecided", ("grade",))
    assert found.verdict.missing == ("grade",)
    latest, verdict = queries.verdict_of(fifth.asset)
    assert (latest.pk, verdict.verdict) == (run.pk, "undecided")


def test_reasons_stay_those_of_the_run_when_the_thing_changes(pumps, tmp_path, li_jing):
    run = services.screen([KIND], on=ON, by=li_jing)
    fifth = next(row for row in queries.verdicts(run).rows if row.name == "五号泵")
    bring_in([["SN-0005", "五号泵", "20", "2020-05-01", "三级", "赤峰市"]], tmp_path, li_jing)
    assert queries.reasons(fifth.asset, run).facts["grade"] is None


def test_a_pack_that_fails_is_named_and_stops_only_itself(pumps, li_jing):
    whole = services.screen([KIND], on=ON, by=li_jing)
    Release.objects.filter(pack_id="test-pump-grade").update(canonical=b"{}")

    run = services.rerun(whole, by=li_jing)

    assert run.state == "done"
    assert list(run.problems) == ["test-pump-grade"]
    assert verdict_by_name(run)["二号泵"] == "should"


def test_if_every_pack_fails_the_run_says_so(pumps, li_jing):
    whole = services.screen([KIND], on=ON, by=li_jing)
    Release.objects.update(canonical=b"{}")
    with pytest.raises(services.EveryPackFailed):
        services.rerun(whole, by=li_jing)
    failed = Screening.objects.latest("id")
    assert failed.state == "failed" and "test-pump-age" in failed.why_failed


def test_without_a_pack_in_force_nothing_is_screened_and_the_message_says_why(pumps, li_jing):
    with pytest.raises(services.NothingToScreen, match="2019-06-01"):
        services.screen([KIND], on=dt.date(2019, 6, 1), by=li_jing)
    with pytest.raises(services.NothingToScreen, match="no-such-kind"):
        services.screen(["no-such-kind"], on=ON, by=li_jing)
    assert not Screening.objects.exists()


def test_a_screening_of_one_league_holds_only_its_things(pumps, li_jing):
    run = services.screen([KIND], place="1502", on=ON, by=li_jing)
    assert sorted(verdict_by_name(run)) == ["三号泵", "四号泵"]


def test_the_verdicts_equal_those_of_the_engine_over_the_whole_snapshot(pumps, packs, tmp_path, li_jing):
    services.screen([KIND], on=ON, by=li_jing)
    bring_in([["SN-0001", "一号泵", "50", "1999-05-01", "三级", "呼和浩特市"]], tmp_path, li_jing)
    run = services.screen([KIND], on=ON, by=li_jing)

    whole = tmp_path / "whole.parquet"
    library = policy.Library()
    both = [library.pack("test-pump-age"), library.pack("test-pump-grade")]
    policy.screen(both, Path(registry.snapshot(KIND).path), whole, on=ON)

    differing = (
        duckdb.connect()
        .execute(
            f"SELECT count(*) FROM '{run.results(KIND)}' a FULL JOIN '{whole}' b USING (asset)"
            " WHERE a.verdict IS DISTINCT FROM b.verdict"
            ' OR a."test-pump-age.too_old" IS DISTINCT FROM b."test-pump-age.too_old"'
            ' OR a."test-pump-grade.no_third_grade" IS DISTINCT FROM b."test-pump-grade.no_third_grade"'
        )
        .fetchone()
    )
    assert differing == (0,)


def test_a_run_whose_process_fell_silent_is_marked_failed(pumps, li_jing):
    run = services.screen([KIND], on=ON, by=li_jing)
    long_ago = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    Screening.objects.filter(pk=run.pk).update(state="running", beat_at=long_ago)
    run.refresh_from_db()
    assert services.look_after(run).state == "failed"


def test_a_run_that_was_stopped_before_its_process_began_stays_stopped(pumps, li_jing, monkeypatch):
    monkeypatch.setattr("subprocess.Popen", lambda *_command, **_how: None)
    run = services.start([KIND], on=ON, by=li_jing)
    services.stop(Screening.objects.get(pk=run.pk), by=li_jing)
    done = carry_out(run)
    assert (done.state, li_jing.username in done.why_failed) == ("failed", True)
    assert not run.results(KIND).exists()
