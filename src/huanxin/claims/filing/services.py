"""Deeds of the applicant: begin, answer, send, discard; and the number by which a claim is known."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin import policy
from huanxin.foundation.lib import reader, sealed
from huanxin.ledger import services as ledger
from huanxin.registry import services as registry
from huanxin.registry.models import Place
from huanxin.rulebook import queries as rulebook

from .. import counting, things
from ..integrity import services as integrity
from ..life import money
from ..life import queries as life
from ..life.moving import Act, free_things, mark_things, move, take_holds, tell
from ..life.services import take_step
from ..models import Claim, Hold, Programme, State
from ..programmes import queries as programmes
from ..refusals import BadAnswers, NotAllowed, NotEntitled, NotOpen, Overtaken, StillOpen
from . import deciding, queries, together

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from huanxin.foundation.access.models import User
    from huanxin.policy import Decision, Pack
    from huanxin.registry.models import Party

    from ..models import Step

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SENT = ("submit", "resubmit", "queue")
_TEXTS = {"bank": 100, "merchant": 60, "account_name": 200}
_PHONE = re.compile(r"1\d{10}|0\d{9,11}")
_ACCOUNT = re.compile(r"\d{8,30}")


def number_for(slug: str, on: dt.date | None = None) -> str:
    """A number for a new claim. Drawn, not counted: nobody waits for a row, and nobody guesses another's."""
    day = on or timezone.localdate()
    return f"{slug}-{day:%y%m%d}-{''.join(secrets.choice(_LETTERS) for _n in range(8))}"


def start(
    programme: Programme, applicant: Party, *, by: User, place_code: str, sample: bool = False
) -> Claim:
    """Begin a claim of a party in a banner; nothing is sent yet.

    A clerk may begin one for somebody else: `by` is kept beside the applicant, and decides nothing on it.
    Raises `BadAnswers` for a place that is no banner of the programme's area, `NotOpen` for a closed one.
    """
    if programme.settles != Programme.Settles.CLAIM:
        raise NotOpen(_("This programme is settled at the till: take a voucher."))
    if programme.state in (Programme.State.DRAFT, Programme.State.CLOSED):
        programmes.refuse_if_closed(programme, timezone.localdate())
    place = _place(programme, place_code)
    return Claim.objects.create(
        number=number_for(programme.slug),
        programme=programme,
        applicant=applicant,
        entered_by=by,
        place=place,
        account_name=applicant.name,
        sample=sample or programme.sample or applicant.sample,
    )


def _place(programme: Programme, code: str) -> Place:
    place = Place.objects.filter(code=code).first()
    if place is None or len(code) != 6 or not code.startswith(programme.place_code):
        raise BadAnswers({"place": _("Choose the banner, county or district in which you apply.")})
    return place


@transaction.atomic
def save_answers(claim: Claim, answers: Mapping[str, object], *, by: User) -> Claim:
    """Keep answers: facts and things of the pack by their names, `place`, `phone`, `account`, `bank`, …

    An empty answer takes the earlier one away. Another answer that came in meanwhile stays; `claim` is
    brought up to date. Raises `BadAnswers` with a sentence for each that cannot be read, and keeps none of
    them then; `NotAllowed` once the claim was sent and not returned.
    """
    found = queries.to_send([claim.number]).select_for_update(of=("self",)).get()
    if found.state not in (State.DRAFT, State.RETURNED):
        raise NotAllowed(_("This claim was sent; its answers can be changed when it is returned."))
    life.refuse_others(found, life.row(found, "submit" if found.state == State.DRAFT else "resubmit"), by)
    pack = programmes.pack_of(found.programme, found.decided_on)
    new, errors = _read(found, pack, answers)
    if errors:
        raise BadAnswers(errors)
    new["saved_at"] = timezone.now()
    if not found.pack_digest:
        new["pack_digest"] = pack.digest
    for name, value in new.items():
        setattr(found, name, value)
    found.save(update_fields=list(new))
    for column in found._meta.concrete_fields:
        setattr(claim, column.attname, getattr(found, column.attname))
    return claim


def _read(claim: Claim, pack: Pack, answers: Mapping[str, object]) -> tuple[dict[str, Any], dict[str, str]]:
    facts, about, new, errors = dict(claim.facts), dict(claim.things), dict[str, Any](), dict[str, str]()
    for name, raw in answers.items():
        try:
            if name in pack.facts:
                _keep(facts, name, policy.plain(pack.facts[name].parse(raw, timezone.localdate())))
            elif name in pack.things:
                text = str(raw or "").strip()
                _keep(about, name, things.written(pack.things[name], text) if text else None)
            elif name == "place":
                new["place"] = _place(claim.programme, str(raw))
            else:
                new |= _contact(name, str(raw or "").strip())
        except policy.FactError as wrong:
            errors[name] = reader.said(wrong)
        except registry.IdentityError as wrong:
            errors[name] = str(wrong)
        except BadAnswers as wrong:
            errors |= wrong.errors
    hashes = [kept["hash"] for kept in about.values()]
    if len(hashes) != len(set(hashes)):
        twice = [name for name in answers if name in pack.things]
        errors |= dict.fromkeys(twice, _("The old thing and the new one have the same number. Compare them."))
    return new | {"facts": facts, "things": about}, errors


