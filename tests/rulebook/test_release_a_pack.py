"""Putting a pack in force takes two people, and what was in force once can be repeated."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from huanxin import policy
from huanxin.rulebook import queries, services
from huanxin.rulebook.models import Release
from tests import small_packs

ON = dt.date(2025, 6, 1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def own_packs(tmp_path, monkeypatch):
    """An office's own folder of packs beside ours."""
    monkeypatch.setenv("HUANXIN_PACKS", str(small_packs.write_all(tmp_path / "packs")))
    return tmp_path / "packs"


def test_a_pack_is_in_force_once_a_second_person_has_signed(own_packs, li_jing, zhao):
    release = services.propose("test-pump-age", by=li_jing)
    assert queries.packs_for("test-pump", ON) == []

    services.countersign(release, by=zhao)

    assert [p.id for p in queries.packs_for("test-pump", ON)] == ["test-pump-age"]
    assert queries.pack("test-pump-age", ON).digest == release.digest


def test_who_proposed_may_not_countersign(own_packs, li_jing):
    release = services.propose("test-pump-age", by=li_jing)
    with pytest.raises(services.SamePerson):
        services.countersign(release, by=li_jing)
    assert queries.packs_for("test-pump", ON) == []


def test_the_database_itself_refuses_one_person_twice(own_packs, li_jing):
    release = services.propose("test-pump-age", by=li_jing)
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.filter(pk=release.pk).update(
            countersigned_by=li_jing, countersigned_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
        )


def test_a_pack_with_a_mistake_is_not_proposed_and_says_where(own_packs, li_jing):
    small_packs.write_grade(own_packs, holds="grad <> 'c'")
    with pytest.raises(policy.PackError) as refused:
        services.propose("test-pump-grade", by=li_jing)
    assert "grade" in str(refused.value)


def test_a_pack_whose_worked_cases_fail_is_not_proposed(own_packs, li_jing):
    small_packs.write_grade(own_packs, holds="grade <> 'b'")
    with pytest.raises(services.CasesFail) as refused:
        services.propose("test-pump-grade", by=li_jing)
    said = str(refused.value)
    assert "test-pump-grade" in said
    assert said.count("1") == 2, "how many fail, and of how many"
    assert "三级" in said, "the first case that fails, by its name"


def test_all_packs_are_released_and_the_broken_one_is_named(own_packs, li_jing, zhao):
    small_packs.write_grade(own_packs, holds="grad <> 'c'")
    done, refused = services.release_all(by=li_jing, second=zhao)
    assert {"test-pump", "test-pump-age"} <= {r.pack_id for r in done}
    assert "test-pump-grade" in refused
    again, _refused = services.release_all(by=li_jing, second=zhao)
    assert again == []


def test_a_changed_pack_counts_at_once_and_the_old_one_can_be_repeated_to_the_cent(own_packs, li_jing, zhao):
    services.release_one("test-pump-age", by=li_jing, second=zhao)
    old = queries.pack("test-pump-age", ON)
    facts = {"in_service_on": dt.date(2010, 1, 1), "power_kw": Decimal("7.50")}
    then = policy.decide(old, facts, ON)

    small_packs.write_age(own_packs, most=10)
    services.release_one("test-pump-age", by=li_jing, second=zhao)

    now = policy.decide(queries.pack("test-pump-age", ON), facts, ON)
    assert (then.verdict, now.verdict) == ("fine", "should")
    assert policy.decide(queries.by_digest(old.digest), facts, ON).as_json() == then.as_json()


def test_a_withdrawn_release_gives_way_to_the_one_before(own_packs, li_jing, zhao):
    first = services.release_one("test-pump-age", by=li_jing, second=zhao)
    small_packs.write_age(own_packs, most=10)
    second = services.release_one("test-pump-age", by=li_jing, second=zhao)

    services.withdraw(second, by=zhao, reason="年限写错")

    assert queries.pack("test-pump-age", ON).digest == first.digest
    assert queries.by_digest(second.digest).id == "test-pump-age"
    with pytest.raises(services.ReleaseRefused):
        services.withdraw(first, by=zhao, reason="  ")


def test_a_pack_is_not_in_force_before_its_first_day(own_packs, li_jing, zhao):
    services.release_one("test-pump-age", by=li_jing, second=zhao)
    assert queries.packs_for("test-pump", dt.date(2019, 12, 31)) == []
    with pytest.raises(queries.NotInForce):
        queries.pack("test-pump-age", dt.date(2019, 12, 31))


def test_an_archive_that_was_altered_is_refused(own_packs, li_jing, zhao):
    release = services.release_one("test-pump-age", by=li_jing, second=zhao)
    Release.objects.filter(pk=release.pk).update(canonical=bytes(release.canonical).replace(b"20", b"99"))
    with pytest.raises(queries.UnknownDigest):
        queries.by_digest(release.digest)


def test_a_sample_office_signs_for_nobody_elses_folder(own_packs):
    """`make run` once put an office's unsigned packs in force in the names of two who never saw them."""
    from huanxin.web import demo

    list(demo.tell(quick=True, progress=lambda _what: nullcontext(lambda *_told: None)))
    released = set(Release.objects.values_list("pack_id", flat=True))
    assert "lift-safety" in released
    assert not released & {"test-pump-age", "test-pump-grade"}
