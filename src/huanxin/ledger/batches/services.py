"""Batches of payments: made by one, signed by another, sent to the bank, retried or cancelled."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.foundation.access import services as access
from huanxin.foundation.lib import sealed
from huanxin.foundation.lib.money import yuan
from huanxin.ledger import bankfiles, proving, refusals
from huanxin.ledger.accounts import services as accounts
from huanxin.ledger.models import Batch, Line, Part

from . import holding_back
from .holding_back import PaymentLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal
    from pathlib import Path

    from huanxin.foundation.access.models import User

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LONGEST_WHY = 300


def make_batch(
    programme: str, lines: Sequence[PaymentLine], *, by: User, place_code: str = "15", sample: bool = False
) -> Batch:
    """A batch that waits for its second signature. What cannot be paid is held back in it, with the reason.
    `place_code` is where it is paid: nobody who pays elsewhere goes on with it.

    Raises NothingToPay without any line; LiveAlready if somebody put the same payments into a batch at this
    moment.
    """
    if not lines:
        raise refusals.NothingToPay
    if wrong := [line.purpose for line in lines if line.amount <= 0]:
        raise refusals.Refused(_("“%(purpose)s”: a payment must be more than 0.00.") % {"purpose": wrong[0]})
    held_back = holding_back.why_held(lines)
    with transaction.atomic():
        batch = Batch.objects.create(
            number=_new_number(), programme=programme, place_code=place_code, made_by=by, sample=sample
        )
        rows = [_line(batch, n, line, held_back[n - 1]) for n, line in enumerate(lines, 1)]
        _keep(rows, [(line.pays(), line.less) for line in lines])
    return batch


def sign_batch(batch: Batch, *, by: User) -> Batch:
    """The second signature; from now on its payments cannot be changed, nor their money given back.

    Proves the programme's chain first. Payments whose money is no longer there are held back. Raises
    SamePerson, WrongState, ChainBroken, NothingToPay.
    """
    verdict = proving.prove(batch.programme)
    if verdict.first is not None:
        raise refusals.ChainBroken(verdict.first.where, verdict.first.what)
    with transaction.atomic():
        found = _in_state(batch, Batch.State.DRAFT)
        if found.made_by_id == by.pk:
            raise refusals.SamePerson
        _hold_back_uncovered(found)
        if found.lines.filter(state=Line.State.WAITING).exists():
            found.state, found.signed_by, found.signed_at = Batch.State.SIGNED, by, timezone.now()
            found.save(update_fields=["state", "signed_by", "signed_at"])
    if found.state == Batch.State.DRAFT:
        # What holds each payment back is kept with it, to be read.
        raise refusals.NothingToPay
    return found


def bank_file(batch: Batch, folder: Path, *, by: User, layout: bankfiles.Layout | None = None) -> Path:
    """Write the xlsx for the bank into a folder, with the accounts opened; that they were is logged.

    From its first writing the batch is with the bank. Raises WrongState before its second signature,
    LayoutWrong, PermissionDenied.
    """
    wanted = layout or bankfiles.chosen()
    path = folder / f"{batch.number}.xlsx"
    with transaction.atomic():
        found = _in_state(batch, Batch.State.SIGNED, Batch.State.SENT)
        lines = list(found.lines.filter(state=Line.State.WAITING).order_by("number").select_related("batch"))
        opened = access.disclose_to_bank(
            _("%(n)s bank accounts of batch %(batch)s") % {"n": len(lines), "batch": found.number},
            [bytes(line.account_sealed) for line in lines],
            reason=_("file for the bank"),
            by=by,
        )
        bankfiles.write(path, wanted, lines, opened)
        path.chmod(0o600)
        if found.state == Batch.State.SIGNED:
            found.state, found.sent_at = Batch.State.SENT, timezone.now()
            found.save(update_fields=["state", "sent_at"])
    return path


def cancel_batch(batch: Batch, *, by: User, reason: str) -> Batch:
    """Take back a batch that is not with the bank yet; its payments may come into another one.

    Raises WrongState once its file was written, ReasonNeeded.
    """
    if not reason.strip():
        raise refusals.ReasonNeeded
    with transaction.atomic():
        found = _in_state(batch, Batch.State.DRAFT, Batch.State.SIGNED)
        why = _("%(person)s cancelled the batch: %(reason)s") % {"person": by, "reason": reason.strip()}
        waiting = found.lines.filter(state=Line.State.WAITING)
        Part.objects.filter(line__in=waiting).update(is_live=False)
        waiting.update(state=Line.State.HELD, why=why[:_LONGEST_WHY])
        found.state, found.why = Batch.State.CANCELLED, why[:_LONGEST_WHY]
        found.save(update_fields=["state", "why"])
    return found


def hold_back(purpose: str, *, why: str) -> None:
    """Give up a payment that is not with the bank yet; its money may come into another batch."""
    with transaction.atomic():
        mine = Line.objects.filter(purpose=purpose, state=Line.State.WAITING)
        here = Batch.objects.filter(pk__in=mine.values("batch_id"), state__in=["draft", "signed"])
        # Held first, so that nobody writes the file for the bank meanwhile.
        held = list(here.order_by("pk").select_for_update())
        waiting = list(mine.filter(batch__in=held).values_list("pk", flat=True))
        Part.objects.filter(line__in=waiting).delete()
        Line.objects.filter(pk__in=waiting).update(state=Line.State.HELD, why=why.strip()[:_LONGEST_WHY])


def retry(line: Line, *, by: User, account: str | None = None, bank: str | None = None) -> Line:
    """Put a payment that failed or was held back into a later batch, with a corrected account if given.

    It comes into the newest batch of the programme that waits for its signature and was made by the same
    person, else into a new one. Again it returns the same payment. Raises WrongState for one that waits or is
    paid, LiveAlready if its money is under way elsewhere, Refused for what still holds it back.
    """
    with transaction.atomic():
        old = Line.objects.select_for_update(of=("self",)).select_related("batch").get(pk=line.pk)
        if live := Line.objects.filter(purpose=old.purpose, state__in=["waiting", "paid"]).first():
            if live.pk == old.pk:
                raise refusals.WrongState(_("This payment waits or is paid; there is nothing to retry."))
            return live
        parts = _parts_of(old)
        pays = {p.purpose: p.amount for p in parts if not p.deducts}
        less = {p.purpose: p.amount for p in parts if p.deducts}
        said = PaymentLine(
            old.purpose, old.payee, account or bytes(old.account_sealed), bank or old.bank, old.amount,
            shown=old.account_shown, parts=pays, less=less,
        )  # fmt: skip
        against = next(iter(holding_back.objected(pays).values()), "")
        # What the bank sent back was good when it was sent, and what it deducts is deducted already.
        was_held = old.state == Line.State.HELD
        if why := against or (
            holding_back.why_held([said])[0] if was_held else holding_back.why_account(said.account)
        ):
            raise refusals.Refused(why)
        batch = _draft_of(old.batch, by)
        new = _line(batch, batch.lines.count() + 1, said, "")
        _keep([new], [(pays, less)])
    return new


def abandon(purpose: str) -> None:
    """Give up payments that failed or were held back, for good. Raises WrongState if one waits or is paid."""
    with transaction.atomic():
        lines = list(Line.objects.filter(purpose=purpose).order_by("pk").select_for_update())
        # Asked again: while we waited for the first one, another may have been made of it.
        if Line.objects.filter(purpose=purpose, state__in=["waiting", "paid"]).exists():
            raise refusals.WrongState(_("This payment waits or is paid: it cannot be dropped."))
        Part.objects.filter(line__in=lines).delete()


def send_back(line: Line, *, by: User, reason: str) -> Line:
    """The bank returned a payment that was booked as paid: its money is committed again, and it has failed.

    What was deducted from it stays deducted. Raises WrongState, ReasonNeeded.
    """
    if not reason.strip():
        raise refusals.ReasonNeeded
    with transaction.atomic():
        found = Line.objects.select_for_update().get(pk=line.pk)
        if found.state != Line.State.PAID:
            raise refusals.WrongState(_("This payment is not booked as paid."))
        parts = list(found.parts.filter(deducts=False).order_by("pk"))
        accounts.hold([part.purpose for part in parts])
        for part in parts:
            accounts.bounce(part.purpose, by=by, reason=reason)
        book([found], Line.State.FAILED, {found.pk: (reason, found.bank_reference)})
    return found


def confirm_late(line: Line, *, by: User, reason: str) -> Line:
    """The bank said that it failed, and paid it after all. Raises LiveAlready if it is being paid again."""
    if not reason.strip():
        raise refusals.ReasonNeeded
    with transaction.atomic():
        found = Line.objects.select_for_update().get(pk=line.pk)
        if found.state != Line.State.FAILED:
            raise refusals.WrongState(_("This payment is not booked as failed."))
        _parts_of(found)
        try:
            with transaction.atomic():
                book([found], Line.State.PAID, {found.pk: ("", found.bank_reference)})
        except IntegrityError as taken:
            raise refusals.LiveAlready(found.purpose) from taken
        pay_lines([found], by=by, reason=reason)
    return found


def pay_lines(lines: Sequence[Line], *, by: User, reason: str = "") -> None:
    """Move the money of payments: their parts are paid, what they deduct is recovered. Raises NotThere."""
    parts = list(Part.objects.filter(line__in=lines).order_by("pk").select_related("line"))
    accounts.hold([part.purpose for part in parts])
    amounts: dict[str, Decimal] = {}
    less = []
    for part in parts:
        if part.deducts:
            less.append(part)
        else:
            amounts[part.purpose] = part.amount
    accounts.pay_all(amounts, by=by, reason=reason)
    for part in less:
        accounts.recover(
            part.purpose,
            part.amount,
            by=by,
            reason=_("deducted from %(purpose)s") % {"purpose": part.line.purpose},
            key=f"less:{part.line.purpose}:{part.purpose}",
        )


def book(lines: Sequence[Line], state: Line.State, said: Mapping[int, tuple[str, str]]) -> None:
    """Write what became of payments: `said` has for each line the reason and the bank's reference."""
    now = timezone.now()
    for line in lines:
        why, reference = said[line.pk]
        line.state, line.booked_at = state, now
        line.why, line.bank_reference = why.strip()[:_LONGEST_WHY], reference.strip()[:60]
    is_live = state == Line.State.PAID
    Line.objects.bulk_update(lines, ["state", "why", "bank_reference", "booked_at"], batch_size=200)
    Part.objects.filter(line__in=lines).update(is_live=is_live)


