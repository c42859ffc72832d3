"""Deeds in words."""

from __future__ import annotations

from django import template

from huanxin.claims.review.sheet import deed_word

register = template.Library()


@register.filter
def deed_done(deed: str) -> str:
    """A deed that was done, as a time line of an official says it."""
    return deed_word(deed, done=True)
