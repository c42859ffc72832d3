"""What a message says: a template per kind, rendered when it is read or sent, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.loader import get_template, select_template
from django.utils import translation

if TYPE_CHECKING:
    from .models import Message

ANY = "outbox/any.txt"
_LAYOUTS = {
    "subject": "outbox/layout/subject.txt",
    "body": "outbox/layout/body.txt",
    "short": "outbox/layout/short.txt",
}


@dataclass(frozen=True)
class Text:
    """A message in words: `short` fits into a text message, without a link."""

    subject: str
    body: str
    short: str


def render(message: Message, language: str = "") -> Text:
    """The text of a message in the language of its reader, or in another one."""
    reader = message.to_user.language if message.to_user else settings.LANGUAGE_CODE
    template = select_template([f"outbox/{message.kind}.txt", ANY])
    context = {
        "text": "",
        **message.context,
        "kind": message.kind,
        "about": message.about,
        "link": link(message),
        "reader": message.to_user,
    }
    with translation.override(language or reader):
        parts = {
            part: " ".join(said.split()) if part != "body" else said.strip()
            for part, layout in _LAYOUTS.items()
            for said in [template.render(context | {"layout": get_template(layout)})]
        }
    return Text(**parts)


def link(message: Message) -> str:
    """The whole address of the page that a message leads to; empty if it leads nowhere."""
    return f"{settings.SITE_ADDRESS}{message.address}" if message.address else ""
