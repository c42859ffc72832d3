"""Claims at every desk: to be decided, to be published, in public notice, objected to, committed."""

from __future__ import annotations

from dataclasses import dataclass

from huanxin.claims import services as claims
from huanxin.claims.models import Claim, ClaimPaper, Finding, Objection, PublicNotice
from huanxin.claims.notices import queries
from huanxin.claims.notices import services as notices
from huanxin.foundation.access.models import User
from huanxin.registry import services as registry
from huanxin.registry.models import Party
from huanxin.web import cast
from tests.claims import office
from tests.claims.review_papers import drawn

# Vehicles of no other part of the house.
_FIRST = 700_000


@dataclass(frozen=True)
class Review:
    """What lies on the reviewers' desks."""

    file: Claim
    paper: ClaimPaper
    published: Claim
    notice: PublicNotice
    objection: Objection


def build(n_things: int) -> Review:
    """Some claims for every desk; the more things in the office the more of them."""
    programme = office.programme(slug="house-review", sampled_percent=0, money="90000000.00")
    more = 2 + n_things // 100
    some = [_sent(programme, n) for n in range(4 * more)]
    batu, qiqige = cast.enter(cast.BATU), cast.enter(cast.QIQIGE)
    for claim in some[more:]:
        claims.take_step(claim, "accept", by=batu)
        claims.take_step(claim, "approve", by=batu)
    for claim in some[2 * more :]:
        claims.take_step(claim, "approve", by=qiqige)
    published = notices.publish(
        programme, "152502", by=batu, numbers=[claim.number for claim in some[3 * more :]]
    )
    at_desk, last = some[0], some[-1]
    last.refresh_from_db()
    for n in range(more):
        Finding.objects.create(
            check_id="C14", claim=at_desk, severity="review", strength=60, digest=f"house-{n}",
            says={"zh": "同一电话", "en": "One telephone"},
        )  # fmt: skip
        notices.object_to(last, f"Something speaks against it, number {n}.", contact="13900139000")
    paper = claims.add_paper(at_desk, drawn("house"), "invoiced_on", by=_operator(), file_name="invoice.jpg")
    for n in range(more):
        claims.add_paper(at_desk, drawn(n), "recycled_on", by=_operator())
    return Review(at_desk, paper, last, published.notice, last.objections.order_by("pk")[0])


def _sent(programme, n: int) -> Claim:
    claim = claims.start(programme, _party(n), by=_operator(), place_code="152502")
    phone = f"139{n:08d}"
    claims.save_answers(
        claim, office.car_answers(_FIRST + n, phone=phone, account=f"62220212080{n:08d}"), by=_operator()
    )
    office.hand_in(claim, by=_operator())
    return claims.submit(claim, by=_operator(), on=office.ON)


def _party(n: int) -> Party:
    number = office.resident_number(f"15252219{80 + n // 360}{1 + n // 28 % 12:02d}{1 + n % 28:02d}00{n % 9}")
    return registry.enter_party(f"试验人{n}", number, place="152502", sample=True)


def _operator() -> User:
    return User.objects.operator()


ARGUMENTS: dict[str, dict[str, object]] = {
    **{
        f"claims:{page}": {"number": lambda w: w.review.file.number}
        for page in ("file", "decide", "reveal", "conditions")
    },
    **{
        f"claims:{page}": {"number": lambda w: w.review.file.number, "paper": lambda w: w.review.paper.pk}
        for page in ("paper", "read_paper")
    },
    "claims:notice": {"number": lambda w: w.review.notice.number},
    "claims:object": {
        "number": lambda w: w.review.notice.number,
        "claim": lambda w: w.review.published.number,
    },
    "claims:objection_answer": {"receipt": lambda w: queries.receipt_of(w.review.objection)},
    "claims:objection": {"number": lambda w: w.review.objection.pk},
    "claims:objection_contact": {"number": lambda w: w.review.objection.pk},
}
