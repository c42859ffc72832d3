"""How far a long deed has come: told to whoever asks, shown in a terminal after a second."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHOWN_AFTER_S = 1.0


class Progress(Protocol):
    """Called now and then by a long deed: `done` of `total` (None: not known) `what`."""

    def __call__(self, done: int, total: int | None, what: str) -> None: ...


def silent(done: int, total: int | None, what: str) -> None:
    """Tells nobody."""


class _LateBar:
    """A bar that appears only once the deed has taken a second, and only where a person is looking."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._began = time.monotonic()
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bars.add_task(what, total=None)
        self._is_shown = False

    def __call__(self, done: int, total: int | None, what: str) -> None:
        if not self._bars.console.is_terminal:
            return
        if not self._is_shown and time.monotonic() - self._began >= _SHOWN_AFTER_S:
            self._bars.start()
            self._is_shown = True
        self._bars.update(self._task, completed=done, total=total, description=what or self._what)

    def close(self) -> None:
        if self._is_shown:
            self._bars.stop()


@contextmanager
def terminal(what: str) -> Iterator[Progress]:
    """A bar on stderr for a person at a terminal; nothing for a script, nor within the first second."""
    bar = _LateBar(what)
    try:
        yield bar
    finally:
        bar.close()
