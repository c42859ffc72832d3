"""What a check over many claims gives for each hit, and the columns of a snapshot that the checks read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_KEY = pa.uint64()
_AT = pa.timestamp("us")

# Hashes are cut to eight bytes: among a hundred million keys two would agree by chance once in four thousand
# offices. Instants are the office's own local time, because night and day are.
TABLES: Mapping[str, pa.Schema] = {
    "claims": pa.schema(
        [
            ("id", pa.int64()),
            ("programme", pa.string()),
            ("family", pa.string()),
            ("most", pa.int32()),
            ("year", pa.int32()),
            ("from_on", pa.date32()),
            ("stopped_at", _AT),
            ("place", pa.string()),
            ("state", pa.string()),
            ("is_alive", pa.bool_()),
            ("is_top_up", pa.bool_()),
            ("is_project", pa.bool_()),
            ("applicant", pa.int64()),
            ("entered_by", pa.int64()),
            ("submitted_at", _AT),
            ("dated_on", pa.date32()),
            ("cents", pa.int64()),
            ("phone", _KEY),
            ("account", _KEY),
            ("address", _KEY),
            ("device", _KEY),
            ("network", _KEY),
            ("merchant", pa.string()),
            ("product", pa.string()),
            ("product_class", pa.string()),
            ("grade", pa.int32()),
            ("price", pa.int64()),
            ("sold_at", _AT),
            ("received_at", _AT),
        ]
    ),
    "traces": pa.schema([("claim", pa.int64()), ("kind", pa.string()), ("key", _KEY)]),
    "steps": pa.schema(
        [
            ("claim", pa.int64()),
            ("n", pa.int32()),
            ("deed", pa.string()),
            ("who", pa.int64()),
            ("done_at", _AT),
        ]
    ),
    "papers": pa.schema(
        [
            ("claim", pa.int64()),
            ("paper", pa.int64()),
            ("proves", pa.string()),
            ("proves_en", pa.string()),
            ("looks", pa.int64()),
            ("taken_on", pa.date32()),
        ]
    ),
    "prices": pa.schema(
        [("merchant", pa.string()), ("product", pa.string()), ("price", pa.int64()), ("filed_at", _AT)]
    ),
    "shops": pa.schema([("merchant", pa.string()), ("key", _KEY), ("account", _KEY), ("party", pa.int64())]),
    "people": pa.schema(
        [
            ("party", pa.int64()),
            ("name", pa.string()),
            ("born_on", pa.date32()),
            ("place", pa.string()),
            ("person", _KEY),
        ]
    ),
    "entries": pa.schema([("port", pa.string()), ("key", _KEY), ("says", pa.string())]),
}


@dataclass(frozen=True)
class Hit:
    """What one check found once: about what, why in figures, on which claims, how strongly.

    `key` names what it is about and never changes while the same thing is found again. `why` has the kind of
    hit under `kind` and the figures of its sentence; `wording` puts them into words.
    """

    check: str
    key: str
    strength: int
    why: dict[str, Any]
    claims: tuple[int, ...] = field(default=())
    subject: str = ""

    @property
    def digest(self) -> str:
        """Found again by this, so that what a person judged stays judged."""
        return hashlib.sha256(f"{self.check}\0{self.why['kind']}\0{self.key}".encode()).hexdigest()


def key64(hashed: bytes | memoryview | None) -> int | None:
    """The eight bytes of a keyed hash that stand for it in a snapshot."""
    return None if hashed is None else int.from_bytes(bytes(hashed)[:8], "big")


def strongest(hits: Sequence[Hit]) -> list[Hit]:
    """Each hit once, the strongest first."""
    best: dict[str, Hit] = {}
    for hit in hits:
        known = best.get(hit.digest)
        if known is None or known.strength < hit.strength:
            best[hit.digest] = hit
    return sorted(best.values(), key=lambda hit: (-hit.strength, hit.check, hit.key))
