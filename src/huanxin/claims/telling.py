"""A claim as text on a terminal: words, yuan and the office's own time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.foundation.lib import reader
from huanxin.foundation.lib.money import written
from huanxin.ledger import queries as ledger
from huanxin.ledger.models import Account
from huanxin.rulebook import queries as rulebook

from . import queries, things
from .models import Desk
from .review.sheet import deed_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from huanxin.policy import Pack

    from .models import Claim, Step


def claims_as_rows(claims: Iterable[Claim]) -> tuple[list[str], list[list[str]]]:
    """Headings and a row for each claim: number, state, desk, due, place, yuan. `place` is at hand."""
    headings = [_("Number"), _("State"), _("Desk"), _("Due on"), _("Place"), _("Amount (yuan)")]
    desks = dict(Desk.choices)
    rows = [
        [
            claim.number,
            claim.get_state_display(),
            str(desks.get(claim.desk, claim.desk)),
            claim.due_on.isoformat() if claim.due_on else "",
            reader.said(claim.place),
            written(claim.amount) if claim.amount is not None else "",
        ]
        for claim in claims
    ]
    return headings, rows


def claim_as_text(claim: Claim) -> Iterator[str]:
    """One claim, line by line: where it lies, its answers, its things, its money, its steps."""
    pack = queries.pack_of(claim.programme)
    yuan = _("yuan")
    yield f"{claim.number} · {reader.said(pack.title)}"
    facts = [
        (_("State"), claim.get_state_display()),
        (_("Desk"), Desk(claim.desk).label if claim.desk in Desk.values else claim.desk),
        (_("Due on"), claim.due_on.isoformat() if claim.due_on else ""),
        (_("Place"), reader.said(claim.place)),
        (_("Applicant"), claim.applicant.identity_shown),
        (_("Amount"), f"{written(claim.amount)} {yuan}" if claim.amount is not None else ""),
    ]
    yield from (f"  {word}: {value}" for word, value in facts if value)
    yield _("Answers")
    yield from _answers(claim, pack)
    yield _("Money")
    words = dict(Account.Stage.choices)
    for stage, amount in ledger.balance_of(claim.number).items():
        yield f"  {words[stage]}: {written(amount)} {yuan}"
    yield _("What happened")
    yield from map(_step, queries.history(claim))
    for objection in claim.objections.order_by("pk"):
        at = timezone.localtime(objection.at).strftime("%Y-%m-%d %H:%M")
        said = (at, objection.get_outcome_display(), objection.text, objection.answer)
        yield f"{objection.get_kind_display()}: {'  '.join(part for part in said if part)}"


def _answers(claim: Claim, pack: Pack) -> Iterator[str]:
    for name, value in claim.facts.items():
        if name in pack.facts:
            yield f"  {reader.said(pack.facts[name].ask)}: {rulebook.in_words(pack, name, value)}"
        else:
            yield f"  {name}: {value}"
    for name, kept in claim.things.items():
        called = things.called(pack, name) if name in pack.things else name
        yield f"  {called}: {kept['shown']}"


def _step(step: Step) -> str:
    at = timezone.localtime(step.at).strftime("%Y-%m-%d %H:%M")
    by = step.by.username if step.by else _("by itself")
    said = [
        f"{step.n:>3} {at}",
        deed_word(step.deed, done=True),
        f"→ {step.get_state_to_display()}",
        by,
        step.reason,
    ]
    return "  ".join(part for part in said if part)
