"""What the login page asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.conf import settings

from ..models import User

if TYPE_CHECKING:
    from django.db.models import QuerySet

register = template.Library()


@register.simple_tag
def people_to_act_as() -> QuerySet[User]:
    """The sample's people, on a trial; nobody in service."""
    if not settings.TRIAL:
        return User.objects.none()
    people = User.objects.filter(is_active=True, mandates__isnull=False).distinct()
    return people.prefetch_related("mandates").order_by("pk")[:20]


@register.simple_tag
def may_sign_up() -> bool:
    """Whether citizens make their own logins here."""
    return settings.SIGN_UP
