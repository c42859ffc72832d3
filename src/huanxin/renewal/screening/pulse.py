"""Signs of life of a run: how far it is, written where every page can read it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import connection, utils
from django.utils import timezone

from .models import UNDER_WAY, Screening

if TYPE_CHECKING:
    from types import TracebackType

    from huanxin.policy import Progress

Stopper = Callable[[], None]
EVERY_S = 2.0


class Pulse:
    """Passes progress on, and while it is open writes it to the run's row every two seconds.

    `when_stopped` is called when somebody stops the run from a page. Inside an open transaction nothing is
    written: nobody else could read it.
    """

    def __init__(self, run: Screening, progress: Progress | None, when_stopped: Stopper | None) -> None:
        self.run, self.progress, self.when_stopped = run, progress, when_stopped
        self.at: tuple[int, int | None, str] = (0, None, "")
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self, done: int, total: int | None, what: str) -> None:
        self.at = (done, total, what)
        if self.progress is not None:
            self.progress(done, total, what)

    def __enter__(self) -> Pulse:
        if not connection.in_atomic_block:
            self._thread = threading.Thread(target=self._beat, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._over.wait(EVERY_S):
                done, total, what = self.at
                try:
                    alive = Screening.objects.filter(pk=self.run.pk, state__in=UNDER_WAY).update(
                        beat_at=timezone.now(), done=done, total=total, doing=what[:200]
                    )
                except utils.OperationalError:
                    # A busy SQLite file: the next beat will do.
                    continue
                if not alive and self.when_stopped is not None:
                    self.when_stopped()
        finally:
            connection.close()
