"""The chain of transfers in a lane: each hash covers all of its transfer and the hash before it.

The hash is SHA-256 over the UTF-8 bytes of one line of JSON without spaces, an array of
["huanxin-transfer-1", programme, place code, source, number of the lane, number in the lane, key, deed,
purpose, from stage, to stage, cents, id of the person or null, instant in UTC with microseconds, reason,
hash before it in hex]. It names budgets and stages by what they are and not by the ids of rows, so that an
auditor can work it out from a list, and a budget or account that was altered breaks it too.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass

FIRST = bytes(32)
_WRITTEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Link:
    """All that the hash of a transfer covers."""

    programme: str
    place_code: str
    source: str
    lane: int
    seq: int
    key: str
    deed: str
    purpose: str
    debit: str
    credit: str
    cents: int
    by: int | None
    at: dt.datetime
    reason: str
    previous: bytes


def digest(link: Link) -> bytes:
    """The 32 bytes that chain a transfer to the one before it."""
    at = link.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    said = [
        "huanxin-transfer-1", link.programme, link.place_code, link.source, link.lane, link.seq, link.key,
        link.deed, link.purpose, link.debit, link.credit, link.cents, link.by, at, link.reason,
        link.previous.hex(),
    ]  # fmt: skip
    return hashlib.sha256(_WRITTEN(said).encode()).digest()
