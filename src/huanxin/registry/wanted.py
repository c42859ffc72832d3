"""What somebody types, as the keyed hashes it would have as an identity."""

from __future__ import annotations

from huanxin.foundation.lib import sealed

from . import kinds
from .importing import identities


def identity_hashes(text: str, kind: str | None = None) -> list[bytes]:
    """The keyed hashes that `text` would have as an identity, one for each kind whose scheme it fits."""
    found = []
    for name, pack in kinds.all_kinds().items():
        if kind not in (None, name) or pack.identity is None:
            continue
        try:
            identity = identities.normalised(pack.identity.scheme, text)
        except identities.IdentityError:
            continue
        if identity:
            found.append(sealed.keyed_hash(f"{name}:{identity}"))
    return found
