"""Things timed side by side in one run: medians of alternating rounds, and what they are to each other."""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Timed:
    """The median of one contender's rounds, in seconds."""

    name: str
    seconds: float
    rounds: tuple[float, ...]


def alternate(
    contenders: Mapping[str, Callable[[], object]], *, rounds: int, warm: int = 1
) -> dict[str, Timed]:
    """Run the contenders in turn, so that a noisy minute falls on all of them alike."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(warm + rounds):
        for name, run in contenders.items():
            began = time.perf_counter()
            run()
            if number >= warm:
                taken[name].append(time.perf_counter() - began)
    return {name: Timed(name, statistics.median(times), tuple(times)) for name, times in taken.items()}


class Report:
    """A table of ratios with their bounds; `finish` exits with 1 where a bound is missed."""

    def __init__(self, title: str) -> None:
        self.table = Table(title=title)
        for column in ("what", "against", "ratio", "bound", "kept"):
            self.table.add_column(column, justify="right" if column == "ratio" else "left")
        self.missed = 0

    def row(
        self, what: str, against: str, ratio: float, *, most: float | None = None, least: float | None = None
    ) -> None:
        kept = (most is None or ratio <= most) and (least is None or ratio >= least)
        self.missed += not kept
        bound = f"≤ {most:g}" if most is not None else f"≥ {least:g}" if least is not None else "–"
        self.table.add_row(what, against, f"{ratio:.2f}", bound, "yes" if kept else "NO")

    def note(self, what: str, value: str) -> None:
        self.table.add_row(what, "", value, "–", "")

    def finish(self) -> None:
        Console(width=110).print(self.table)
        sys.exit(1 if self.missed else 0)
