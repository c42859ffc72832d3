"""Personal data at rest: sealed (AES-256-GCM), found again by a keyed hash, shown masked.

Keys come from the environment. HUANXIN_SEAL_KEY may list several, parted by commas: the first seals, all
open, so that
a key can be changed while the office works. HUANXIN_HASH_KEY cannot be changed without hashing every
identity anew.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from pathlib import Path

_FORMAT = b"\x01"
_NONCE_BYTES = 12
_KEY_ID_BYTES = 4


class CannotUnseal(Exception):
    """The text was sealed with a key that is not in HUANXIN_SEAL_KEY, or it was altered."""


def seal(text: str) -> bytes:
    """Encrypt a text; the same text gives other bytes each time, so equal rows cannot be told apart."""
    key_id, cipher = _ciphers(settings.SEAL_KEY)[0]
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _FORMAT + key_id + nonce + cipher.encrypt(nonce, text.encode(), _FORMAT + key_id)


def unseal(sealed: bytes) -> str:
    """The text that was sealed. Raises CannotUnseal if no key of this office opens it, or it was altered."""
    raw = bytes(sealed)
    key_id, rest = raw[1 : 1 + _KEY_ID_BYTES], raw[1 + _KEY_ID_BYTES :]
    for candidate, cipher in _ciphers(settings.SEAL_KEY):
        if raw[:1] == _FORMAT and candidate == key_id:
            try:
                return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], _FORMAT + key_id).decode()
            except InvalidTag as error:
                raise CannotUnseal("sealed text was altered") from error
    raise CannotUnseal(
        "no key in HUANXIN_SEAL_KEY opens this text; add the key it was sealed with to the list"
    )


def keyed_hash(text: str, purpose: str = "identity") -> bytes:
    """32 bytes by which a text is found again unopened. Normalise it first: hashes match exactly.

    `purpose` keeps equal texts of different kinds apart.
    """
    return hmac.digest(_hash_key(settings.HASH_KEY), f"{purpose}\0{text}".encode(), "sha256")


def masked(text: str) -> str:
    """A text as staff may see it: first and last four characters of long ones, 1525**********1234."""
    shown = min(4, len(text) // 4)
    return text[:shown] + "*" * (len(text) - 2 * shown) + text[len(text) - shown :]


def code_shown(text: str) -> str:
    """A thing's number, no person's, as lists show it: all but the middle third, at least the last four.

    Enough to find the right one among like numbers: A1234567 as A1**4567, P0010 as *0010.
    """
    n_hidden = max(1, min(len(text) // 3, len(text) - 4))
    n_after = max(min(4, len(text) - 1), (len(text) - n_hidden) // 2)
    n_before = len(text) - n_hidden - n_after
    return text[:n_before] + "*" * n_hidden + text[len(text) - n_after :] if text else ""


def key(name: str, *, trial: bool, var: Path) -> str:
    """A secret from the environment; on trial one is made once and kept in `var`/dev-keys (mode 0600).

    Raises ImproperlyConfigured if an office in service has not set it.
    """
    if value := os.environ.get(name, "").strip():
        return value
    if not trial:
        raise ImproperlyConfigured(
            f"{name} is not set. Make one with `openssl rand -base64 32`, keep it where only this service "
            f"reads it, and put it into the service's environment. "
            f"(HUANXIN_DEV=1 makes keys for a trial on this machine.)"
        )
    folder = var / "dev-keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return _written(path)
    with os.fdopen(descriptor, "w") as file:
        file.write(base64.b64encode(secrets.token_bytes(32)).decode())
    return _written(path)


def _written(path: Path) -> str:
    if text := path.read_text().strip():
        return text
    raise ImproperlyConfigured(f"{path} is empty: delete it and start again; a new key is made")


@lru_cache(maxsize=4)
def _ciphers(keys: str) -> list[tuple[bytes, AESGCM]]:
    made = []
    for text in keys.split(","):
        raw = hashlib.sha256(b"huanxin seal\0" + text.strip().encode()).digest()
        made.append((hashlib.sha256(raw).digest()[:_KEY_ID_BYTES], AESGCM(raw)))
    return made


@lru_cache(maxsize=4)
def _hash_key(text: str) -> bytes:
    return hashlib.sha256(b"huanxin hash\0" + text.strip().encode()).digest()