def _line(batch: Batch, number: int, said: PaymentLine, why: str) -> Line:
    text = holding_back.normal(said.account) if isinstance(said.account, str) else ""
    return Line(
        batch=batch,
        number=number,
        purpose=said.purpose,
        payee=said.payee.strip(),
        account_sealed=sealed.seal(text) if isinstance(said.account, str) else said.account,
        account_shown=(sealed.masked(text) if isinstance(said.account, str) else said.shown)[:40],
        bank=said.bank.strip(),
        amount=yuan(said.amount),
        state=Line.State.HELD if why else Line.State.WAITING,
        why=why,
    )


def _keep(
    lines: Sequence[Line], parts: Sequence[tuple[Mapping[str, Decimal], Mapping[str, Decimal]]]
) -> None:
    """Write payments and their parts; what is live twice is refused by the database."""
    try:
        with transaction.atomic():
            kept = Line.objects.bulk_create(lines)
            rows = []
            for line, (pays, less) in zip(kept, parts, strict=True):
                is_live = line.state == Line.State.WAITING
                for deducts, some in ((False, pays), (True, less)):
                    rows += [
                        Part(line=line, purpose=p, amount=a, deducts=deducts, is_live=is_live)
                        for p, a in some.items()
                    ]
            Part.objects.bulk_create(rows)
    except IntegrityError as taken:
        raise refusals.LiveAlready(lines[0].purpose) from taken


