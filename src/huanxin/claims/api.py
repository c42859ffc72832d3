"""Claims for programs: what there is, what would be granted, filing, papers, where a claim lies."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import File, Form, Path, Query, Router
from ninja.files import UploadedFile
from pydantic import BaseModel, Field

from huanxin.foundation.access import queries as access
from huanxin.foundation.access.models import Scope, Verb
from huanxin.foundation.access.programs import (
    ANYBODY,
    After,
    Bearer,
    IdempotencyKey,
    Limit,
    PageOut,
    once,
    page,
    person,
    problems,
)
from huanxin.foundation.lib import reader
from huanxin.foundation.lib.problems import Problem
from huanxin.registry import queries as registry
from huanxin.registry import services as entering
from huanxin.registry.models import Party

from . import papers, queries, services
from .filing_by_program import asks, no_state, not_for_others, seen_by, slot_of, still_open, who_is_it
from .models import Claim, Programme, State, Step
from .notices import queries as notices

router = Router(tags=["claims"])

_NAME = r"^[A-Za-z0-9_-]{1,60}$"
Slug = Annotated[str, Path(pattern=_NAME, description="The programme's short name.")]
Number = Annotated[str, Path(pattern=_NAME, description="The claim's number.")]
# What a program may write for a fact: as on a form, or as JSON has it.
Answer = str | bool | int | float | None
Answers = Annotated[dict[str, Answer], Field(max_length=200)]


class ProgrammeOut(BaseModel):
    """A programme: a policy pack that money stands behind."""

    slug: str
    title: str
    state: str
    settles: str = Field(description="`claim`: paid after review. `till`: taken off at the till.")
    place: str
    from_on: date
    to_on: date | None


class AskedOut(BaseModel):
    """Something that a claim of a programme may ask."""

    name: str
    sort: str = Field(description="`fact` or `thing`.")
    type: str
    ask: str
    unit: str
    choices: dict[str, str]
    proof: str = Field(description="The paper that proves it.")


class ProgrammeDetailOut(ProgrammeOut):
    """A programme with all that its claims may ask."""

    document: str
    asks: list[AskedOut]


class DecideIn(BaseModel):
    """Facts to decide on; those that are not known are left out."""

    facts: Answers = Field(
        examples=[{"new_fuel": "nev", "price": "150000", "old_registered_on": "2011-06-01"}]
    )
    on: date | None = Field(
        default=None, ge=date(2000, 1, 1), le=date(2100, 1, 1), description="The day; default: today."
    )


class ApplicantIn(BaseModel):
    """For whom a claim is entered, by somebody who trades."""

    name: str = Field(min_length=1, max_length=200, examples=["娜仁"])
    number: str = Field(min_length=1, max_length=30, description="Resident number, or social credit code.")
    kind: str = Field(default="person", pattern="^(person|organisation)$")


class ClaimIn(BaseModel):
    """A claim to be filed."""

    programme: str = Field(pattern=_NAME, examples=["car-scrappage-2026"])
    place: str = Field(
        pattern=r"^\d{6}$", description="The banner or county, six digits.", examples=["152502"]
    )
    applicant: ApplicantIn | None = Field(default=None, description="Default: the token's own person.")
    answers: Answers = Field(
        description="Facts and things by their names, and `phone`, `account`, `bank`.",
        examples=[{"new_fuel": "nev", "price": "150000", "phone": "13800138000"}],
    )
    submit: bool = Field(default=True, description="False keeps it as a draft.")


class AnswersIn(BaseModel):
    """Answers to be kept; an empty one takes the earlier one away."""

    answers: Answers


class ReasonIn(BaseModel):
    """Why something is done; kept, and read by others."""

    reason: str = Field(min_length=1, max_length=1000)


class StepOut(BaseModel):
    """Something that happened to a claim."""

    n: int
    deed: str
    state: str
    at: datetime
    reason: str


class ClaimOut(BaseModel):
    """A claim as it stands. Personal data is masked."""

    number: str
    programme: str
    place: str
    state: str
    state_word: str
    desk: str
    due_on: date | None
    verdict: str
    amount: str | None = Field(description="Yuan with two places, as a text.", examples=["18000.00"])
    applicant: str
    submitted_at: datetime | None


class ClaimDetailOut(ClaimOut):
    """A claim with its answers, what is still open, and its history."""

    facts: dict[str, Any]
    open: list[str] = Field(
        description="What is still to be answered, or handed in: `paper-` and what it proves.",
        examples=[["price", "paper-invoiced_on"]],
    )
    steps: list[StepOut]


class PaperOut(BaseModel):
    """A paper that was handed in."""

    proves: str
    media_type: str
    n_bytes: int
    digest: str = Field(description="SHA-256 of its content.")


@router.get(
    "/programmes", response={200: list[ProgrammeOut], **problems()}, auth=ANYBODY, url_name="programmes"
)
def list_programmes(
    request: HttpRequest,
    settles: Annotated[str, Query(pattern="^(claim|till)?$")] = "",
) -> list[ProgrammeOut]:
    """The programmes that take claims today."""
    return [_programme(row) for row in queries.programmes(timezone.localdate(), settles=settles)]


@router.get(
    "/programmes/{slug}",
    response={200: ProgrammeDetailOut, **problems(404)},
    auth=ANYBODY,
    url_name="programme",
)
def read_programme(request: HttpRequest, slug: Slug) -> ProgrammeDetailOut:
    """One programme with all that its claims may ask."""
    found = queries.programme(slug)
    pack = queries.pack_of(found)
    return ProgrammeDetailOut(
        **_programme(found).model_dump(), document=reader.said(pack.document), asks=asks(pack)
    )


@router.post(
    "/programmes/{slug}/decision",
    response={200: dict[str, Any], **problems(404)},
    auth=ANYBODY,
    url_name="decision",
)
def decide(request: HttpRequest, slug: Slug, said: DecideIn) -> dict[str, Any]:
    """What would be granted for these facts, with every check and what is still needed. Nothing is kept."""
    return queries.preview(queries.programme(slug), said.facts, said.on).as_json()


@router.post(
    "/claims",
    response={201: ClaimDetailOut, **problems(404, 409)},
    auth=Bearer(Scope.CLAIMS_WRITE),
    url_name="claims",
)
def file_claim(request: HttpRequest, said: ClaimIn, key: IdempotencyKey) -> object:
    """File a claim, or keep it as a draft. All or nothing: a refusal leaves no draft behind."""
    by = person(request)

    def deed() -> tuple[int, ClaimDetailOut]:
        claim = services.start(
            queries.programme(said.programme), _applicant(request, said), by=by, place_code=said.place
        )
        claim = services.save_answers(claim, said.answers, by=by)
        if said.submit:
            claim = services.submit(claim, by=by, from_where=request.META.get("REMOTE_ADDR", ""))
        return 201, _detail(queries.claim(claim.number))

    return once(request, key, deed)


@router.get(
    "/claims",
    response={200: PageOut[ClaimOut], **problems()},
    auth=Bearer(Scope.CLAIMS_READ),
    url_name="claims",
)
def list_claims(
    request: HttpRequest,
    state: Annotated[str, Query(pattern=r"^[a-z_]{0,20}$", description="Only in this state.")] = "",
    after: After = "",
    limit: Limit = 50,
) -> PageOut[ClaimOut]:
    """Claims of this token's person, those they entered, and those of the places where they review."""
    rows = seen_by(person(request))
    if state:
        if state not in State.values:
            raise services.BadAnswers({"state": no_state(state)})
        rows = rows.filter(state=state)
    return page(rows, after, limit, _shown)


