"""The packs of integrity on one claim: what is met, what is not, what cannot be told and for want of which
file."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils import translation

from huanxin import policy
from huanxin.foundation.lib import reader
from huanxin.policy import FactError
from huanxin.rulebook import queries as rulebook

from . import catalogue
from .facts import Known
from .models import Severity
from .sweeping.hits import Hit

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from huanxin.policy import CheckResult, Pack, Value

    from ..models import Claim
    from .catalogue import Check

_NAME = re.compile(r"[a-z]\w*")
MET, HIT, UNKNOWN = "met", "hit", "unknown"


@dataclass(frozen=True)
class Told:
    """One condition of a pack on one claim. `missing` names facts, `idle_for` the ports without a file."""

    check: Check
    pack: Pack
    result: CheckResult
    state: str
    missing: tuple[str, ...] = ()
    idle_for: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        return reader.said(self.result.says)

    @property
    def missing_in_words(self) -> list[str]:
        return [reader.said(self.pack.facts[name].ask) for name in self.missing]


def of_claim(claim: Claim) -> list[Told]:
    """Every condition of the packs in force that can concern this claim; one that asks for what its
    programme does
    not ask concerns it not. Cost: some queries and one decision for each pack."""
    on = claim.decided_on
    if on is None:
        return []
    with contextlib.suppress(rulebook.UnknownDigest):
        return list(_told(Known(claim, rulebook.by_digest(claim.pack_digest)), on))
    return list(_told(Known(claim, None), on))


def hits_of(claim: Claim) -> list[Hit]:
    """The conditions that a claim does not meet, as hits."""
    return [_hit(claim, told) for told in of_claim(claim) if told.state == HIT]


def hits_known(everybody: Sequence[Known], on: dt.date, packs: Iterable[Pack]) -> list[Hit]:
    """What `hits_of` finds of some claims of one day, by these packs and what is known already.

    One decision over all claims and packs; each pack that a claim does not meet once more, for its reasons.
    """
    in_force = {pack.id: pack for pack in packs}
    checks = [
        (c, in_force[pack_id]) for c in catalogue.of_packs() for pack_id in c.packs if pack_id in in_force
    ]
    together = _of_one_mind({pack.id: pack for _check, pack in checks}.values())
    decided = {pack.id for pack in together}
    facts = [_typed(known, together) for known in everybody]
    hits = []
    for known, unmet in zip(everybody, policy.unmet_of_several(together, facts, on), strict=True):
        for check, pack in checks:
            if pack.id in unmet or pack.id not in decided:
                hits += [_hit(known.claim, t) for t in _by_pack(known, check, pack, on) if t.state == HIT]
    return hits


def _of_one_mind(packs: Iterable[Pack]) -> list[Pack]:
    """Packs that understand the facts that they share in the same way: they can be decided together."""
    found: list[Pack] = []
    facts: dict[str, tuple[str, object]] = {}
    for pack in packs:
        mine = {name: (fact.duck_type, tuple(fact.of or ())) for name, fact in pack.facts.items()}
        if all(facts.get(name, said) == said for name, said in mine.items()):
            facts |= mine
            found.append(pack)
    return found


def _typed(known: Known, packs: Iterable[Pack]) -> dict[str, Value | None]:
    """What is known of a claim, for packs that concern it; nothing for others, which then are met."""
    values: dict[str, Value | None] = {}
    for pack in packs:
        if not _concerns(pack, known):
            continue
        for name in pack.facts:
            if name not in values:
                values[name] = _parsed(pack, name, known)
    return values


def _concerns(pack: Pack, known: Known) -> bool:
    return any(all(known.is_asked(name) for name in names) for names in _facts_of_checks(pack))


def _told(known: Known, on: dt.date) -> Iterator[Told]:
    in_force = {pack.id: pack for pack in rulebook.packs_of("integrity", on)}
    for check in catalogue.of_packs():
        for pack_id in check.packs:
            if pack_id in in_force:
                yield from _by_pack(known, check, in_force[pack_id], on)


def _by_pack(known: Known, check: Check, pack: Pack, on: dt.date) -> Iterator[Told]:
    if not _concerns(pack, known):
        return
    if check.only_for and not any(known.is_asked(name) for name in check.only_for):
        return
    facts = {name: _parsed(pack, name, known) for name in pack.facts}
    decision = policy.decide(pack, facts, on, with_needs=False)
    for result in decision.checks:
        if result.id in ("in_force", "apply_by") or not all(known.is_asked(name) for name in result.facts):
            continue
        if result.value is not None:
            yield Told(check, pack, result, MET if result.value else HIT)
            continue
        missing = tuple(name for name, value in result.facts.items() if value is None)
        wanted = dict.fromkeys(port for name in missing if (port := known.port_of(name)))
        idle = tuple(port for port in wanted if port not in known.ports)
        yield Told(check, pack, result, UNKNOWN, missing, idle)


@lru_cache(maxsize=64)
def _facts_of_checks(pack: Pack) -> tuple[frozenset[str], ...]:
    """The facts of each check of a pack: where a programme asks for none of them whole, the pack is not
    decided."""
    texts = (f"{check.holds} {check.when or ''}" for check in pack.checks)
    return tuple(frozenset(_NAME.findall(text)) & set(pack.facts) for text in texts)


def _parsed(pack: Pack, name: str, known: Known) -> Value | None:
    """A fact as the pack types it; what another office wrote in a way that the pack does not know is
    unknown."""
    value = known.value(name)
    if value is None:
        return None
    try:
        return pack.facts[name].parse(value)
    except FactError:
        return None


def _hit(claim: Claim, told: Told) -> Hit:
    why: dict[str, Any] = {
        "kind": f"pack:{told.pack.id}.{told.result.id}",
        "pack": told.pack.id,
        "pack_digest": told.pack.digest,
        "condition": told.result.id,
        "facts": {name: policy.plain(value) for name, value in told.result.facts.items()},
        "zh": _sentence(told, "zh-hans"),
        "en": _sentence(told, "en"),
    }
    strength = 90 if told.check.severity == Severity.BLOCK else 60
    return Hit(told.check.id, f"{claim.number}|{told.pack.id}.{told.result.id}", strength, why, (claim.pk,))


def _sentence(told: Told, language: str) -> str:
    """不符：… and the facts it rests on."""
    is_english = language == "en"
    says = told.result.says.say(language)
    facts = told.result.facts.items()
    with translation.override(language):
        said = [(told.pack.facts[name], rulebook.in_words(told.pack, name, value)) for name, value in facts]
    shown = [f"{fact.ask.say(language)}: {words}" for fact, words in said]
    head = f"Not met: {says}" if is_english else f"不符：{says}"
    return f"{head} ({'; '.join(shown)})" if is_english else f"{head}（{'；'.join(shown)}）"
