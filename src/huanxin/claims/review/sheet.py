"""One file as its page shows it, in the reader's words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from huanxin.foundation.lib import reader
from huanxin.rulebook import queries as rulebook

from .. import things
from ..filing import wording
from ..models import Desk, Finding, Severity, State
from . import suggestions
from .seats import GREEN, OPEN, RED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from huanxin.policy import Pack

    from ..models import Claim, ClaimPaper, Step
    from ..steps import Row
    from .queries import File, Link
    from .suggestions import Suggestion


@dataclass(frozen=True)
class CheckLine:
    """A check of the decision: its colour, clause and facts."""

    light: str
    says: str
    clause: str
    facts: list[tuple[str, str]]
    applies: bool
    is_unverified: bool


@dataclass(frozen=True)
class FactLine:
    """A fact or thing of the claim, and what was read of it on papers."""

    name: str
    ask: str
    value: str
    is_thing: bool
    read: list[Suggestion] = field(default_factory=list)


@dataclass(frozen=True)
class PaperLine:
    """A paper: what it proves, what it is, who else handed it in."""

    row: ClaimPaper
    called: str
    address: str
    is_picture: bool
    was_read: bool
    same_as: list[tuple[str, str, str]]


@dataclass(frozen=True)
class FindingLine:
    """Something unusual: which check, why, with which others, how strong, what was made of it."""

    finding: Finding
    says: str
    look: str
    others: list[str]
    address: str
    may_do: str


@dataclass(frozen=True)
class LinkLine:
    """Another claim with something in common."""

    claim: Claim
    why: str
    address: str


@dataclass(frozen=True)
class DeedLine:
    """Something that this person may do with the file, and the key for it."""

    deed: str
    word: str
    key: str
    look: str
    needs_reason: bool


@dataclass(frozen=True)
class StepLine:
    """Something that happened."""

    step: Step
    word: str
    changes: list[str]


# The deeds of the desk have keys; the rarer ones are pressed with a pointer.
_KEYS = {"accept": "a", "approve": "a", "return": "r", "refuse": "b"}
_LOOKS = {"accept": "primary", "approve": "primary", "uphold": "primary", "refuse": "danger"}
# These have pages of their own, or are finance's and the applicant's.
_NOT_HERE = frozenset({"publish", "commit", "pay", "fail", "bounce", "close", "release", "withdraw", "appeal",
    "mend_account", "recover", "recover_part"})  # fmt: skip


def checks(claim: Claim, pack: Pack | None) -> list[CheckLine]:
    """The checks as they were decided; what does not apply comes last."""
    lines = [_check(check, pack) for check in claim.decision.get("checks", [])]
    order = {RED: 0, OPEN: 1, GREEN: 2}
    return sorted(lines, key=lambda line: (not line.applies, order[line.light]))


def _check(check: Mapping[str, Any], pack: Pack | None) -> CheckLine:
    applies = check.get("applies") is not False
    light = GREEN if check["value"] or not applies else RED if check["value"] is False else OPEN
    return CheckLine(
        light=light,
        says=reader.said(check["says"]),
        clause=wording.clause_said(check, pack),
        facts=[_fact_said(pack, name, value) for name, value in check.get("facts", {}).items()],
        applies=applies,
        is_unverified=bool(check.get("unverified")),
    )


def _fact_said(pack: Pack | None, name: str, value: Any) -> tuple[str, str]:
    if pack is None or name not in pack.facts:
        return name, "–" if value is None else str(value)
    return reader.said(pack.facts[name].ask), rulebook.in_words(pack, name, value)


def facts(file: File) -> list[FactLine]:
    """Every fact that is known or was asked for, then the things, with what was read of each."""
    if file.pack is None:
        return [FactLine(name, name, str(value), False) for name, value in file.claim.facts.items()]
    pack, claim = file.pack, file.claim
    read = suggestions.suggestions(claim, pack, file.papers)
    needed = set(claim.decision.get("needs", ()))
    lines = [
        FactLine(name, *_fact_said(pack, name, claim.facts.get(name)), False, read.get(name, []))
        for name in pack.facts
        if claim.facts.get(name) is not None or name in needed
    ]
    lines += [
        FactLine(name, reader.said(thing.ask), claim.things[name]["shown"], True, read.get(name, []))
        for name, thing in pack.things.items()
        if name in claim.things
    ]
    return lines


def papers(file: File) -> list[PaperLine]:
    return [_paper(file, row) for row in file.papers]


def _paper(file: File, row: ClaimPaper) -> PaperLine:
    address = reverse("claims:paper", args=[file.claim.number, row.pk])
    is_pdf = row.paper.media_type == "application/pdf"
    same = [
        (number, _("the same paper") if not apart else _("looks the same"), _file_address(number))
        for number, apart in file.same_papers.get(row.paper_id, [])
    ]
    return PaperLine(
        row=row,
        called=_proof(file.pack, row.proves),
        address=address,
        is_picture=not is_pdf or row.paper.looks_hash is not None,
        was_read="fields" in (row.read or {}),
        same_as=same,
    )


def _proof(pack: Pack | None, proves: str) -> str:
    asked = suggestions.asked_of(pack).get(proves) if pack else None
    if asked is None:
        return proves
    return reader.said(asked.proof or asked.ask)


def findings(file: File) -> list[FindingLine]:
    """What is unusual, the strongest first; what was cleared comes last."""
    lines = [_finding(one) for one in file.findings]
    return sorted(lines, key=lambda line: line.finding.judgement == Finding.Judgement.CLEARED)


def _finding(one: Finding) -> FindingLine:
    look = {Severity.BLOCK: "bad", Severity.REVIEW: "waiting"}.get(Severity(one.severity), "plain")
    try:
        address = reverse("claims:finding", args=[one.pk])
    except NoReverseMatch:
        address = ""
    others = [str(other.get("number", other) if isinstance(other, dict) else other) for other in one.others]
    cleared = one.judgement == Finding.Judgement.CLEARED
    may_do = "" if cleared else _may_do(one)
    return FindingLine(one, reader.said(one.says), "plain" if cleared else look, others[:20], address, may_do)


def _may_do(one: Finding) -> str:
    """What a reviewer can do about a finding that nobody cleared."""
    if one.severity == Severity.BLOCK:
        return _(
            "The file cannot be approved while this stands: return or refuse it. If nothing is wrong with "
            "it, tell the auditors of your area, who alone can clear a finding."
        )
    if one.severity == Severity.REVIEW:
        return _("Look at it before you decide. It does not stop you; only approval in bulk leaves it out.")
    return ""


def links(file: File) -> list[LinkLine]:
    words = {
        "applicant": _("same applicant"),
        "phone": _("same telephone"),
        "account": _("same bank account"),
        "thing": _("same thing"),
        "top_up": _("top-up"),
    }
    return [_link(link, words) for link in file.links]


def _link(link: Link, words: Mapping[str, str]) -> LinkLine:
    return LinkLine(
        link.claim, _(", ").join(words[why] for why in link.why), _file_address(link.claim.number)
    )


def _file_address(number: str) -> str:
    return reverse("claims:file", args=[number])


def steps(file: File) -> list[StepLine]:
    """What happened, the latest first."""
    return [
        StepLine(step, deed_word(step.deed, done=True), _changes(step, file.pack))
        for step in reversed(file.steps)
    ]


def _changes(step: Step, pack: Pack | None) -> list[str]:
    """Facts and amounts that a step changed; the state and the clock show by themselves."""
    words = {"amount": _("Amount"), "account_shown": _("Bank account"), "bank": _("Bank")}
    changes = [
        (words[name], step.before.get(name), after) for name, after in step.after.items() if name in words
    ]
    if step.deed == "resubmit":
        changes += _mended(step, pack)
    return [f"{word}: {before or '–'} → {after or '–'}" for word, before, after in changes]


def _mended(step: Step, pack: Pack | None) -> Iterator[tuple[str, str, str]]:
    """The answers that the applicant changed after the claim was returned: what, from, to."""
    before, after = step.before.get("facts") or {}, step.after.get("facts") or {}
    for name, value in after.items():
        word, now = _fact_said(pack, name, value)
        yield word, _fact_said(pack, name, before.get(name))[1], now
    old, new = step.before.get("things") or {}, step.after.get("things") or {}
    for name, shown in new.items():
        if old.get(name) != shown:
            yield things.called(pack, name) if pack else name, str(old.get(name) or ""), str(shown)


def deeds(file: File) -> list[DeedLine]:
    """What this person may do now, those with keys first."""
    rows = [row for row in file.deeds if row.deed not in _NOT_HERE]
    lines = [_deed(row) for row in rows]
    return sorted(lines, key=lambda line: (not line.key, line.deed in ("refuse", "suspend")))


def _deed(row: Row) -> DeedLine:
    look = _LOOKS.get(row.deed, "secondary")
    return DeedLine(row.deed, deed_word(row.deed), _KEYS.get(row.deed, ""), look, row.needs_reason)


def deed_word(deed: str, *, done: bool = False) -> str:
    """A deed as a button says it, or as a time line does."""
    to_do = {
        "accept": _("Accept"),
        "approve": _("Approve"),
        "return": _("Return for correction"),
        "refuse": _("Refuse"),
        "suspend": _("Suspend"),
        "resume": _("Resume"),
        "uphold": _("Uphold the appeal"),
        "reject_appeal": _("Reject the appeal"),
    }
    was_done = {
        "submit": _("Sent"),
        "queue": _("Sent; waits for money"),
        "resubmit": _("Mended and sent again"),
        "accept": _("Accepted"),
        "approve": _("Approved"),
        "return": _("Returned for correction"),
        "refuse": _("Claim refused"),
        "withdraw": _("Withdrawn"),
        "appeal": _("Appealed"),
        "mend_account": _("Bank account corrected"),
        "release": _("Money is there"),
        "draw": _("Drawn by the region as a sample"),
        "pass": _("Not drawn as a sample"),
        "publish": _("Put into public notice"),
        "commit": _("Money committed"),
        "suspend": _("Suspended"),
        "resume": _("Resumed"),
        "uphold": _("Appeal upheld"),
        "reject_appeal": _("Appeal rejected"),
        "pay": _("Paid"),
        "fail": _("The payment failed"),
        "bounce": _("The bank sent the money back"),
        "close": _("Closed"),
        "recover": _("Money recovered"),
        "recover_part": _("Part of the money recovered"),
        "give_back": _("Goods brought back"),
        "sell": _("Sold at the till"),
        "discard": _("Thrown away before it was sent"),
        "proof": _("The old thing arrived at its recycler"),
        "raise": _("A later notice raised the amount"),
        "top_up": _("Top-up by a later notice, without a claim of its own"),
    }
    return (was_done if done else to_do).get(deed, deed)


def where(claim: Claim) -> str:
    """At which desk it lies and until when."""
    desk = Desk(claim.desk).label if claim.desk else State(claim.state).label
    if claim.due_on is None:
        return str(desk)
    return _("%(desk)s, until %(day)s") % {"desk": desk, "day": date_format(claim.due_on)}