@router.get(
    "/claims/{number}",
    response={200: ClaimDetailOut, **problems(404)},
    auth=Bearer(Scope.CLAIMS_READ),
    url_name="claim",
)
def read_claim(request: HttpRequest, number: Number) -> ClaimDetailOut:
    """Where a claim lies, until when, what it says, and what happened to it."""
    return _detail(_seen(request, number))


@router.patch(
    "/claims/{number}",
    response={200: ClaimDetailOut, **problems(404, 409)},
    auth=Bearer(Scope.CLAIMS_WRITE),
    url_name="claim",
)
def mend_claim(request: HttpRequest, number: Number, said: AnswersIn) -> ClaimDetailOut:
    """Answer more, or otherwise, while it is a draft or was returned."""
    claim = services.save_answers(_seen(request, number), said.answers, by=person(request))
    return _detail(queries.claim(claim.number))


@router.post(
    "/claims/{number}/submit",
    response={200: ClaimDetailOut, **problems(404, 409)},
    auth=Bearer(Scope.CLAIMS_WRITE),
    url_name="submit_claim",
)
def submit_claim(request: HttpRequest, number: Number, key: IdempotencyKey) -> object:
    """Send a draft, or a returned claim again."""
    by = person(request)

    def deed() -> tuple[int, ClaimDetailOut]:
        claim = _seen(request, number)
        services.submit(claim, by=by, from_where=request.META.get("REMOTE_ADDR", ""))
        return 200, _detail(queries.claim(number))

    return once(request, key, deed)


