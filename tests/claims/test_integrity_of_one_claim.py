"""One claim is checked when it is sent: by packs, by its traces, by what other offices say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from huanxin.claims import services as claims
from huanxin.claims.integrity import catalogue, checking, queries, services
from huanxin.claims.integrity.facts import Known
from huanxin.claims.models import Trace
from huanxin.policy import Library
from tests.claims import office

if TYPE_CHECKING:
    from huanxin.claims.models import Claim

pytestmark = pytest.mark.django_db

PACKS = sorted({pack for check in catalogue.of_packs() for pack in check.packs})


def _sheet(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def _told(claim, check: str, condition: str) -> checking.Told:
    return next(t for t in queries.told_of(claim) if t.check.id == check and t.result.id == condition)


def test_every_pack_of_the_catalogue_is_there_and_every_pack_is_in_the_catalogue() -> None:
    assert [pack.id for pack in Library().packs("integrity")] == PACKS
    assert len(catalogue.CHECKS) == 40


def test_an_honest_claim_has_no_finding_and_leaves_traces(naren) -> None:
    office.release(*PACKS)
    claim = office.sent(naren, office.programme())

    assert list(queries.findings_of(claim)) == []
    assert set(Trace.objects.filter(claim=claim).values_list("kind", flat=True)) == {"old", "new"}


def test_dates_that_lie_in_the_future_are_found_when_the_claim_is_sent(naren) -> None:
    office.release(*PACKS)
    claim = office.sent(naren, office.programme(), deregistered_on="2026-06-02")

    finding = queries.findings_of(claim).get()
    assert (finding.check_id, finding.severity) == ("C08", "block")
    assert "注销证明日期不晚于申报日期" in finding.says["zh"]
    assert finding.says["facts"]["deregistered_on"] == "2026-06-02"


def test_a_grave_finding_blocks_the_approval_until_it_is_cleared_with_a_reason(naren, batu, sun) -> None:
    office.release(*PACKS)
    claim = office.sent(naren, office.programme(), deregistered_on="2026-06-02")
    claims.take_step(claim, "accept", by=batu)

    with pytest.raises(claims.Blocked, match="C08"):
        claims.take_step(claim, "approve", by=batu)
    finding = queries.findings_of(claim).get()
    with pytest.raises(services.NotJudged):
        services.judge(finding, "cleared", by=sun, why=" ")
    services.judge(finding, "cleared", by=sun, why="注销日期录错，已核对原件")

    claims.take_step(claim, "approve", by=batu)
    assert claim.state == "banner_reviewed"


def test_without_the_file_of_another_office_a_check_cannot_tell(naren) -> None:
    office.release(*PACKS)
    claim = office.sent(naren, office.programme())

    told = _told(claim, "C06", "registered")
    assert (told.state, told.idle_for, told.missing) == ("unknown", ("police",), ("police_registered_on",))
    idle = {standing.check.id for standing in queries.standings() if standing.is_idle}
    assert {"C06", "C13", "C17", "C19", "C27"} <= idle


def test_a_check_on_loans_lifts_or_deliveries_does_not_concern_a_car(naren) -> None:
    office.release(*PACKS)
    claim = office.sent(naren, office.programme())

    told = {told.check.id for told in checking.of_claim(claim)}
    assert {"C05", "C06", "C08", "C27", "C35"} <= told
    assert not {"C15", "C31", "C33", "C34"} & told


def test_what_the_police_say_is_held_against_the_claim_and_corrected_later(naren, sun, tmp_path) -> None:
    office.release(*PACKS)
    claim = office.sent(naren, office.programme())
    vin = office.car_answers(0)["old_asset"]
    head = "车架号,注册登记日期,转入日期,燃料种类,是否小微型客车"

    wrong = _sheet(tmp_path / "police.csv", head, f"{vin[:5]} {vin[5:]},2014-06-01,2011-06-01,汽油,是")
    services.bring("police", wrong, as_of=dt.date(2026, 6, 30), by=sun)
    finding = queries.findings_of(claim).get(check_id="C06")
    assert finding.says["facts"] == {"old_registered_on": "2011-06-01", "police_registered_on": "2014-06-01"}

    right = _sheet(tmp_path / "again.csv", head, f"{vin},2011-06-01,2011-06-01,汽油,是")
    services.bring("police", right, as_of=dt.date(2026, 7, 31), by=sun)
    finding.refresh_from_db()
    assert finding.gone_at is not None
    assert _told(claim, "C06", "registered").state == "met"


def test_the_same_file_is_taken_in_once_and_bad_lines_are_said(sun, tmp_path) -> None:
    sheet = _sheet(tmp_path / "tax.csv", "车架号,发票状态,价税合计", "LSV1,正常,150000", "LSV2,作废,much")

    brought = services.bring("tax", sheet, as_of=office.ON, by=sun)

    assert (brought.n_kept, brought.n_refused) == (1, 1)
    assert "much" in brought.refused[0]
    with pytest.raises(services.FileRefused):
        services.bring("tax", sheet, as_of=office.ON, by=sun)
    with pytest.raises(services.UnknownPort, match="police"):
        services.bring("polices", sheet, as_of=office.ON, by=sun)


def test_names_and_numbers_of_people_are_kept_as_hashes_alone(sun, tmp_path) -> None:
    sheet = _sheet(tmp_path / "people.csv", "身份证号,是否在册,姓名", "152502198506123521,是,娜仁")

    brought = services.bring("population", sheet, as_of=office.ON, by=sun)

    entry = brought.source.entries.get()
    assert "娜仁" not in str(entry.says)
    assert "152502198506123521" not in str(entry.says)


def test_who_is_not_told_to_be_dead_is_alive_only_by_a_file_that_tells_deaths(naren, tmp_path) -> None:
    office.release(*PACKS)
    claim = office.sent(naren, office.programme())
    number = office.resident_number(office.STEMS["naren"])

    silent = _sheet(tmp_path / "a.csv", "身份证号,姓名", f"{number},{naren.name}")
    services.bring("population", silent, as_of=dt.date(2026, 6, 1), by=None)
    assert _told(claim, "C35", "name").state == checking.MET
    assert _told(claim, "C35", "alive").state == checking.UNKNOWN

    telling = _sheet(tmp_path / "b.csv", "身份证号,姓名,死亡日期", f"{number},{naren.name},")
    services.bring("population", telling, as_of=dt.date(2026, 6, 2), by=None)
    assert _told(claim, "C35", "alive").state == checking.MET


def _replaced(naren, tmp_path, owned_since: str) -> Claim:
    """A claim for a car that she passed on in January 2026, and since when the police know it as hers."""
    programme = office.programme("car-replacement-2026")
    claim = claims.start(programme, office.party(naren), by=naren, place_code="152502")
    answers = office.car_answers(0, old_owned_since="2025-01-08", transferred_on="2026-01-05")
    for name in office.OF_SCRAPPING:
        del answers[name]
    claims.save_answers(claim, answers, by=naren)
    claims.submit(office.hand_in(claim, by=naren), by=naren, on=office.ON)
    sheet = _sheet(tmp_path / "police.csv", "车架号,转入日期", f"{answers['old_asset']},{owned_since}")
    services.bring("police", sheet, as_of=dt.date(2026, 6, 30), by=None)
    return claim


def test_a_car_held_for_less_than_a_year_is_looked_at_and_not_blocked(naren, tmp_path) -> None:
    office.release("holding-date", "days-held")
    claim = _replaced(naren, tmp_path, "2025-01-08")

    assert _told(claim, "C07", "in_time").state == checking.MET
    finding = queries.findings_of(claim).get()
    assert (finding.check_id, finding.severity) == ("C23", "review")
    services.run(by=None)
    finding.refresh_from_db()
    assert finding.gone_at is None, "the job over all claims leaves it"


def test_a_car_that_came_after_the_day_of_the_programme_is_blocked(naren, tmp_path) -> None:
    office.release("holding-date", "days-held")
    claim = _replaced(naren, tmp_path, "2025-01-09")

    assert _told(claim, "C07", "in_time").result.facts["last_day_to_own"] == dt.date(2025, 1, 8)
    grave = queries.findings_of(claim).filter(severity="block")
    assert [finding.check_id for finding in grave] == ["C07"]


def test_the_day_before_which_a_scrapped_car_had_to_be_owned_is_too_late(naren, tmp_path) -> None:
    office.release("holding-date")
    claim = office.sent(naren, office.programme())

    sheet = _sheet(tmp_path / "a.csv", "车架号,转入日期", f"{office.car_answers(0)['old_asset']},2025-01-08")
    services.bring("police", sheet, as_of=dt.date(2026, 6, 1), by=None)

    told = _told(claim, "C07", "in_time")
    assert (told.state, told.result.facts["last_day_to_own"]) == (checking.HIT, dt.date(2025, 1, 7))


def test_a_programme_without_a_day_of_ownership_asks_the_police_for_none(naren) -> None:
    office.release("holding-date")
    known = Known(office.sent(naren, office.programme()), Library().pack("appliance-2026"))
    assert known.last_day_to_own is None
    assert not known.is_asked("last_day_to_own")


def test_a_check_of_several_files_is_idle_when_all_are_missing() -> None:
    passed_on = catalogue.CHECKS["C23"]
    assert catalogue.is_idle(passed_on, frozenset())
    assert not catalogue.is_idle(passed_on, frozenset({"police"}))
    assert catalogue.is_idle(catalogue.CHECKS["C18"], frozenset({"recycling"}))
