"""The office's clock, set for the made-up sample: its claims are spread over a year and go through the
services.

Never used on an office in service: `huanxin demo` plays the sample, and every row of it is marked; `huanxin
daily --on` is refused there.
"""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Let Django's clock stand at an instant, also for defaults of columns."""
    real = timezone.datetime  # type: ignore[attr-defined]

    class Stopped(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return moment.astimezone(tz)

    timezone.datetime = Stopped  # type: ignore[attr-defined]
    try:
        yield
    finally:
        timezone.datetime = real  # type: ignore[attr-defined]


def local(day: dt.date, hour: int = 10, minute: int = 0, second: int = 0) -> dt.datetime:
    """An instant of the office's day."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute, second)))


class Year:
    """Deeds in the order of their instants; a deed may put later ones in."""

    def __init__(self) -> None:
        self._waiting: list[tuple[dt.datetime, int, Callable[[], object]]] = []
        self._count = itertools.count()

    def on(self, moment: dt.datetime, deed: Callable[[], object]) -> None:
        """Let a deed happen at an instant; of two at one instant the earlier entered comes first."""
        heapq.heappush(self._waiting, (moment, next(self._count), deed))

    def play(self, until: dt.datetime) -> int:
        """Do everything up to an instant; returns how many deeds that were."""
        n = 0
        while self._waiting and self._waiting[0][0] <= until:
            moment, _n, deed = heapq.heappop(self._waiting)
            with at(moment):
                deed()
            n += 1
        return n
