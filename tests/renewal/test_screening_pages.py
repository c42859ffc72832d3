"""The pages of screening as a reviewer and a reader meet them."""

from __future__ import annotations

import csv
import io

import duckdb
import pytest
from django.urls import reverse

from huanxin.foundation.access import services as access
from huanxin.registry import queries as registry
from huanxin.renewal import queries, services
from tests.renewal.test_screen_what_exists import KIND, ON, packs, pumps  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def fans(packs):  # noqa: F811
    from tests import small_packs

    small_packs.write_fan(packs)


@pytest.fixture
def run(pumps, li_jing):  # noqa: F811
    return services.screen([KIND], on=ON, by=li_jing)


@pytest.fixture
def officer(client, li_jing):
    client.force_login(li_jing)
    return client


def test_a_run_shows_its_counts_checks_missing_facts_and_list(officer, run):
    page = officer.get(reverse("renewal:screening", args=[run.pk]))
    assert page.status_code == 200
    text = page.content.decode()
    assert "?place=1501#list" in text, "a league on the map leads to the list"
    for shown in ("二号泵", "投运不满规定年限", "投运日期", "第二条", "test-pump-grade"):
        assert shown in text
    assert "清单及其下载只含您所在地区" not in text


def test_the_start_page_says_of_which_kinds_its_figures_are(officer, run):
    assert '<p class="text-secondary">试验水泵</p>' in officer.get(reverse("home:start")).content.decode()


def test_a_screening_of_less_does_not_take_the_wide_one_off_the_start_page(officer, run, li_jing):
    small = services.screen([KIND], place="1502", on=ON, by=li_jing)
    page = officer.get(reverse("home:start")).content.decode()
    assert f'href="{reverse("renewal:screening", args=[run.pk])}?verdict=must#list"' in page
    assert f'href="{reverse("renewal:screening", args=[small.pk])}"' in page


def test_the_start_page_of_a_league_has_the_figures_of_that_league(client, run, naren):
    """It had those of the whole region, while its links led to the league's own lists."""
    access.give_mandate(naren, "reviewer", "1502", by=None)
    client.force_login(naren)
    page = client.get(reverse("home:start"))
    verdicts = {verdict: tally.n for verdict, tally in page.context["latest"].verdicts}
    assert verdicts == {"should": 1, "undecided": 1}
    assert [(kind.name, kind.n) for kind in page.context["kinds"]] == [("试验水泵", 2)]
    assert "包头市" in page.content.decode()


def test_real_things_among_made_up_ones_are_not_called_made_up(officer, run, li_jing, tmp_path):
    from huanxin.registry import services as registering

    def start() -> str:
        return officer.get(reverse("home:start")).content.decode()

    assert "虚构样例" not in start()
    sheet = tmp_path / "more.csv"
    sheet.write_text("出厂编号,名称\nSAMPLE-1,虚构样例泵\n", encoding="utf-8")
    registering.import_assets(sheet, KIND, by=li_jing, sample=True)
    assert ">含虚构样例<" in start()


def test_the_list_keeps_to_its_filters(officer, run):
    text = officer.get(reverse("renewal:screening", args=[run.pk]), {"verdict": "must"}).content.decode()
    assert "二号泵" in text
    assert "三号泵" not in text


def test_the_download_holds_exactly_what_the_list_shows(officer, run, tmp_path):
    def fetch(form: str) -> bytes:
        address = reverse("renewal:download", args=[run.pk, form])
        return b"".join(officer.get(address, {"verdict": "undecided"}).streaming_content)

    lines = list(csv.DictReader(io.StringIO(fetch("csv").decode("utf-8-sig"))))
    assert len(lines) == 2
    assert {"四号泵", "五号泵"} <= {cell for line in lines for cell in line.values()}
    parquet = tmp_path / "list.parquet"
    parquet.write_bytes(fetch("parquet"))
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT DISTINCT verdict FROM '{parquet}'").fetchall() == [("undecided",)]
    assert fetch("xlsx")[:2] == b"PK"


def test_the_download_is_in_words_and_tells_the_things_apart(officer, run):
    address = reverse("renewal:download", args=[run.pk, "csv"])
    text = b"".join(officer.get(address).streaming_content).decode("utf-8-sig")
    by_name = {line["名称"]: line for line in csv.DictReader(io.StringIO(text))}
    assert by_name["四号泵"]["缺少的事实"] == "投运日期"
    assert by_name["四号泵"]["编号"] == registry.find("SN-0004")[0].identity_shown
    assert by_name["二号泵"]["不得为三级能效"] == "否"


def test_figures_that_nobody_verified_are_named_in_words(officer, run):
    text = officer.get(reverse("renewal:screening", args=[run.pk])).content.decode()
    assert ">水泵能效</a> (1)</summary>" in text
    assert "<li>不得为三级能效</li>" in text


