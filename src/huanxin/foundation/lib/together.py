"""Many who ask at the same moment, served in one transaction.

A commit costs the same for one request as for two hundred. So in each process one thread serves all:
whoever asks stands in line and waits; the server takes everybody who stands there, does all of them in one
transaction on its one warm connection, and tells each one the own outcome after the commit. Somebody who
asks alone is served at once. Only behind others who were just served it waits, for a third of their time at
most, until about as many have come as asked a moment ago.

Python's threads share one interpreter, so one server keeps a process busy; other processes have their
own. The server goes home when nobody asks, and the next one who asks calls it
again.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import DatabaseError, InterfaceError, connection, transaction

_LOG = logging.getLogger("huanxin.together")

# So many are done in one transaction: enough to make a commit cheap, and short enough to wait for.
MOST_TOGETHER = 256
_GATHER_PART, _GATHER_MOST_S, _LOOK_EVERY_S = 0.3, 0.02, 0.0002
# Longer than any batch takes; whoever waited so long is told to press again.
_PATIENCE_S = 60.0
_GOES_HOME_AFTER_S = 0.5

Q = TypeVar("Q")
A = TypeVar("A")


class TryAgain(Exception):
    """The database was busy or failed: nothing was done, or it will be found when asked again."""


# Does many requests in the transaction that it is called in; an outcome for each, in their order.
Serve = Callable[[Sequence[Q]], Sequence[A | Exception]]


@dataclass(eq=False, slots=True)
class _Asked(Generic[Q]):
    """Somebody in line: what is asked, and the outcome once it is told."""

    request: Q
    told: threading.Event = field(default_factory=threading.Event)
    outcome: Any = None


class Together(Generic[Q, A]):
    """Serves requests together. `serve` does many in the transaction that it is called in, in their order.

    It returns an outcome for each: an answer, or the exception that its asker is to see. It may be called
    again with fewer requests after it failed. `alone` serves within a transaction of the caller's own.
    `again` makes what an asker sees where the database failed. `gather_s` is how long those behind others
    wait for askers that have much to do between two questions, as many as were served before; without it a
    third of the time of the batch before.
    """

    def __init__(
        self, serve: Serve[Q, A], *, alone: Serve[Q, A] | None = None,
        again: Callable[[], Exception] = TryAgain, gather_s: float = 0.0,
    ) -> None:  # fmt: skip
        self._serve = serve
        self._alone = alone or serve
        self._again = again
        self._gather_s = gather_s
        self._somebody = threading.Condition()
        self._line: list[_Asked[Q]] = []
        self._is_served = False
        # How many asked at the end of the last batch, with those in it; when that was, and how long it took.
        self._n_crowd, self._ended, self._took_s = 0, 0.0, 0.0
        self._n_last = 0

    @property
    def n_waiting(self) -> int:
        """How many stand in line now."""
        return len(self._line)

    def ask(self, request: Q) -> A:
        """The outcome of one request, after its transaction was committed. Raises what `serve` says.

        Raises what `again` makes where the database failed: then nothing was done, or it will be found when
        asked again. Within a transaction of the caller's own nobody is joined: the yes is the caller's to
        commit.
        """
        if connection.in_atomic_block:
            return _answer(self._alone([request])[0])
        asked = _Asked(request)
        with self._somebody:
            self._line.append(asked)
            if not self._is_served:
                self._is_served = True
                threading.Thread(target=self._stand_at_the_counter, name="together", daemon=True).start()
            self._somebody.notify()
        if not asked.told.wait(_PATIENCE_S):
            raise self._again()
        return _answer(asked.outcome)  # type: ignore[no-any-return]

    def _stand_at_the_counter(self) -> None:
        try:
            while batch := self._next():
                began = time.perf_counter()
                self._n_last = max(len(batch), self._n_last - 1)
                self._serve_and_tell(batch)
                self._ended = time.perf_counter()
                self._took_s, self._n_crowd = self._ended - began, len(batch) + len(self._line)
        except BaseException:
            with self._somebody:
                self._is_served = False
            raise
        finally:
            connection.close()

    def _next(self) -> list[_Asked[Q]]:
        """Everybody in line, up to so many; nobody, when nobody came for a while: then the server is gone."""
        with self._somebody:
            if not self._line and not self._somebody.wait_for(lambda: bool(self._line), _GOES_HOME_AFTER_S):
                self._is_served = False
                return []
        self._gather()
        with self._somebody:
            batch, self._line = self._line[:MOST_TOGETHER], self._line[MOST_TOGETHER:]
        return batch

    def _gather(self) -> None:
        """Wait until as many have come as asked a moment ago: else a batch is one, the next all others."""
        now = time.perf_counter()
        if now - self._ended > max(self._took_s, self._gather_s):
            return
        # Askers with work of their own come back one by one, and are no more than there were.
        enough = min(self._n_last if self._gather_s else self._n_crowd, MOST_TOGETHER)
        until = now + (self._gather_s or min(_GATHER_PART * self._took_s, _GATHER_MOST_S))
        while len(self._line) < enough and time.perf_counter() < until:
            time.sleep(_LOOK_EVERY_S)

    def _serve_and_tell(self, batch: list[_Asked[Q]]) -> None:
        outcomes: Sequence[A | Exception] = ()
        try:
            outcomes = self.all_or_each([asked.request for asked in batch])
        finally:
            for n, asked in enumerate(batch):
                asked.outcome = outcomes[n] if outcomes else self._again()
                asked.told.set()

    def all_or_each(self, requests: Sequence[Q]) -> Sequence[A | Exception]:
        """All in one transaction; where that fails each in its own, so that one cannot spoil the others."""
        try:
            with transaction.atomic():
                return self._serve(requests)
        except Exception as problem:
            if len(requests) == 1 or isinstance(problem, InterfaceError) or not connection.is_usable():
                return self._failed(requests, problem)
            _LOG.warning("a batch of %s failed and is done one by one: %s", len(requests), problem)
            return [self.all_or_each([request])[0] for request in requests]

    def _failed(self, requests: Sequence[Q], problem: Exception) -> Sequence[A | Exception]:
        if isinstance(problem, DatabaseError | InterfaceError):
            _LOG.error("not taken: %s", requests, exc_info=problem)
            connection.close()
            return [self._again() for _request in requests]
        return [problem for _request in requests]


class PerProcess(Generic[Q, A]):
    """What is served together in this process. One that is forked begins its own, with nobody waiting."""

    def __init__(self, make: Callable[[], Together[Q, A]]) -> None:
        self._make = make
        self._of: dict[int, Together[Q, A]] = {}

    def here(self) -> Together[Q, A]:
        found = self._of.get(os.getpid())
        return found or self._of.setdefault(os.getpid(), self._make())


def _answer(outcome: A | Exception) -> A:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
