"""Text messages and WeChat through an address that the office's provider, or its own bridge, answers at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.conf import settings

from .. import calling
from .refusal import NotSent

if TYPE_CHECKING:
    from ..texts import Text


class Http:
    """Calls an address with `{"way", "to", "text"}`, signed like a webhook with HUANXIN_GATEWAY_SECRET."""

    def __init__(self, way: str, url: str) -> None:
        self._way, self._url = way, url

    def send(self, address: str, text: Text) -> None:
        """One call; any answer but 2xx is a failure."""
        body = json.dumps({"way": self._way, "to": address, "text": text.short}, ensure_ascii=False).encode()
        try:
            # The office named this address itself; it may well lie in its own network.
            calling.post(self._url, body, secret=settings.GATEWAY_SECRET, headers={}, may_be_private=True)
        except calling.NotCalled as trouble:
            raise NotSent(str(trouble)) from trouble
