"""What is known of one claim for the packs of integrity: its own facts, what other offices say, what
follows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from huanxin.registry.models import Party

from .. import things
from . import ports
from .models import Entry, Source, Trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huanxin.policy import Pack

    from ..models import Claim

# A fact that begins with a port's name comes from its file; these come from the claim itself.
OF_CLAIM = frozenset({
    "submitted_on", "last_day_to_own", "account_name_is_applicant", "applicant_is_person",
    "programme_is_for_people", "applicant_born_on", "amount_asked", "things_funded_before",
    "certificate_vin_agrees", "deregistration_vin_agrees", "invoice_vin_agrees", "owner_agrees",
    "price_agrees",
})  # fmt: skip


@dataclass
class Known:
    """Everything that is known of a claim, read once. Queries: the traces, the entries, the sources."""

    claim: Claim
    pack: Pack | None

    @cached_property
    def submitted_on(self) -> dt.date:
        """The day on which it was sent, as the decision has it."""
        return self.claim.decided_on or timezone.localdate()

    @cached_property
    def ports(self) -> frozenset[str]:
        """The ports for which a file came in."""
        return frozenset(Source.objects.values_list("port", flat=True).distinct())

    @cached_property
    def entries(self) -> dict[str, dict[str, Any]]:
        """By port, what its newest file says of the claim's things and its applicant."""
        keys = [
            bytes(key) for key in Trace.objects.filter(claim=self.claim).values_list("key_hash", flat=True)
        ]
        if self.claim.applicant.identity_hash is not None:
            keys.append(bytes(self.claim.applicant.identity_hash))
        rows = Entry.objects.filter(key_hash__in=keys).order_by("source__as_of", "pk")
        return dict(rows.values_list("port", "says"))

    def value(self, name: str) -> object:
        """A fact by name, or None where it is not known."""
        if name in OF_CLAIM:
            return getattr(self, name)
        port, _sep, field = name.partition("_")
        if port in ports.PORTS:
            return self._said(port, field)
        return self.claim.facts.get(name)

    def is_asked(self, name: str) -> bool:
        """Whether a fact can be known of a claim of this programme at all."""
        port = name.partition("_")[0]
        if name == "last_day_to_own":
            return self.last_day_to_own is not None
        if name in OF_CLAIM or port in ports.PORTS:
            return True
        return name in self.claim.facts or (self.pack is not None and name in self.pack.facts)

    def port_of(self, name: str) -> str:
        """The port that a fact comes from, or nothing."""
        port = name.partition("_")[0]
        return port if name not in OF_CLAIM and port in ports.PORTS else ""

    def _said(self, port: str, field: str) -> object:
        said = self.entries.get(port)
        if said is None:
            return None
        if (person := field.removesuffix("_is_applicant")) != field:
            told = said.get(person)
            return None if told is None else told == ports.name_key(self.claim.applicant.name)
        if field == "name_agrees":
            return (
                None
                if said.get("name") is None
                else said["name"] == ports.name_key(self.claim.applicant.name)
            )
        if field == "is_alive":
            if "dead_on" not in said:
                return None
            dead_on = said["dead_on"]
            return dead_on is None or dead_on > self.submitted_on.isoformat()
        if field == "new_registered_on":
            return None
        return said.get(field)

    @cached_property
    def last_day_to_own(self) -> dt.date | None:
        """The last day on which the old car could come into the applicant's own name.

        By the claim's pack: its `owned_by`, or the day before its `owned_before`; None where it has neither,
        or the day was not known yet. Earlier texts of car-scrappage call the latter `owned_by`: a day longer.
        """
        if self.pack is None:
            return None
        day = things.case_day(self.pack, self.claim.facts, self.submitted_on)
        for name, days_before in (("owned_by", 0), ("owned_before", 1)):
            figure = self.pack.parameters.get(name)
            last = figure.value_at(day, self.claim.known_on or self.submitted_on) if figure else None
            if last is not None and isinstance(last.value, dt.date):
                return last.value - dt.timedelta(days=days_before)
        return None

    @property
    def account_name_is_applicant(self) -> bool | None:
        if not self.claim.account_name:
            return None
        return ports.loose(self.claim.account_name) == ports.loose(self.claim.applicant.name)

    @property
    def applicant_is_person(self) -> bool:
        return bool(self.claim.applicant.kind == Party.Kind.PERSON)

    @property
    def programme_is_for_people(self) -> bool | None:
        """A pack that asks whether the buyer or owner is a natural person pays natural persons only."""
        if self.pack is None:
            return None
        return bool({"buyer_is_person", "same_person"} & set(self.pack.facts))

    @property
    def applicant_born_on(self) -> dt.date | None:
        return self.claim.applicant.born_on

    @property
    def amount_asked(self) -> object:
        return self.claim.amount

    @cached_property
    def things_funded_before(self) -> bool | None:
        """Whether another claim of another programme left a trace of one of these things."""
        keys = [
            bytes(key) for key in Trace.objects.filter(claim=self.claim).values_list("key_hash", flat=True)
        ]
        if not keys:
            return None
        others = Trace.objects.filter(key_hash__in=keys).exclude(claim=self.claim)
        return bool(others.exclude(claim__programme=self.claim.programme).exists())

    @cached_property
    def _read(self) -> list[tuple[str, dict[str, Any]]]:
        """What a machine read on the papers: which paper, and its fields."""
        found = []
        for proves, read in self.claim.papers.filter(replaced_at=None).values_list("proves", "read"):
            found += [(proves, field) for field in (read or {}).get("fields") or []]
        return found

    def _vin_agrees(self, *proves: str) -> bool | None:
        """Whether a VIN on these papers is one of the claim's; None where none was read."""
        mine = {kept["hash"] for kept in self.claim.things.values()}
        seen = [
            bool(mine & set(field.get("hashes", {}).values()))
            for paper, field in self._read
            if field.get("name") == "vin" and any(word in paper for word in proves)
        ]
        return all(seen) if seen else None

    @property
    def certificate_vin_agrees(self) -> bool | None:
        # Claims decided by the text of old, which asked one day for both certificates, keep its name.
        return self._vin_agrees("recycled_on", "certificates_on")

    @property
    def deregistration_vin_agrees(self) -> bool | None:
        return self._vin_agrees("deregistered_on", "old_registered_on", "old_asset")

    @property
    def invoice_vin_agrees(self) -> bool | None:
        return self._vin_agrees("invoiced_on", "new_registered_on", "new_asset", "price")

    @property
    def owner_agrees(self) -> bool | None:
        seen = [
            ports.loose(str(field.get("value"))) == ports.loose(self.claim.applicant.name)
            for _paper, field in self._read
            if field.get("name") == "owner"
        ]
        return all(seen) if seen else None

    @property
    def price_agrees(self) -> bool | None:
        price = self.claim.facts.get("price")
        seen = [
            Decimal(str(field.get("value")).replace(",", "")) == Decimal(str(price))
            for _paper, field in self._read
            if field.get("name") == "total" and price is not None
        ]
        return all(seen) if seen else None


def traces_of(claim: Claim) -> Iterator[tuple[str, bytes]]:
    """What a claim leaves behind: the role of each of its things and its key, loosely read."""
    for name, kept in claim.things.items():
        yield kept.get("role") or "new", ports.key_of(things.identity(claim, name))
