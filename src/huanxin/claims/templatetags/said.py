"""Texts that are kept in both languages, on a page in the reader's."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from huanxin.claims.review.sheet import deed_word
from huanxin.policy import Text

register = template.Library()


@register.filter
def deed_done(deed: str) -> str:
    """A deed that was done, as a time line of an official says it."""
    return deed_word(deed, done=True)


@register.simple_tag
def localized(text: Text | dict[str, str]) -> str:
    """A text of a pack, or a sentence kept as `zh` and `en`."""
    language = get_language() or "zh-hans"
    if isinstance(text, Text):
        return text.say(language)
    return str(text.get("en" if language.startswith("en") else "zh", ""))