def _keep(kept: dict[str, Any], name: str, value: object) -> None:
    kept.pop(name, None)
    if value is not None:
        kept[name] = value


def _contact(name: str, text: str) -> dict[str, Any]:
    if name in _TEXTS:
        return {name: text[: _TEXTS[name]]}
    if name == "address":
        return _sealed("address", text, shown=False)
    digits = re.sub(r"[\s\-]", "", text)
    if name == "phone":
        if digits and not _PHONE.fullmatch(digits):
            raise BadAnswers({name: _("Write a mobile number of 11 digits, or a number with its area code.")})
        return _sealed("phone", digits)
    if name == "account":
        if digits and not _ACCOUNT.fullmatch(digits):
            raise BadAnswers({name: _("Write the digits on your bank card, 8 to 30 of them.")})
        return _sealed("account", digits)
    raise BadAnswers({name: _("This claim does not ask for “%(name)s”.") % {"name": name}})


def _sealed(name: str, text: str, *, shown: bool = True) -> dict[str, Any]:
    found: dict[str, Any] = {
        f"{name}_sealed": sealed.seal(text) if text else None,
        f"{name}_hash": sealed.keyed_hash(text, name) if text else None,
    }
    return found | ({f"{name}_shown": sealed.masked(text)} if shown else {})


def mend_account(claim: Claim, *, account: str, bank: str, by: User) -> Step:
    """Another bank account where a payment failed. Raises `BadAnswers`, `NotAllowed`, `NotYours`."""
    changes = _contact("account", account) | _contact("bank", bank)
    if not changes["account_sealed"] or not bank.strip():
        raise BadAnswers({"account": _("Write the digits on your bank card, 8 to 30 of them.")})
    return take_step(claim, "mend_account", by=by, changes=changes)


def discard(claim: Claim, *, by: User) -> Step:
    """Throw a claim away that was not sent."""
    row = life.row(claim, "discard")
    life.refuse_others(claim, row, by)
    with transaction.atomic():
        return move(claim, row, row.to, Act(by))


def send(number: str, *, by: User, from_where: str = "", device: str = "") -> bool:
    """Send an ordinary claim for the first time, together with those that are sent at the same moment.

    False where it is not ordinary, or not theirs: nothing was changed then, and `submit` says why.
    """
    return together.sent(together.Asked(number, by, from_where, device))


def submit(
    claim: Claim, *, by: User, on: dt.date | None = None, from_where: str = "", device: str = ""
) -> Claim:
    """Send a claim, or send a returned one again, in one transaction; `claim` is moved along.

    The pack as it is released decides on the day `on` (today); a returned claim keeps the day on which it was
    first sent. Money is set aside last: where it is used up the claim waits in line, in order.

    Raises `NotOpen`, `QuotaReached`, `StillOpen`, `NotEntitled`, `AlreadyClaimed`, `NotYours`, `NotAllowed`,
    `Overtaken`; nothing is changed then.
    """
    again = claim.state == State.RETURNED
    row = life.row(claim, "resubmit" if again else "submit")
    life.refuse_others(claim, row, by)
    day = on or timezone.localdate()
    if not again:
        programmes.refuse_if_closed(claim.programme, day)
    decided_on = claim.decided_on if again and claim.decided_on else day
    pack = _pack(claim, decided_on)
    facts = counting.filled(pack, claim.facts, claim.applicant_id, decided_on, claim.pk)
    asked = deciding.as_sent(claim, {"facts": facts})
    decision = policy.decide(pack, facts, decided_on, day)
    _must_be_entitled(asked, pack, decision)
    there = set(claim.papers.filter(replaced_at__isnull=True).values_list("proves", flat=True))
    changes = deciding.columns(asked, pack, decision, there, from_where, device) | {"facts": facts}
    was, now = _facts_changed(asked)
    act = Act(by, "", from_where, changes, {"facts": was} if was else {}, {"facts": now} if now else {}, day)
    kept = dict(claim.__dict__)
    try:
        with transaction.atomic():
            _send(claim, pack, act, again=again)
    except BaseException:
        claim.__dict__.clear()
        claim.__dict__.update(kept)
        raise
    return claim


