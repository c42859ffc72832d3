"""The forty checks against cheating: what each says, how grave it is, and what it needs to be told.

Source of the list: the facts of the programme, section 12.4, from cases on record (F1 to F30 there).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from huanxin.policy import Text

from .models import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Check:
    """One check. `packs` decide it on one claim, `is_over_many` by the job over all claims.

    `ports` are the files of other offices without which it cannot tell, or not all of it; `idle_without`:
    nothing of it, where one of them is missing (`yes`) or every one (`all`). `only_for`: facts of which a
    programme must ask one for the check to concern it; none named, it concerns every programme. `patterns`
    are those on record that it is there to find.
    """

    id: str
    severity: str
    says: Text
    packs: tuple[str, ...] = ()
    is_over_many: bool = False
    ports: tuple[str, ...] = ()
    idle_without: str = ""
    only_for: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


def _read() -> dict[str, Check]:
    with Path(__file__).with_name("checks.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["id"]: Check(
                id=row["id"],
                severity=Severity(row["severity"]),
                says=Text(zh=row["zh"], en=row["en"]),
                packs=tuple(row["packs"].split()),
                is_over_many=bool(row["over_many"]),
                ports=tuple(row["ports"].split()),
                idle_without=row["idle_without"],
                only_for=tuple(row["only_for"].split()),
                patterns=tuple(row["patterns"].split()),
            )
            for row in csv.DictReader(lines)
        }


CHECKS = _read()


def of_packs() -> Iterator[Check]:
    """The checks that packs decide on one claim."""
    return (check for check in CHECKS.values() if check.packs)


def missing_ports(check: Check, ports: frozenset[str]) -> tuple[str, ...]:
    """The ports of a check for which no file has come in."""
    return tuple(port for port in check.ports if port not in ports)


def is_idle(check: Check, ports: frozenset[str]) -> bool:
    """Whether a check cannot be told at all for lack of files."""
    missing = missing_ports(check, ports)
    if check.idle_without == "all":
        return missing == check.ports
    return bool(check.idle_without and missing)
