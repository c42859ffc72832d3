"""The ways out: one interface, `gateway(way).send(address, text)`, and a setting for what is behind it.

`file` writes what would be sent to log/messages.log in HUANXIN_VAR. Mail has `smtp`. Text messages and
WeChat have `https://…`, an address that is called with a signed JSON body. All have
`package.module:function`, an office's own function of an address and a text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from . import http, logfile, mail
from .refusal import NotSent

if TYPE_CHECKING:
    from ..texts import Text

__all__ = ["Gateway", "NotSent", "gateway"]


class Gateway(Protocol):
    """Something that brings a text to an address. Raises NotSent with what went wrong."""

    def send(self, address: str, text: Text) -> None:
        """Bring it there, or raise NotSent."""


class _OfficesOwn:
    def __init__(self, path: str) -> None:
        self._deed = import_string(path.replace(":", "."))

    def send(self, address: str, text: Text) -> None:
        try:
            self._deed(address, text)
        except (OSError, ValueError) as trouble:
            raise NotSent(str(trouble)) from trouble


def gateway(way: str) -> Gateway:
    """What stands behind mail, sms or wechat. Raises ImproperlyConfigured if the setting names nothing."""
    name = settings.GATEWAYS[way]
    if name == "file":
        return logfile.LogFile(way)
    if name == "smtp" and way == "mail":
        return mail.Mail()
    if name.startswith(("https://", "http://")) and way != "mail":
        return http.Http(way, name)
    if ":" in name:
        return _OfficesOwn(name)
    raise ImproperlyConfigured(
        _("HUANXIN_%(way)s_GATEWAY is “%(name)s”: write file, %(other)s or package.module:function.")
        % {"way": way.upper(), "name": name, "other": "smtp" if way == "mail" else "https://…"}
    )
