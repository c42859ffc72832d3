"""One file: what its page shows, deeds by one press and the next file at once, personal data for a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from huanxin.claims import services as claims
from huanxin.claims.models import Claim, ClaimPaper, Finding, State
from huanxin.claims.review import queries, sheet, suggestions
from huanxin.foundation.access import services as access
from huanxin.foundation.access.models import Disclosure
from huanxin.registry import queries as registry
from huanxin.rulebook import queries as rulebook
from tests.claims import office
from tests.claims import review_papers as papers

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User

pytestmark = pytest.mark.django_db


def visiting(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(claim: Claim, page: str = "file") -> str:
    return reverse(f"claims:{page}", args=[claim.number])


def complete(naren: User, n: int = 0, **programme: object) -> Claim:
    claim = office.sent(naren, office.programme(**programme), n, with_papers=False)
    papers.hand_in_all(claim, naren)
    return claim


def test_a_file_shows_facts_checks_papers_and_what_happened(naren, batu) -> None:
    claim = complete(naren)
    said = visiting(batu).get(address(claim)).content.decode()
    assert "18,000.00" in said
    assert claim.things["old_asset"]["shown"] in said
    assert said.count('class="claims-paper"') == len(papers.slots(claim))
    assert str(naren) in said


def test_a_file_shows_which_papers_are_missing_and_is_not_accepted_without_them(naren, batu) -> None:
    claim = office.sent(naren, office.programme(), with_papers=False)
    client = visiting(batu)
    said = client.get(address(claim)).content.decode()
    assert said.count("✕ 缺</span>") == len(papers.slots(claim))
    assert "请补交：" in said

    page = client.post(address(claim, "decide"), {"deed": "accept", "n_steps": claim.n_steps})

    assert page.status_code == 422
    assert "缺少材料：" in page.content.decode()
    claim.refresh_from_db()
    assert claim.state == "submitted"


def test_a_finding_says_what_a_reviewer_may_do_and_leads_on_only_where_it_opens(naren, batu) -> None:
    claim = complete(naren)
    grave = Finding.objects.create(
        check_id="C08", claim=claim, severity="block", strength=90, digest="d",
        says={"zh": "发票日期晚于今天", "en": "The invoice is of a day to come"},
    )  # fmt: skip
    client = visiting(batu)
    said = client.get(address(claim)).content.decode()
    assert "发票日期晚于今天" in said and "请告知本地区的审计人员" in said
    assert reverse("claims:finding", args=[grave.pk]) not in said
    assert visiting(batu).get(reverse("claims:finding", args=[grave.pk])).status_code == 403


def test_the_fixed_number_of_queries(naren, batu, django_assert_max_num_queries) -> None:
    few = complete(naren, 0)
    client = visiting(batu)
    client.get(address(few))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as before:
        client.get(address(few))
    for n in range(1, 6):
        other = office.draft(naren, few.programme, n)
        few.holds.filter(kind__startswith="applicant").delete()
        claims.submit(other, by=naren, on=office.ON)
        other.holds.filter(kind__startswith="applicant").delete()
        papers.hand_in_all(other, naren)
        Finding.objects.create(
            check_id="C14",
            claim=few,
            severity="review",
            strength=60,
            digest=f"d{n}",
            says={"zh": "…", "en": "…"},
        )
    with CaptureQueriesContext(connection) as after:
        client.get(address(few))
    assert len(after) == len(before)


def test_what_is_unusual_and_which_claims_are_linked(naren, temur, batu) -> None:
    claim = complete(naren)
    cousin = office.sent(temur, claim.programme, 5, phone="13800138000", account="6222021208010000025")
    Finding.objects.create(
        check_id="C14", claim=claim, severity="review", strength=60, digest="d",
        says={"zh": "同一电话用于两份申请", "en": "One telephone, two claims"},
    )  # fmt: skip
    page = visiting(batu).get(address(claim))
    assert "同一电话用于两份申请" in page.content.decode()
    (link,) = page.context["links"]
    assert (link.claim, "phone" in {why for one in page.context["file"].links for why in one.why}) == (
        cousin,
        True,
    )


def test_a_picture_used_in_another_claim_is_named(naren, temur, batu) -> None:
    claim = complete(naren)
    other = office.sent(temur, claim.programme, 5, account="6222021208010000025")
    slot = papers.slots(claim)[0].name
    claims.add_paper(other, papers.drawn(f"{claim.number} {slot}"), slot, by=temur)
    page = visiting(batu).get(address(claim))
    same = [row.same_as for row in page.context["papers"] if row.same_as]
    assert [number for found in same for number, _why, _address in found] == [other.number]


def test_a_deed_leads_to_the_next_file_at_once(naren, batu) -> None:
    first = complete(naren, 0)
    first.holds.filter(kind__startswith="applicant").delete()
    second = office.sent(naren, first.programme, 1)
    client = visiting(batu)
    gone = client.post(address(first, "decide") + "?clock=late", {"deed": "accept", "n_steps": first.n_steps})
    assert gone.headers["Location"] == address(second) + "?clock=late"
    first.refresh_from_db()
    assert first.state == State.ACCEPTED
    assert first.steps.get(deed="accept").from_where == "127.0.0.1"


def test_a_return_needs_its_reason_and_what_was_typed_stays(naren, batu) -> None:
    claim = complete(naren)
    client = visiting(batu)
    page = client.post(address(claim, "decide"), {"deed": "return", "n_steps": claim.n_steps})
    assert page.status_code == 422
    page = client.post(
        address(claim, "decide"), {"deed": "approve", "reason": "typed", "n_steps": claim.n_steps}
    )
    assert page.status_code == 422
    done = client.post(
        address(claim, "decide"),
        {"deed": "return", "reason": "The invoice is cut off.", "n_steps": claim.n_steps},
    )
    assert done.status_code == 302
    claim.refresh_from_db()
    assert claim.state == State.RETURNED


def test_a_file_that_moved_on_meanwhile_is_not_decided_by_an_old_page(naren, batu) -> None:
    claim = complete(naren)
    seen = claim.n_steps
    claims.take_step(claim, "accept", by=batu)
    page = visiting(batu).post(address(claim, "decide"), {"deed": "approve", "n_steps": seen})
    assert page.status_code == 422
    claim.refresh_from_db()
    assert claim.state == State.ACCEPTED


def test_another_banner_does_not_see_the_file(naren, batu) -> None:
    claim = complete(naren)
    other = access.add_person("elsewhere")
    access.give_mandate(other, "reviewer", "152501", by=None)
    client = visiting(other)
    assert client.get(address(claim)).status_code == 404
    assert client.post(address(claim, "decide"), {"deed": "accept"}).status_code == 404
    assert client.post(address(claim, "reveal"), {"what": "phone", "reason": "x"}).status_code == 404


def test_personal_data_is_masked_and_shown_for_a_reason_that_is_kept(naren, batu) -> None:
    claim = complete(naren)
    client = visiting(batu)
    masked = client.get(address(claim)).content.decode()
    number = office.resident_number(office.STEMS["naren"])
    for secret in (office.CONTACT["phone"], office.CONTACT["account"], number, office.vin("LSVAU033B2", 0)):
        assert secret not in masked
    assert client.post(address(claim, "reveal"), {"what": "phone", "reason": " "}).status_code == 422
    for what, secret in (
        ("phone", office.CONTACT["phone"]), ("number", number), ("old_asset", office.vin("LSVAU033B2", 0)),
    ):  # fmt: skip
        shown = client.post(
            address(claim, "reveal"), {"what": what, "reason": "The applicant asked by phone."}
        )
        assert secret in shown.content.decode()
    assert Disclosure.objects.filter(by=batu, what__startswith=claim.number).count() == 3
    assert client.post(address(claim, "reveal"), {"what": "nothing", "reason": "x"}).status_code == 404


def test_the_checks_against_cheating_say_what_cannot_be_told(naren, batu) -> None:
    claim = complete(naren)
    client = visiting(batu)
    assert client.get(address(claim, "conditions")).status_code == 200
    part = client.get(address(claim, "conditions"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part


def test_an_appeal_is_answered_at_the_desk_above_and_kept_with_its_answer(naren, batu, qiqige) -> None:
    claim = complete(naren)
    claims.take_step(claim, "refuse", by=batu, reason="Not the owner.")
    claims.take_step(claim, "appeal", by=naren, reason="I am.")
    client = visiting(qiqige)
    assert claim.number in client.get(reverse("claims:queue")).content.decode()
    said = {"deed": "uphold", "reason": "The certificate names her.", "n_steps": claim.n_steps}
    assert client.post(address(claim, "decide"), said).status_code == 302
    objection = claim.objections.get()
    assert (objection.outcome, objection.answered_by, objection.answer) == (
        "upheld", qiqige, "The certificate names her.",
    )  # fmt: skip


def test_what_was_read_on_papers_stands_beside_the_facts(naren, batu) -> None:
    claim = complete(naren)
    pack = rulebook.by_digest(claim.pack_digest)
    invoice = ClaimPaper.objects.get(claim=claim, proves="invoiced_on")
    certificate = ClaimPaper.objects.get(claim=claim, proves="recycled_on")
    proves_old = next(
        row for row in claim.papers.all() if "old_asset" in suggestions.proved_by(pack, row.proves)
    )
    keep(invoice, pack, total="150000.00", invoiced_on="2026-05-11")
    keep(proves_old, pack, vin=office.vin("LSVAU033B2", 0))
    keep(certificate, pack)
    found = suggestions.suggestions(claim, pack, list(claim.papers.all()))
    assert [one.verdict for one in found["price"]] == ["match"]
    assert [(one.verdict, one.shown) for one in found["invoiced_on"]] == [("conflict", "2026-05-11")]
    assert [one.verdict for one in found["old_asset"]] == ["match"]
    assert office.vin("LSVAU033B2", 0) not in str(ClaimPaper.objects.get(pk=proves_old.pk).read)
    assert suggestions.has_conflict(claim, pack, list(claim.papers.all()))
    claim.refresh_from_db()
    assert claim.facts["invoiced_on"] == "2026-05-10", "a machine overwrites nothing"
    assert "2026-05-11" in visiting(batu).get(address(claim)).content.decode()


def test_reading_without_the_reader_says_so(naren, batu) -> None:
    if registry.can_read():
        pytest.skip("the extra `ocr` is installed here")
    claim = complete(naren)
    row = claim.papers.all()[0]
    page = visiting(batu).post(reverse("claims:read_paper", args=[claim.number, row.pk]), follow=True)
    assert "ocr" in page.content.decode()


def keep(row: ClaimPaper, pack, **values: str) -> None:
    """What a machine would have read on a paper."""
    read = [registry.Read(name, value, 97, value) for name, value in values.items()]
    row.read = {"fields": suggestions.kept(read, suggestions.sorts_of(pack))}
    row.save(update_fields=["read"])


def test_what_the_applicant_changed_after_a_return_stands_in_the_history(naren, batu) -> None:
    claim = office.sent(naren, office.programme())
    claims.take_step(claim, "return", by=batu, reason="发票金额不同")
    claims.save_answers(claim, {"price": "140000"}, by=naren)
    claims.submit(claim, by=naren, on=office.ON)

    lines = sheet.steps(queries.file(claim, batu))

    assert any("150,000.00" in change and "140,000.00" in change for change in lines[0].changes)
    assert not any("150,000.00" in change for change in lines[-1].changes), (
        "nothing was changed by sending it first"
    )
