"""Files that are there whole or not at all: nobody ever reads half of one."""

from __future__ import annotations

import contextlib
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A neighbouring name to write to; it takes the place of `path` only if nothing went wrong."""
    rough = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        yield rough
        rough.replace(path)
    finally:
        with contextlib.suppress(OSError):
            rough.unlink(missing_ok=True)
