"""What changed between two versions of a pack, place by place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from huanxin.foundation.lib import reader

if TYPE_CHECKING:
    from huanxin.policy import Pack


@dataclass(frozen=True)
class Difference:
    """One place in a pack, such as `parameters › amount_nev › values › 2024-04-24`, before and after."""

    where: str
    before: str | None
    after: str | None


def differences(before: Pack, after: Pack) -> list[Difference]:
    """Every part that was added, removed or rewritten, in the order of the canonical form."""
    old, new = (json.loads(p.canonical()) for p in (before, after))
    return list(_walk(old, new, ()))


def _walk(old: Any, new: Any, at: tuple[str, ...]) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            yield from _walk(old.get(key), new.get(key), (*at, key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _walk(_named(old), _named(new), at)
    else:
        yield Difference(" › ".join(at), _plain(old), _plain(new))


def _named(items: Sequence[Any]) -> dict[str, Any]:
    """Lists as mappings, so that a check that moved is not taken for one that was rewritten."""
    found: dict[str, Any] = {}
    for n, item in enumerate(items, start=1):
        name = str(n)
        if isinstance(item, Mapping):
            name = str(
                item.get("id") or " / ".join(str(item[k]) for k in ("from", "known") if k in item) or n
            )
        found[name if name not in found else f"{name} ({n})"] = item
    return found


def _plain(value: Any) -> str | None:
    """A part as a person reads it: texts in their language, what has parts with the names of its parts."""
    if isinstance(value, Mapping):
        if "zh" in value and set(value) <= {"zh", "en", "mn"}:
            return reader.said(value)
        return " · ".join(f"{name}: {_plain(part)}" for name, part in value.items() if part is not None)
    if isinstance(value, list):
        return ", ".join(str(_plain(part)) for part in value)
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