def _pack(claim: Claim, day: dt.date) -> Pack:
    try:
        return rulebook.pack(claim.programme.pack_id, day)
    except rulebook.NotInForce as none:
        raise NotOpen(str(none)) from none


def _must_be_entitled(claim: Claim, pack: Pack, decision: Decision) -> None:
    """Raises `NotEntitled` with the failing check and its clause, or `StillOpen` with what is missing."""
    failed = [c for c in decision.checks if c.value is False]
    if failed:
        why = "; ".join(
            f"{reader.said(c.says)} ({reader.said(c.clause)})" if c.clause else reader.said(c.says)
            for c in failed
        )
        raise NotEntitled(decision, _("The rules do not grant this: %(why)s") % {"why": why})
    if decision.verdict == "undecided" and not decision.needs:
        raise NotEntitled(
            decision,
            _("The rules do not say what is granted here (%(where)s). Ask the office of your place.")
            % {"where": ", ".join(decision.gaps) or "–"},
        )
    if deciding.is_complete(claim, pack, decision):
        missing = []
    else:
        draft = queries.draft(claim, decision.on)
        missing = [q for q in draft.open if q.sort != "paper" or claim.programme.papers_first]
    if missing:
        sentence = _("Still missing: %(what)s.") % {"what": "; ".join(q.ask for q in missing)}
        raise StillOpen([q.name for q in missing], sentence)
    if not decision.amount:
        raise NotEntitled(decision, _("By these answers the amount is 0.00 yuan; there is nothing to claim."))


def _facts_changed(claim: Claim) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answers since the claim was last sent, before and after; all of them the first time."""
    sent: dict[str, Any] = {}
    if not claim.n_steps:
        return {}, {name: claim.facts[name] for name in claim.facts}
    for after in claim.steps.filter(deed__in=_SENT).order_by("n").values_list("after", flat=True):
        sent |= after.get("facts", {})
    sent = {name: value for name, value in sent.items() if value is not None}
    names = [n for n in {**sent, **claim.facts} if sent.get(n) != claim.facts.get(n)]
    return {n: sent[n] for n in names if n in sent}, {n: claim.facts.get(n) for n in names}


def _hold_as_seen(claim: Claim) -> None:
    """Nobody else moves the claim or answers on it until it is sent. Raises `Overtaken` if they did."""
    seen = {"state": claim.state, "n_steps": claim.n_steps, "saved_at": claim.saved_at}
    if not Claim.objects.select_for_update().filter(pk=claim.pk, **seen).values_list("pk").first():
        raise Overtaken


def _send(claim: Claim, pack: Pack, act: Act, *, again: bool) -> None:
    _hold_as_seen(claim)
    as_sent = deciding.as_sent(claim, act.changes)
    # A claim that was returned has its room in the week in which it was first sent.
    day = timezone.localdate(claim.submitted_at) if again else act.on or timezone.localdate()
    programmes.refuse_over_quota(as_sent, as_sent.amount, day)
    if again:
        Hold.objects.filter(claim=claim).delete()
    take_holds(as_sent, pack)
    act.changes.update(_enter_things(as_sent, pack, act, again=again))  # type: ignore[attr-defined]
    integrity.check(as_sent, by=act.by)
    if again and claim.shares == as_sent.shares and money.is_set_aside_for(as_sent):
        row = life.row(claim, "resubmit")
        move(claim, row, row.to, act)
        tell(claim, row, act)
        return
    if again:
        ledger.release(claim.number, by=act.by, reason=_("the amount or the place has changed"))

    def walk(has_money: bool) -> Step:
        row = life.row(claim, ("resubmit" if again else "submit") if has_money else "queue")
        step = move(claim, row, row.to, act)
        tell(claim, row, act)
        return step

    money.reserve_or_wait(claim, walk, act, shares=as_sent.shares, sent_at=as_sent.submitted_at)


def _enter_things(claim: Claim, pack: Pack, act: Act, *, again: bool) -> dict[str, Any]:
    """Find or register what the claim is about, and enter in its life that it was claimed for."""
    wanted: dict[str, Any] = {"old_asset": None, "new_asset": None}
    for name, thing in pack.things.items():
        if thing.kind and name in claim.things:
            wanted[f"{thing.role}_asset"] = registry.asset_for(
                thing.kind,
                things.identity(claim, name),
                by=act.by,
                place=claim.place_id,
                source=claim.number,
                sample=claim.sample,
            )
    if again and (claim.old_asset, claim.new_asset) == (wanted["old_asset"], wanted["new_asset"]):
        return wanted
    if again:
        free_things(claim, act)
    claim.old_asset, claim.new_asset = wanted["old_asset"], wanted["new_asset"]
    mark_things(claim, act)
    return wanted
