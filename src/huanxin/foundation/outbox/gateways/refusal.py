"""What a gateway raises."""

from __future__ import annotations


class NotSent(Exception):
    """It did not arrive, and why; `for_good`: no use to try again."""

    def __init__(self, trouble: str, *, for_good: bool = False) -> None:
        super().__init__(trouble)
        self.for_good = for_good