def test_sums_by_sector_are_shown_once_there_are_two(officer, fans, run, li_jing, zhao, tmp_path):
    from huanxin.registry import services as registering
    from huanxin.rulebook import services as rulebook

    assert "按领域" not in officer.get(reverse("renewal:screening", args=[run.pk])).content.decode()
    rulebook.release_one("test-fan-age", by=li_jing, second=zhao)
    sheet = tmp_path / "fans.csv"
    sheet.write_text("出厂编号,名称,投运日期\nFAN-1,一号风机,2000-05-01\n", encoding="utf-8")
    registering.import_assets(sheet, "test-fan", by=li_jing)
    both = services.screen([KIND, "test-fan"], on=ON, by=li_jing)
    text = officer.get(reverse("renewal:screening", args=[both.pk])).content.decode()
    for shown in ("按领域", "工业", "农业"):
        assert shown in text


def test_a_run_is_compared_with_earlier_runs_of_the_same_kinds(officer, fans, run, li_jing, zhao):
    from huanxin.rulebook import services as rulebook

    rulebook.release_one("test-fan-age", by=li_jing, second=zhao)
    on_fans = services.screen(["test-fan"], on=ON, by=li_jing)
    on_pumps = services.screen([KIND], on=ON, by=li_jing)
    for later, is_offered in ((on_fans, False), (on_pumps, True)):
        text = officer.get(reverse("renewal:screening", args=[later.pk])).content.decode()
        assert (reverse("renewal:compare", args=[later.pk, run.pk]) in text) is is_offered


def test_reasons_name_the_document_in_the_readers_language(officer, run):
    second = next(row for row in queries.verdicts(run).rows if row.name == "二号泵")
    address = reverse("renewal:reasons", args=[run.pk, second.asset])
    assert "试验〔2024〕2号" in officer.get(address).content.decode()
    officer.cookies["django_language"] = "en"
    text = officer.get(address).content.decode()
    assert "Test 2 (2024)" in text
    assert "试验〔2024〕2号" not in text


def test_the_verdicts_of_one_thing_come_with_clause_facts_and_what_is_missing(officer, run):
    fifth = next(row for row in queries.verdicts(run).rows if row.name == "五号泵")
    text = officer.get(reverse("renewal:asset_verdicts", args=[fifth.asset])).content.decode()
    for shown in ("试验〔2024〕2号", "第二条", "能效等级", "20 kW"):
        assert shown in text


def test_two_runs_compared_name_the_rule(officer, run, packs, li_jing, zhao):  # noqa: F811
    from huanxin.rulebook import services as rulebook
    from tests import small_packs

    small_packs.write_age(packs, most=10)
    rulebook.release_one("test-pump-age", by=li_jing, second=zhao)
    later = services.screen([KIND], on=ON, by=li_jing)
    text = officer.get(reverse("renewal:compare", args=[later.pk, run.pk])).content.decode()
    assert "投运不满规定年限" in text


def test_asking_for_nothing_is_answered_beside_the_question(officer, run):
    page = officer.post(reverse("renewal:new_screening"), {"on": "2025-06-01"})
    assert page.status_code == 422


def test_a_banner_reviewer_may_not_screen_the_region(client, batu, run):
    client.force_login(batu)
    page = client.post(reverse("renewal:new_screening"), {"kinds": [KIND], "on": "2025-06-01", "place": ""})
    assert page.status_code == 403


def test_a_banner_reviewer_sees_no_things_of_other_places(client, batu, run):
    client.force_login(batu)
    text = client.get(reverse("renewal:screening", args=[run.pk])).content.decode()
    assert "二号泵" not in text
    assert "清单及其下载只含您所在地区" in text
    second = next(row for row in queries.verdicts(run).rows if row.name == "二号泵")
    assert client.get(reverse("renewal:reasons", args=[run.pk, second.asset])).status_code == 404


def test_a_made_up_thing_is_marked_wherever_it_shows(officer, packs, tmp_path, li_jing, zhao):  # noqa: F811
    from huanxin.registry import services as registering
    from huanxin.rulebook import services as rulebook
    from tests.renewal.test_screen_what_exists import HEADERS, PUMPS

    registering.load_places()
    sheet = tmp_path / "pumps.csv"
    with sheet.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADERS, *PUMPS])
    registering.import_assets(sheet, KIND, by=li_jing, sample=True)
    rulebook.release_one("test-pump-age", by=li_jing, second=zhao)
    made_up = services.screen([KIND], on=ON, by=li_jing)
    assert made_up.has_samples
    text = officer.get(reverse("renewal:screening", args=[made_up.pk])).content.decode()
    assert "ui-mark-made-up" in text