def _in_state(batch: Batch, *states: Batch.State) -> Batch:
    found = Batch.objects.select_for_update().get(pk=batch.pk)
    if found.state not in states:
        raise refusals.WrongState(
            _("Batch %(batch)s is “%(state)s”: this cannot be done with it now. Reload the page.")
            % {"batch": found.number, "state": found.get_state_display()}
        )
    return found


def _hold_back_uncovered(batch: Batch) -> None:
    """Hold back payments whose money was given back since the batch was made, or that may no longer be paid;
    the rest stays locked."""
    parts = list(
        Part.objects.filter(line__batch=batch, line__state=Line.State.WAITING, deducts=False).order_by("pk")
    )
    for_line = {part.purpose: part.line_id for part in parts}
    amounts = {part.purpose: part.amount for part in parts}
    for purpose, refused in {**accounts.hold_committed(amounts), **holding_back.objected(amounts)}.items():
        Part.objects.filter(line_id=for_line[purpose]).update(is_live=False)
        Line.objects.filter(pk=for_line[purpose]).update(
            state=Line.State.HELD, why=str(refused)[:_LONGEST_WHY]
        )


def _parts_of(line: Line) -> list[Part]:
    """What a payment pays and deducts. Raises WrongState for one that was given up: it pays nothing."""
    parts = list(line.parts.order_by("pk"))
    if not parts:
        raise refusals.WrongState(_("This payment was given up: what it was to pay is paid otherwise."))
    return parts


def _draft_of(earlier: Batch, by: User) -> Batch:
    same = {"programme": earlier.programme, "place_code": earlier.place_code, "made_by": by}
    drafts = Batch.objects.select_for_update().filter(**same, state=Batch.State.DRAFT)
    return drafts.order_by("-pk").first() or Batch.objects.create(
        number=_new_number(), sample=earlier.sample, **same
    )


def _new_number() -> str:
    tail = "".join(secrets.choice(_LETTERS) for _n in range(6))
    return f"B{timezone.localdate():%y%m%d}-{tail}"
