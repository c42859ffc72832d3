"""The checks over all claims of a small office: what is planted is found, again and again the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from huanxin.claims.integrity import queries, services, wording
from huanxin.claims.integrity.models import Finding, Sweep
from huanxin.registry import services as registry
from tests.claims import office

if TYPE_CHECKING:
    from huanxin.claims.models import Claim

pytestmark = pytest.mark.django_db


def _claims(by, n: int, **shared: str) -> list[Claim]:
    """Claims of so many people, entered by one person; what they share is `shared`."""
    programme = office.programme()
    made = []
    for k in range(n):
        stem = f"1525021985010{k + 1}{k:03d}"
        party = registry.enter_party(f"试验{k}", office.resident_number(stem), place="152502", sample=True)
        claim = office.claims.start(programme, party, by=by, place_code="152502")
        own = {"phone": f"1390000{k:04d}", "account": f"62220212080100{k:05d}"} | shared
        office.claims.save_answers(claim, office.car_answers(k, **own), by=by)
        made.append(office.claims.submit(claim, by=by, on=office.ON))
    return made


def test_five_people_paid_on_one_account_are_found_with_each_other(li_jing, sun) -> None:
    made = _claims(li_jing, 5, account="6222021208010099999")

    sweep = services.run(by=sun)

    finding = Finding.objects.get(check_id="C14", says__kind="shared_account")
    assert finding.says["people"] == 5
    assert finding.others == [claim.number for claim in made[:-1]]
    assert "5人的补贴打入同一账户" in finding.says["zh"]
    assert sweep.n_claims == 5
    assert [f.pk for f in queries.findings_of(made[0])]


def test_people_tied_by_several_things_form_a_ring(li_jing, sun) -> None:
    _claims(li_jing, 5, account="6222021208010099999", phone="13900001111")

    services.run(by=sun)

    ring = Finding.objects.get(check_id="C29")
    assert (ring.says["people"], ring.says["kinds"], ring.says["ties"]) == (5, 2, 2)


def test_a_run_again_finds_the_same_and_keeps_what_was_judged(li_jing, sun) -> None:
    _claims(li_jing, 5, account="6222021208010099999")
    services.run(by=sun)
    finding = Finding.objects.get(check_id="C14")
    services.judge(finding, "cleared", by=sun, why="同一家庭农场，已核实")
    n = Finding.objects.count()

    services.run(by=sun)

    assert Finding.objects.count() == n
    finding.refresh_from_db()
    assert (finding.judgement, finding.judged_by) == ("cleared", sun)


def test_people_who_share_nothing_are_left_alone(li_jing, sun) -> None:
    _claims(li_jing, 5)
    assert services.run(by=sun).n_found == 0


def test_the_run_says_which_checks_were_idle(li_jing, sun) -> None:
    _claims(li_jing, 1)
    sweep = services.run(by=sun)
    assert {"C16", "C17", "C18", "C23", "C24", "C25"} <= set(sweep.told["idle"])
    assert "C14" not in sweep.told["idle"]


def test_every_kind_of_hit_of_the_job_has_a_sentence() -> None:
    import re
    from pathlib import Path

    folder = Path(services.__file__).parent
    texts = [p.read_text(encoding="utf-8") for p in (*folder.glob("sweeping/*.py"), folder / "replaying.py")]
    used = {
        name for text in texts for name in re.findall(r"(?:kind\W+|THEN '|ELSE ')([a-z]+_[a-z_]+)'", text)
    }
    shared = {f"shared_{kind}" for kind in ("phone", "account", "device", "address", "network")}
    assert (used & set(wording.kinds())) | shared <= set(wording.kinds())
    assert {"same_new_thing", "many_hands", "flows_back"} <= used


def test_the_auditor_sees_them_and_judges_one(li_jing, sun) -> None:
    made = _claims(li_jing, 5, account="6222021208010099999")
    services.run(by=sun)
    browser = Client()
    browser.force_login(sun)
    browser.cookies["django_language"] = "en"

    listed = browser.get("/claims/findings/").content.decode()
    assert "5 people are paid on one account" in listed
    finding = Finding.objects.get(check_id="C14")
    page = browser.get(f"/claims/findings/{finding.pk}/").content.decode()
    assert "<svg" in page
    assert made[0].number in page
    bad = browser.post(f"/claims/findings/{finding.pk}/judge/", {"judgement": "confirmed", "why": ""})
    assert bad.status_code == 422
    browser.post(f"/claims/findings/{finding.pk}/judge/", {"judgement": "confirmed", "why": "one dealer"})
    finding.refresh_from_db()
    assert finding.judgement == "confirmed"
    assert "Decision then and now" in browser.get(f"/claims/audit/{made[0].number}/").content.decode()


def test_a_button_runs_the_checks(li_jing, sun) -> None:
    _claims(li_jing, 2)
    browser = Client()
    browser.force_login(sun)

    assert browser.post("/claims/findings/run/").status_code == 302
    assert Sweep.objects.get().state == "done"
    assert browser.get("/claims/findings/ports/").status_code == 200
    assert browser.get("/claims/replay/").status_code == 200
