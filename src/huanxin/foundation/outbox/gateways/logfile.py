"""The gateway of a trial: what would be sent stands in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

if TYPE_CHECKING:
    from ..texts import Text


class LogFile:
    """Writes one line for each message to log/messages.log in HUANXIN_VAR."""

    def __init__(self, way: str) -> None:
        self._way = way

    def send(self, address: str, text: Text) -> None:
        """Append a line: when, on which way, to whom, what."""
        path = settings.VAR / "log" / "messages.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        words = f"{text.subject} | {text.body}" if self._way == "mail" else text.short
        when = f"{timezone.localtime():%Y-%m-%d %H:%M:%S}"
        line = f"{when} {self._way} {address} {' / '.join(words.splitlines())}\n"
        with path.open("a", encoding="utf-8") as file:
            file.write(line)