@router.post(
    "/claims/{number}/withdraw",
    response={200: ClaimDetailOut, **problems(404, 409)},
    auth=Bearer(Scope.CLAIMS_WRITE),
    url_name="withdraw_claim",
)
def withdraw_claim(request: HttpRequest, number: Number, said: ReasonIn, key: IdempotencyKey) -> object:
    """Take a claim back before it is decided."""
    by = person(request)

    def deed() -> tuple[int, ClaimDetailOut]:
        services.take_step(_seen(request, number), "withdraw", by=by, reason=said.reason)
        return 200, _detail(queries.claim(number))

    return once(request, key, deed)


@router.post(
    "/claims/{number}/papers",
    response={201: PaperOut, **problems(404, 409)},
    auth=Bearer(Scope.CLAIMS_WRITE),
    url_name="papers",
)
def upload_paper(
    request: HttpRequest,
    number: Number,
    key: IdempotencyKey,
    file: Annotated[UploadedFile, File(description="A photograph or PDF of at most 15 MB.")],
    proves: Annotated[str, Form(pattern=_NAME, description="The fact or thing that it proves.")],
) -> object:
    """Hand a paper in with a claim."""
    by = person(request)

    def deed() -> tuple[int, PaperOut]:
        claim = _seen(request, number)
        name = slot_of(claim, proves)
        kept = papers.add_paper(claim, file, name, by=by, file_name=file.name or "")
        paper = kept.paper
        return 201, PaperOut(
            proves=kept.proves, media_type=paper.media_type, n_bytes=paper.n_bytes, digest=paper.digest
        )

    return once(request, key, deed)


def _applicant(request: HttpRequest, said: ClaimIn) -> Party:
    by = person(request)
    if said.applicant is None:
        own = registry.party_of(by)
        if own is None:
            raise Problem(409, "no-applicant", who_is_it(), {"applicant": who_is_it()})
        return own
    if not access.may_somewhere(by, Verb.TRADE):
        raise Problem(403, "not-for-others", not_for_others())
    asked = said.applicant
    try:
        return entering.enter_party(asked.name, asked.number, kind=asked.kind, place=said.place)
    except entering.PartyRefused as refused:
        raise services.BadAnswers({f"applicant.{refused.field}": str(refused)}) from refused


def _seen(request: HttpRequest, number: str) -> Claim:
    """A claim that this token's person may see; any other is as if it were not there."""
    found = seen_by(person(request)).filter(number=number).first()
    if found is None:
        raise Http404
    return queries.claim(number)


def _programme(row: Programme) -> ProgrammeOut:
    return ProgrammeOut(
        slug=row.slug,
        title=reader.said(queries.pack_of(row).title),
        state=row.state,
        settles=row.settles,
        place=row.place_code,
        from_on=row.from_on,
        to_on=row.to_on,
    )


def _shown(row: Claim) -> ClaimOut:
    return ClaimOut(
        number=row.number,
        programme=row.programme.slug,
        place=row.place_id,
        state=row.state,
        state_word=row.get_state_display(),
        desk=row.desk,
        due_on=row.due_on,
        verdict=row.verdict,
        amount=None if row.amount is None else f"{row.amount:.2f}",
        applicant=notices.masked(row.applicant.name, is_person=row.applicant.kind == Party.Kind.PERSON),
        submitted_at=row.submitted_at,
    )


def _detail(claim: Claim) -> ClaimDetailOut:
    return ClaimDetailOut(
        **_shown(claim).model_dump(),
        facts=claim.facts,
        open=still_open(claim),
        steps=[_step(step) for step in queries.history(claim)],
    )


def _step(step: Step) -> StepOut:
    return StepOut(n=step.n, deed=step.deed, state=step.state_to, at=step.at, reason=step.reason)
