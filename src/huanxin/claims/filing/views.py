"""Pages of a claim for its applicant: one question at a time, check, sent, where it lies, mend, appeal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huanxin.foundation.lib import pages, reader
from huanxin.registry import queries as registry
from huanxin.registry import services as registering

from .. import papers
from ..life import services as life
from ..models import Claim, ClaimPaper, State
from ..programmes import queries as programmes
from ..refusals import BadAnswers, Refused
from . import queries, services, wording
from .forms import AccountForm, DeedForm, QuestionForm
from .guards import own_claim

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, HttpResponseBase

    from .queries import Draft
    from .questions import Question

_OWN_DEEDS = ("withdraw", "appeal", "discard")


@require_http_methods(["GET", "POST"])
@own_claim
def question(request: HttpRequest, claim: Claim, name: str) -> HttpResponse:
    """One question: why it is asked, what would be granted so far, and on to the next."""
    is_sent = claim.state not in (State.DRAFT, State.RETURNED)
    if is_sent and not papers.can_follow(claim):
        return redirect("claims:claim", claim.number)
    draft = queries.draft(claim)
    asked = next((q for q in draft.questions if q.key == name), None)
    if asked is None or (is_sent and asked.sort != "paper"):
        return redirect("claims:check", claim.number)
    if request.method == "POST":
        form = QuestionForm(draft.pack, asked, request.POST, request.FILES)
        if form.is_valid() and _kept(request, claim, form):
            return redirect(queries.draft(claim).following(asked.key, changing="change" in request.GET))
    else:
        form = QuestionForm(draft.pack, asked, None)
        for field, value in _answered(claim, asked).items():
            form.fields[field].initial = value
    context = {"form": form, "asked": asked, "draft": draft, "claim": claim, **_place_in(draft, asked)}
    context |= {
        "title": reader.said(draft.pack.title), "is_sent": is_sent, "later": draft.skipping(asked.key),
    }  # fmt: skip
    return render(request, "claims/question.html", context, status=422 if form.errors else 200)


def _kept(request: HttpRequest, claim: Claim, form: QuestionForm) -> bool:
    try:
        if form.asked.sort == "paper":
            file = form.cleaned_data["file"]
            papers.add_paper(claim, file, form.asked.name, by=request.user, file_name=file.name)  # type: ignore[arg-type]
        else:
            services.save_answers(claim, form.answers(), by=request.user)  # type: ignore[arg-type]
    except BadAnswers as bad:
        form.show(bad.errors)
        return False
    except (Refused, registering.PaperRefused) as refused:
        form.add_error("file" if "file" in form.fields else None, str(refused))
        return False
    return True


def _answered(claim: Claim, asked: Question) -> dict[str, object]:
    if asked.sort == "fact":
        value = claim.facts.get(asked.name)
        return {asked.name: str(value).lower() if isinstance(value, bool) else value}
    if asked.sort == "thing":
        return {asked.name: asked.answer}
    return {"bank": claim.bank} if asked.name == "account" else {}


def _place_in(draft: Draft, asked: Question) -> dict[str, object]:
    """Which step of how many, and the way back."""
    at = draft.questions.index(asked)
    before = draft.questions[at - 1] if at else None
    n_answered = sum(1 for q in draft.questions if q.is_answered)
    return {
        "n": at + 1,
        "m": len(draft.questions),
        "before": before.key if before else "",
        "n_answered": n_answered,
    }


@require_GET
@own_claim
def check(request: HttpRequest, claim: Claim) -> HttpResponse:
    """Every answer with change, the amount with its reasons, the papers, and what is still open."""
    if claim.state not in (State.DRAFT, State.RETURNED):
        return redirect("claims:claim", claim.number)
    return _checked(request, claim)


def _checked(request: HttpRequest, claim: Claim, problem: str = "", status: int = 200) -> HttpResponse:
    draft, returned = queries.draft(claim), claim.state == State.RETURNED
    there = claim.papers.filter(replaced_at__isnull=True).select_related("paper").order_by("id")
    rows = [q for q in draft.questions if q.sort != "paper" and q.is_answered]
    paper_rows = [(q, [p for p in there if p.proves == q.name]) for q in draft.questions if q.sort == "paper"]
    context = {
        "claim": claim, "draft": draft, "rows": rows, "papers": paper_rows, "problem": problem,
        "open": [q for q in draft.open if q.sort != "paper"],
        "open_papers": [q for q in draft.open if q.sort == "paper"],
        "failing": wording.failing(draft.decision), "title": reader.said(draft.pack.title),
        "closed": programmes.why_closed(claim.programme, timezone.localdate()) if not returned else "",
        "mend": claim.steps.filter(deed="return").order_by("-n").first() if returned else None,
    }  # fmt: skip
    return render(request, "claims/check.html", context, status=status)


@require_POST
@login_required
def send(request: HttpRequest, number: str) -> HttpResponseBase:
    """Send it. Pressed twice, it is sent once."""
    where, device = request.META.get("REMOTE_ADDR", ""), request.headers.get("User-Agent", "")
    if services.send(number, by=request.user, from_where=where, device=device):  # type: ignore[arg-type]
        return redirect("claims:received", number)
    return _send_alone(request, number)


@own_claim
def _send_alone(request: HttpRequest, claim: Claim) -> HttpResponse:
    if claim.state not in (State.DRAFT, State.RETURNED):
        return redirect("claims:received", claim.number)
    try:
        services.submit(
            claim, by=request.user, from_where=request.META.get("REMOTE_ADDR", ""),  # type: ignore[arg-type]
            device=request.headers.get("User-Agent", ""),
        )  # fmt: skip
    except Refused as refused:
        if Claim.objects.get(pk=claim.pk).state not in (State.DRAFT, State.RETURNED):
            return redirect("claims:received", claim.number)
        return _checked(request, claim, str(refused), 422)
    return redirect("claims:received", claim.number)


@require_GET
@own_claim
def received(request: HttpRequest, claim: Claim) -> HttpResponse:
    """What comes now: the number, at which desk, until when, and what to do with the old thing."""
    if claim.state in (State.DRAFT, State.RETURNED):
        return redirect("claims:check", claim.number)
    pack = programmes.pack_of(claim.programme, claim.decided_on)
    context = {"claim": claim, "title": reader.said(pack.title), "has_old": wording.old_thing_next(pack),
        "missing": queries.missing_papers(claim) if papers.can_follow(claim) else []}  # fmt: skip
    return render(request, "claims/received.html", context)


@require_GET
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """My claims: state, desk, days left, my next deed."""
    found = pages.by_key(queries.of_person(request.user), request.GET.get("after"), 20)
    context = {"cards": wording.cards(found.rows), "page": found, "party": registry.party_of(request.user)}
    return render(request, "claims/mine.html", context)


@require_GET
@own_claim
def claim(request: HttpRequest, claim: Claim) -> HttpResponse:
    """One claim: where it lies, its history, what to mend, a refusal with its clause and how to appeal."""
    if claim.state == State.DRAFT:
        return redirect("claims:check", claim.number)
    return _shown(request, claim, DeedForm(), AccountForm())


def _shown(
    request: HttpRequest,
    claim: Claim,
    form: DeedForm,
    account: AccountForm,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    steps = queries.history(claim)
    last = {step.deed: step for step in steps}
    may = {row.deed for row in queries.own_deeds(claim, request.user)}
    context = {
        "claim": claim, "card": wording.cards([claim])[0], "lines": wording.lines(steps), "form": form,
        "account": account, "problem": problem, "checks": wording.rests_on(claim), "may": may,
        "refusal": last.get("refuse") if claim.state in ("refused", "appealed") else None,
        "mend": last.get("return") if claim.state == State.RETURNED else None,
        "failed": wording.payment_to_mend(claim, steps),
        "appeals_to": wording.appeals_to(claim) if claim.state == State.REFUSED else "",
        "papers": claim.papers.filter(replaced_at__isnull=True).select_related("paper").order_by("id"),
        "missing": queries.missing_papers(claim) if papers.can_follow(claim) else [],
        "top_ups": claim.top_ups.order_by("id"),
    }  # fmt: skip
    return render(request, "claims/claim.html", context, status=status)


@require_POST
@own_claim
def deed(request: HttpRequest, claim: Claim, deed: str) -> HttpResponse:
    """Withdraw, appeal, or throw a draft away."""
    if deed not in _OWN_DEEDS:
        raise Http404(deed)
    form = DeedForm(request.POST)
    form.is_valid()
    reason = form.cleaned_data.get("reason", "")
    try:
        if deed == "discard":
            services.discard(claim, by=request.user)  # type: ignore[arg-type]
        else:
            where = request.META.get("REMOTE_ADDR", "")
            life.take_step(claim, deed, by=request.user, reason=reason, from_where=where)  # type: ignore[arg-type]
    except Refused as refused:
        return _shown(request, claim, form, AccountForm(), str(refused), 422)
    messages.success(request, _("Done. You are told of everything that follows."))
    return redirect("claims:mine" if deed == "discard" else reverse("claims:claim", args=[claim.number]))


@require_POST
@own_claim
def mend_account(request: HttpRequest, claim: Claim) -> HttpResponse:
    """Another bank account, where the money could not be paid to the first."""
    form = AccountForm(request.POST)
    if form.is_valid():
        try:
            services.mend_account(claim, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            messages.success(request, _("The other account is noted; the payment is tried again."))
            return redirect("claims:claim", claim.number)
        except BadAnswers as bad:
            for name, sentence in bad.errors.items():
                form.add_error(name, sentence)
        except Refused as refused:
            form.add_error(None, str(refused))
    return _shown(request, claim, DeedForm(), form, status=422)


@require_POST
@own_claim
def remove_paper(request: HttpRequest, claim: Claim, paper: int) -> HttpResponse:
    """Take a paper away that was handed in by mistake."""
    found = get_object_or_404(ClaimPaper, pk=paper, claim=claim, replaced_at__isnull=True)
    try:
        papers.remove_paper(found, by=request.user)  # type: ignore[arg-type]
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("claims:check", claim.number)
