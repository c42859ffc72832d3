"""How well the checks find what was planted: found, missed and false alarms, pattern by pattern."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from huanxin.claims.integrity.models import Finding, Involved
from huanxin.claims.integrity.queries import THRESHOLD
from huanxin.claims.models import Claim
from huanxin.foundation.lib import sealed
from huanxin.tradein.till import queries as tradein

from .plan import PATTERNS, Car, Plan, Sale, plan

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass
class Row:
    """One pattern: how many of its planted cases were found, and the numbers of those that were not."""

    pattern: str
    name: str
    checks: tuple[str, ...]
    planted: int = 0
    found: int = 0
    missed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Score:
    """`alarms` are findings on honest claims alone, by check; `touched` honest claims that stand in a
    finding on a cheat."""

    rows: list[Row]
    n_honest: int
    alarms: dict[str, list[str]]
    touched: int

    @property
    def n_planted(self) -> int:
        return sum(row.planted for row in self.rows)

    @property
    def n_found(self) -> int:
        return sum(row.found for row in self.rows)


def score(story: Plan | None = None) -> Score:
    """Hold the findings against the plan that was played. A case refused when it came in counts as found."""
    story = story or plan()
    claims = _claims(story.cars, story.sales)
    found_by = _found_by()
    rows = {name: Row(name, said, checks) for name, (said, checks) in PATTERNS.items()}
    planted: set[int] = set()
    cases: list[Car | Sale] = [*story.cars, *story.sales]
    for case in cases:
        if not case.pattern:
            continue
        row, claim = rows[case.pattern], claims.get(_key(case))
        row.planted += 1
        planted |= {claim} if claim is not None else set()
        if _is_found(row, claim, found_by):
            row.found += 1
        else:
            row.missed.append(_key(case))
    _count_victims_of_refusal(rows)
    honest = {pk for pk in claims.values() if pk not in planted}
    alarms, touched = _alarms(planted, honest)
    return Score(list(rows.values()), len(honest), alarms, touched)


def _key(case: Car | Sale) -> str:
    return case.key if isinstance(case, Sale) else f"{case.person.number}:{case.old_vin}"


def _claims(cars: Iterable[Car], sales: Iterable[Sale]) -> dict[str, int]:
    """The claim of each case that has one: of a car by its person, of a sale by the till's key."""
    hashes = {sealed.keyed_hash(car.person.number, purpose="party"): _key(car) for car in cars}
    rows = Claim.objects.filter(sample=True, tops_up=None).exclude(state__in=("draft", "withdrawn"))
    found = {}
    for pk, number, settles in rows.values_list("pk", "applicant__identity_hash", "programme__settles"):
        key = hashes.get(bytes(number or b""))
        if settles == "claim" and key is not None:
            found[key] = pk
    by_key = {sale.key: None for sale in sales}
    for key, claim in tradein.sales().values_list("key", "claim_id"):
        if key in by_key:
            found[key] = claim
    return found


def _found_by() -> dict[int, set[str]]:
    """The checks that found something about each claim."""
    rows = Involved.objects.filter(finding__gone_at=None, finding__strength__gte=THRESHOLD)
    found: dict[int, set[str]] = {}
    for claim, check in rows.values_list("claim_id", "finding__check_id"):
        found.setdefault(claim, set()).add(check)
    return found


def _is_found(row: Row, claim: int | None, found_by: dict[int, set[str]]) -> bool:
    if claim is None:
        return "refused" in row.checks
    return bool(found_by.get(claim, set()) & set(row.checks))


def _count_victims_of_refusal(rows: dict[str, Row]) -> None:
    """Of a thing that is claimed twice the first claim is good: only the second is planted, and it was
    refused."""
    for row in rows.values():
        if "refused" in row.checks and row.found and row.missed:
            row.planted -= len(row.missed)
            row.missed.clear()


def _alarms(planted: set[int], honest: set[int]) -> tuple[dict[str, list[str]], int]:
    alarms: dict[str, list[str]] = {}
    touched: set[int] = set()
    findings = Finding.objects.filter(gone_at=None, strength__gte=THRESHOLD).prefetch_related("involved")
    for finding in findings:
        about = {one.claim_id for one in finding.involved.all()}
        if not about & planted:
            alarms.setdefault(finding.check_id, []).append(str(finding.says.get("zh", "")))
        else:
            touched |= about & honest
    return alarms, len(touched)
