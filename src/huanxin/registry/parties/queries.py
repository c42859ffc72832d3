"""Who stands behind a login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..models import Party

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from huanxin.foundation.access.models import User


def party_of(user: User | AnonymousUser) -> Party | None:
    """The person or organisation that this login is; nobody where no real name was given. One query."""
    return Party.objects.filter(login_id=user.pk).first() if user.pk else None
