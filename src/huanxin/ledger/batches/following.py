"""Rooms above that follow a payment: told at once when somebody books what the bank did with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User

Follower = Callable[[Collection[str], "User | None"], Sequence[tuple[str, str]]]
_followers: list[Follower] = []


def follow_payments(follower: Follower) -> None:
    """Hand down who follows payments, when the program starts.

    It is given the purposes of payments that were booked and who booked them, and answers those of its own
    that could not follow, each with why. It runs after the ledger's transaction: what it does not do now, it
    does when it is asked again.
    """
    _followers.append(follower)


def let_follow(purposes: Collection[str], *, by: User | None) -> list[tuple[str, str]]:
    """Tell the rooms above that these payments were booked; what could not follow, each with why."""
    if not purposes:
        return []
    return [left for follower in _followers for left in follower(purposes, by)]
