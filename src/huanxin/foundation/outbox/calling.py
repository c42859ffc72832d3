"""Calling another program's address: signed, without redirects, and never into the office's own network.

The signature is HMAC-SHA256 over the timestamp, a point, and the body, with the secret that was shown when
the webhook was made: `Huanxin-Signature: v1=<hex>` beside `Huanxin-Timestamp: <seconds since 1970>`.
A receiver computes the same, compares in constant time, and refuses timestamps older than five minutes.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import time
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_SECONDS = 10
_LONGEST_ANSWER = 64 * 1024
# IPv6 ranges that carry an IPv4 address within: 6to4, Teredo, NAT64.
_WRAPPING = [ipaddress.ip_network(n) for n in ("2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48")]


class NotCalled(Exception):
    """The program was not called, or did not take it, and why. `status` is 0 without an answer."""

    def __init__(self, trouble: str, status: int = 0) -> None:
        super().__init__(trouble)
        self.status = status


class NotAllowed(NotCalled):
    """An address that this site does not call, wherever it leads."""


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """What stands in `Huanxin-Signature`."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1={digest.hexdigest()}"


def check(url: str, *, may_be_private: bool = False) -> list[Address]:
    """The machines that answer at an address, if it may be called. Raises NotAllowed, or NotCalled.

    In service only https, and no machine of a private network; a trial may also call its own machine.
    """
    parts = _split(url)
    found = _resolved(parts)
    is_loopback = all(address.is_loopback for address in found)
    if parts.scheme != "https" and not (is_loopback and (settings.TRIAL or may_be_private)):
        raise NotAllowed(_("Only addresses that begin with https:// are called."))
    if may_be_private or (settings.TRIAL and is_loopback):
        return found
    if not all(_is_public(address) for address in found):
        raise NotAllowed(
            _("%(host)s lies in a private network: give an address that can be reached from the internet.")
            % {"host": parts.hostname}
        )
    return found


def post(
    url: str, body: bytes, *, secret: str, headers: Mapping[str, str], may_be_private: bool = False
) -> int:
    """Call an address with a signed JSON body and return its status, 2xx. Raises NotCalled for all else.

    The name is looked up once, checked, and the machine found is the one that is called: a name that changes
    its mind in between leads nowhere. Redirects are not followed. At most ten seconds for each step.
    """
    machine = check(url, may_be_private=may_be_private)[0]
    parts = _split(url)
    timestamp = int(time.time())
    sent = {
        "Content-Type": "application/json",
        "User-Agent": "Huanxin",
        "Huanxin-Timestamp": str(timestamp),
        "Huanxin-Signature": signature(secret, timestamp, body),
        **headers,
    }
    connection = _connection(parts, machine)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body, sent)
        answer = connection.getresponse()
        answer.read(_LONGEST_ANSWER)
    except (OSError, http.client.HTTPException) as trouble:
        raise NotCalled(f"{type(trouble).__name__}: {trouble}") from trouble
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        raise NotCalled(_("It answered %(status)s.") % {"status": answer.status}, answer.status)
    return answer.status


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good or parts.username or parts.password:
        raise NotAllowed(_("This is no address of a program: write e.g. https://till.example.com/huanxin."))
    return parts


def _resolved(parts: SplitResult) -> list[Address]:
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as trouble:
        raise NotCalled(_("There is no machine named %(host)s.") % {"host": parts.hostname}) from trouble
    return [ipaddress.ip_address(str(where[0]).split("%")[0]) for *_rest, where in found]


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return _is_public(address.ipv4_mapped)
        if any(address in network for network in _WRAPPING):
            return False
    return address.is_global and not address.is_multicast


def _connection(parts: SplitResult, machine: Address) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "https":
        return _SecureTo(host, parts.port or 443, machine)
    return _PlainTo(host, parts.port or 80, machine)


class _PlainTo(http.client.HTTPConnection):
    """A connection to the machine that was checked, whatever its name means by now."""

    def __init__(self, host: str, port: int, machine: Address) -> None:
        super().__init__(host, port, timeout=_SECONDS)
        self._machine = str(machine)

    def connect(self) -> None:
        self.sock = socket.create_connection((self._machine, self.port), self.timeout)


class _SecureTo(http.client.HTTPSConnection):
    """The same with TLS; the certificate is that of the name."""

    def __init__(self, host: str, port: int, machine: Address) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, port, timeout=_SECONDS, context=self._tls)
        self._machine = str(machine)

    def connect(self) -> None:
        plain = socket.create_connection((self._machine, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
