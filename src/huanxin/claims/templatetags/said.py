"""Deeds in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from huanxin.claims.programmes import amounts
from huanxin.claims.review.sheet import deed_word

if TYPE_CHECKING:
    from huanxin.policy import Pack

register = template.Library()


@register.filter
def deed_done(deed: str) -> str:
    """A deed that was done, as a time line of an official says it."""
    return deed_word(deed, done=True)


@register.simple_tag
def amount_tables(pack: Pack) -> list[amounts.AmountTable]:
    """The amounts that stand in the pack's tables."""
    return amounts.tables(pack)
