"""The pages of the rulebook: reading, trying and releasing a pack."""

from __future__ import annotations

import pytest
from django.urls import reverse

from huanxin.rulebook import queries, services
from tests import small_packs
from tests.rulebook.test_release_a_pack import ON, own_packs  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client, li_jing):
    client.force_login(li_jing)
    return client


def test_the_list_shows_drafts_and_what_is_wrong(officer, own_packs):  # noqa: F811
    small_packs.write_grade(own_packs, holds="grad <> 'c'")
    text = officer.get(reverse("rulebook:packs"), {"q": "test-pump"}).content.decode()
    assert "test-pump-age" in text
    assert "ui-mark-bad" in text


def test_a_pack_reads_as_a_document_with_its_figures_history(officer, own_packs):  # noqa: F811
    text = officer.get(reverse("rulebook:pack", args=["test-pump-age"])).content.decode()
    for shown in ("试验〔2024〕1号", "第一条", "投运不满规定年限", "最长年限", "2020年1月1日", "投运日期"):
        assert shown in text


def test_who_pays_which_part_is_said_in_words(officer):
    text = officer.get(reverse("rulebook:pack", args=["car-scrappage-2024"])).content.decode()
    assert "中央 95 % · 自治区 5 %" in text


def test_two_people_release_a_pack_from_the_page(officer, client, own_packs, zhao):  # noqa: F811
    officer.post(reverse("rulebook:propose", args=["test-pump-age"]))
    release = queries.waiting().get()
    officer.post(reverse("rulebook:countersign", args=[release.pk]))
    assert queries.packs_for("test-pump", ON) == []
    client.force_login(zhao)
    client.post(reverse("rulebook:countersign", args=[release.pk]))
    assert [p.id for p in queries.packs_for("test-pump", ON)] == ["test-pump-age"]


def test_a_reader_may_not_release(client, batu, own_packs):  # noqa: F811
    client.force_login(batu)
    assert client.post(reverse("rulebook:propose", args=["test-pump-age"])).status_code == 403


def test_trying_a_pack_gives_the_verdict_its_reasons_and_what_is_needed(officer, own_packs):  # noqa: F811
    address = reverse("rulebook:try", args=["test-pump-age"])
    old = officer.get(address, {"on": "2025-06-01", "f-in_service_on": "2000-01-01"}).content.decode()
    assert "第一条" in old and "2000-01-01" in old
    unknown = officer.get(address, {"on": "2025-06-01"}).content.decode()
    assert "投运日期" in unknown
    wrong = officer.get(address, {"on": "2025-06-01", "f-in_service_on": "2000-13-01"})
    assert wrong.status_code == 422
    assert "13" in wrong.content.decode()


def test_a_changed_figure_is_shown_beside_the_released_one(officer, own_packs, li_jing, zhao):  # noqa: F811
    release = services.release_one("test-pump-age", by=li_jing, second=zhao)
    small_packs.write_age(own_packs, most=10)
    page = officer.get(reverse("rulebook:compare", args=["test-pump-age"]), {"before": release.digest})
    assert "<del>20</del>" in page.content.decode()
    assert "<ins>10</ins>" in page.content.decode()


def test_whoever_countersigns_reads_what_the_new_text_changes(client, own_packs, li_jing, zhao):  # noqa: F811
    """The comparison once ran from the proposal to the text in force: what was added read as taken out."""
    in_force = services.release_one("test-pump-age", by=li_jing, second=zhao)
    small_packs.write_age(own_packs, most=10)
    proposed = services.propose("test-pump-age", by=li_jing)
    client.force_login(zhao)
    page = client.get(reverse("rulebook:pack", args=["test-pump-age"])).content.decode()
    compare = f"?before={in_force.digest}&amp;after={proposed.digest}"
    assert page.count(compare) == 2
    assert f'href="?digest={proposed.digest}"' in page
    changed = client.get(
        reverse("rulebook:compare", args=["test-pump-age"]),
        {"before": in_force.digest, "after": proposed.digest},
    ).content.decode()
    assert "<del>20</del>" in changed and "<ins>10</ins>" in changed
    read = client.get(reverse("rulebook:pack", args=["test-pump-age"]), {"digest": proposed.digest})
    assert "这不是施行中的文本" in read.content.decode()


def test_a_pack_of_the_office_that_overrides_another_says_so(officer, own_packs, tmp_path, monkeypatch):  # noqa: F811
    import os

    own = tmp_path / "own"
    small_packs.write_age(own, most=15)
    small_packs.write_kind(own)
    monkeypatch.setenv("HUANXIN_PACKS", os.pathsep.join([str(own_packs), str(own)]))
    text = officer.get(reverse("rulebook:pack", args=["test-pump-age"])).content.decode()
    assert str(own_packs) in text
