"""Reading the bank's answers: what it paid is paid, what failed can be retried, the rest is a difference.

Only payments that wait are booked by a file. One that was booked before is never turned round by another
file: that is listed, and a person decides. So an old file read again changes nothing.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huanxin.foundation.lib.money import Money, written, yuan
from huanxin.ledger import bankanswers, refusals
from huanxin.ledger.models import Batch, Line, Statement

from . import services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from huanxin.foundation.access.models import User
    from huanxin.ledger.bankanswers import Answer

_NOTHING = yuan(0)
_IN_ONE_GO = 500
_SENT = (Batch.State.SIGNED, Batch.State.SENT, Batch.State.BOOKED)


@dataclass(frozen=True)
class Difference:
    """Where the bank's file and our payments do not agree: line and cell of the file, what each says."""

    kind: str
    line: int | None
    cell: str
    purpose: str
    says: str
    ours: str = ""
    theirs: str = ""


@dataclass
class Results:
    """What a file settled. `matched` were paid, `failed` failed, each with the file's own line number.

    `paid` and `refused` are their sums. `difference` is what the whole file adds up to, less what was sent
    in the batches it answers: 0.00 when every payment has its one answer.
    """

    matched: list[Line] = field(default_factory=list)
    failed: list[Line] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    sent: Money = _NOTHING
    paid: Money = _NOTHING
    refused: Money = _NOTHING
    difference: Money = _NOTHING
    statement: Statement | None = None

    @property
    def unknown(self) -> list[Difference]:
        return [d for d in self.differences if d.kind == "unknown"]

    def differ(self, kind: str, answer: Answer, cell: str, says: str, **both: str) -> None:
        purpose = answer.purpose or str(answer.number)
        self.differences.append(Difference(kind, answer.line, answer.cell(cell), purpose, says, **both))


def read_results(
    file: Path,
    *,
    by: User,
    batch: Batch | None = None,
    name: str = "",
    where: Q | None = None,
    progress: Callable[[int, int | None, str], None] | None = None,
) -> Results:
    """Book the bank's answers (xlsx or csv) and list every difference; the same file again changes nothing.

    `batch` says which one the file answers; else its column 批次号 does, else the one batch that has all its
    payments. `where` filters batches, such as by the places of a mandate: payments of others are unknown
    then. Booked in transactions of 500 payments: broken off, the file is read again and goes on. Raises
    SheetError.
    """
    answers = bankanswers.read(file)
    results = Results()
    found = _lines_of(answers, batch, results, where or Q())
    wanted = _to_book(answers, found, results)
    _book(wanted, results, by=by, progress=progress)
    touched = {line.batch_id for line in found.values()} | ({batch.pk} if batch else set())
    _close(touched, {line.pk for line in found.values()}, answers, results)
    results.statement = _keep(file, name or file.name, results, batch=batch, by=by)
    return results


def _lines_of(answers: Sequence[Answer], batch: Batch | None, results: Results, where: Q) -> dict[int, Line]:
    """Which payment each answer (by its place) is about; those that are about none are differences."""
    purposes = {a.purpose for a in answers if a.purpose}
    sent = Batch.objects.filter(where, state__in=_SENT)
    there = Line.objects.filter(batch__in=sent).exclude(state=Line.State.HELD).select_related("batch")
    by_purpose: dict[str, list[Line]] = defaultdict(list)
    for line in there.filter(purpose__in=purposes).order_by("pk"):
        by_purpose[line.purpose].append(line)
    named = {a.batch for a in answers if a.batch} | ({batch.number} if batch else set())
    by_number = {
        (line.batch.number, line.number): line for line in there.filter(batch__number__in=named)
    } if any(not a.purpose for a in answers) else {}  # fmt: skip
    whole = batch.number if batch else _one_batch(answers, by_purpose)
    found: dict[int, Line] = {}
    for n, answer in enumerate(answers):
        of_batch = batch.number if batch else answer.batch or whole
        if not answer.purpose:
            candidates = (
                [by_number[of_batch, answer.number or 0]]
                if (of_batch, answer.number or 0) in by_number
                else []
            )
        else:
            candidates = [x for x in by_purpose[answer.purpose] if of_batch in ("", x.batch.number)]
        if len(candidates) == 1:
            found[n] = candidates[0]
        elif candidates:
            says = _("It was sent in several batches: say which one this file answers.")
            numbers = "、".join(line.batch.number for line in candidates)
            results.differ("which_batch", answer, "purpose", says, ours=numbers)
        else:
            results.differ("unknown", answer, "purpose", _("No payment of this number was sent to the bank."))
    return found


def _one_batch(answers: Sequence[Answer], by_purpose: dict[str, list[Line]]) -> str:
    """The only batch that has a payment for every known purpose of the file; empty if there are several."""
    known = [by_purpose[a.purpose] for a in answers if a.purpose and by_purpose[a.purpose]]
    if not known:
        return ""
    common = set.intersection(*({line.batch.number for line in lines} for lines in known))
    return common.pop() if len(common) == 1 else ""


def _to_book(
    answers: Sequence[Answer], found: dict[int, Line], results: Results
) -> list[tuple[Line, Answer]]:
    """The payments that wait and have one clear answer of the right amount; all else becomes a difference."""
    of_line: dict[int, list[int]] = defaultdict(list)
    for n, line in found.items():
        of_line[line.pk].append(n)
    wanted = []
    for places in of_line.values():
        answer, line = answers[places[0]], found[places[0]]
        for again in places[1:]:
            says = _("Answered before in line %(line)s.") % {"line": answer.line}
            results.differ("doubled", answers[again], "purpose", says, ours=str(answer.line))
        if len({(answers[n].amount, answers[n].is_paid) for n in places}) > 1:
            results.differ("doubled", answer, "state", _("The file answers this payment in different ways."))
        elif _is_clear(answer, line, results):
            wanted.append((line, answer))
    return wanted


