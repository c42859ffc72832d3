"""Mail through an SMTP server."""

from __future__ import annotations

import smtplib
from typing import TYPE_CHECKING

from django.core.mail import EmailMessage, get_connection

from .refusal import NotSent

if TYPE_CHECKING:
    from ..texts import Text

_GONE = 500


class Mail:
    """Sends through the server of HUANXIN_SMTP_URL."""

    def send(self, address: str, text: Text) -> None:
        """One mail. A server that says 5xx to the receiver will say so again: given up for good."""
        mail = EmailMessage(text.subject, text.body, to=[address], connection=get_connection())
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as refused:
            code, why = next(iter(refused.recipients.values()))
            raise NotSent(f"{code} {why.decode(errors='replace')}", for_good=code >= _GONE) from refused
        except (smtplib.SMTPException, OSError) as trouble:
            raise NotSent(f"{type(trouble).__name__}: {trouble}") from trouble
