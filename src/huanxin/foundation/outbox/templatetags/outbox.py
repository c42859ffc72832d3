"""For templates: how many messages wait, and amounts and days of a message's context as people write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import template
from django.utils import dateparse, formats

from huanxin.foundation.lib import money, reader

from .. import queries

if TYPE_CHECKING:
    from django.template import Context

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_messages(context: Context) -> int:
    """How many messages the person who looks at the page has not opened. One query."""
    user = getattr(context.get("request"), "user", None)
    return queries.n_unread(user) if user is not None else 0


@register.filter
def yuan(amount: Any) -> str:
    """An amount of a context, where it stands as a text: 18000.00 is 18,000.00."""
    return money.written(Decimal(str(amount))) if amount not in (None, "") else ""


@register.filter
def day(value: Any) -> str:
    """A day of a context, where it stands as a text: 2026-03-01 is 2026年3月1日."""
    found = value if isinstance(value, date) else dateparse.parse_date(str(value)[:10])
    return formats.date_format(found, "DATE_FORMAT") if found else str(value)


@register.filter
def in_language(words: Any) -> str:
    """What a context has in several languages, `{zh: …, en: …}`, in the reader's; a plain text as it is."""
    if not isinstance(words, dict):
        return str(words)
    return reader.said(words) or str(next(iter(words.values()), ""))
