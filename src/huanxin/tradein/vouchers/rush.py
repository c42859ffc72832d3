"""The rush at 8:30: whoever asks for a voucher at the same moment is served in one transaction."""

from __future__ import annotations

from typing import TypeVar

from huanxin.foundation.lib.together import PerProcess, Serve, Together

from .refusals import TryAgain

__all__ = ["PerProcess", "Rush"]

Q = TypeVar("Q")
A = TypeVar("A")


class Rush(Together[Q, A]):
    """Where the database fails, whoever asked is told to press again."""

    def __init__(self, serve: Serve[Q, A], *, alone: Serve[Q, A] | None = None) -> None:
        super().__init__(serve, alone=alone, again=TryAgain)