def _is_clear(answer: Answer, line: Line, results: Results) -> bool:
    if answer.amount != line.amount:
        says = _("The amount differs.") if answer.amount is not None else _("The amount cannot be read.")
        theirs = written(answer.amount) if answer.amount is not None else ""
        results.differ("amount", answer, "amount", says, ours=written(line.amount), theirs=theirs)
        return False
    if answer.is_paid is None:
        says = _("“%(said)s” says neither paid nor failed.") % {"said": answer.said}
        results.differ("unclear", answer, "state", says, theirs=answer.said)
        return False
    if (
        line.state in (Line.State.PAID, Line.State.FAILED)
        and (line.state == Line.State.PAID) != answer.is_paid
    ):
        says = _("It was booked as “%(state)s” before; a person decides.") % {
            "state": line.get_state_display()
        }
        ours = str(line.get_state_display())
        results.differ("contradicts", answer, "state", says, ours=ours, theirs=answer.said)
        return False
    return True


def _book(
    wanted: Sequence[tuple[Line, Answer]],
    results: Results,
    *,
    by: User,
    progress: Callable[[int, int | None, str], None] | None,
) -> None:
    for start in range(0, len(wanted), _IN_ONE_GO):
        some = wanted[start : start + _IN_ONE_GO]
        try:
            settled = _book_some(some, by=by)
        except refusals.NotThere:
            # One of them has no money: find out which, and book the others.
            settled = [pair for one in some for pair in _book_one(one, results, by=by)]
        for line, answer in settled:
            (results.matched if answer.is_paid else results.failed).append(line)
        if progress is not None:
            progress(start + len(some), len(wanted), "")


def _book_one(one: tuple[Line, Answer], results: Results, *, by: User) -> list[tuple[Line, Answer]]:
    try:
        return _book_some([one], by=by)
    except refusals.NotThere as refused:
        results.differ("not_committed", one[1], "amount", str(refused), ours=written(one[0].amount))
        return []


def _book_some(some: Sequence[tuple[Line, Answer]], *, by: User) -> list[tuple[Line, Answer]]:
    """Book a few in one transaction; those that were booked before are only counted."""
    answers = {line.pk: answer for line, answer in some}
    with transaction.atomic():
        locked = Line.objects.filter(pk__in=answers).order_by("pk").select_for_update(of=("self",))
        lines = list(locked.select_related("batch"))
        waiting = [line for line in lines if line.state == Line.State.WAITING]
        said = {pk: (a.why or (a.said if not a.is_paid else ""), a.reference) for pk, a in answers.items()}
        paid = [line for line in waiting if answers[line.pk].is_paid]
        failed = [line for line in waiting if not answers[line.pk].is_paid]
        if paid:
            services.pay_lines(paid, by=by, reason=_("paid by the bank"))
            services.book(paid, Line.State.PAID, {pk: ("", ref) for pk, (_why, ref) in said.items()})
        if failed:
            services.book(failed, Line.State.FAILED, said)
    return [(line, answers[line.pk]) for line in lines]


def _close(touched: set[int], answered: set[int], answers: Sequence[Answer], results: Results) -> None:
    """Close batches that have all their answers, list payments without one, and add up."""
    results.batches = list(Batch.objects.filter(pk__in=touched).order_by("pk"))
    sent = (
        Line.objects.filter(batch__in=touched).exclude(state=Line.State.HELD).order_by("batch_id", "number")
    )
    lines = list(sent.select_related("batch"))
    waiting = {line.batch_id for line in lines if line.state == Line.State.WAITING}
    for line in lines:
        if line.pk not in answered:
            where = f"{line.batch.number} {line.number}"
            says = _("The file has no answer for this payment.")
            results.differences.append(
                Difference("unanswered", None, where, line.purpose, says, ours=written(line.amount))
            )
    done = Batch.objects.filter(pk__in=touched - waiting, state__in=[Batch.State.SIGNED, Batch.State.SENT])
    done.update(state=Batch.State.BOOKED)
    results.sent = _sum(line.amount for line in lines)
    results.paid = _sum(line.amount for line in results.matched)
    results.refused = _sum(line.amount for line in results.failed)
    results.difference = Money(_sum(a.amount for a in answers if a.amount) - results.sent)


def _sum(amounts: Iterable[Money]) -> Money:
    return Money(sum(amounts, _NOTHING))


def _keep(file: Path, name: str, results: Results, *, batch: Batch | None, by: User) -> Statement:
    """Keep what the file said; read again with the same outcome, the first record stays."""
    findings: list[dict[str, Any]] = [vars(difference) for difference in results.differences]
    said = {
        "sha256": hashlib.sha256(file.read_bytes()).digest(),
        "batch": batch or (results.batches[0] if len(results.batches) == 1 else None),
        "n_matched": len(results.matched),
        "n_failed": len(results.failed),
        "n_unknown": len(results.unknown),
        "paid": results.paid,
        "failed": results.refused,
        "sent": results.sent,
        "difference": results.difference,
    }
    earlier = Statement.objects.filter(**said).order_by("pk")
    for statement in earlier:
        if statement.findings == findings:
            return statement
    return Statement.objects.create(**said, name=name[:200], findings=findings, read_by=by)
