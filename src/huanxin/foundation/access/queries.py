"""Questions about rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.foundation.lib import sealed

from .models import (
    PUBLIC_ROLES,
    SCOPE_VERBS,
    VERBS,
    AccessEvent,
    Disclosure,
    Mandate,
    Role,
    Scope,
    Token,
    User,
    Verb,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

REGION = "15"


class Unknown(LookupError):
    """No such login or mandate; the message says where to look."""


def person(login: str = "") -> User:
    """The person with this login; without one, the operator of the office's own machine.

    Raises Unknown if there is no such login.
    """
    if not login:
        return User.objects.operator()
    found = User.objects.filter(username=login).first()
    if found is None:
        raise Unknown(
            _("Nobody has the login “%(login)s”; `huanxin people list` shows who there is.")
            % {"login": login}
        )
    return found


def acting(login: str) -> User | None:
    """Who acts at the command; None where nobody is named. Raises Unknown if no such login may log in."""
    found = person(login) if login else None
    if found is not None and not found.is_active:
        raise Unknown(_("The login “%(login)s” is closed.") % {"login": login})
    return found


def mandate(user: User, role: str, place_code: str) -> Mandate:
    """One mandate. Raises Unknown if the person does not have it."""
    found = Mandate.objects.filter(user=user, role=role, place_code=place_code).first()
    if found is None:
        raise Unknown(
            _("%(person)s has no mandate as %(role)s in %(place)s.")
            % {"person": user, "role": role, "place": place_code}
        )
    return found


def may(user: User | AnonymousUser, verb: str, place_code: str = REGION) -> bool:
    """Whether a mandate in force lets this person do this in this place. One query."""
    return any(place_code.startswith(area) for area in areas(user, verb))


def may_somewhere(user: User | AnonymousUser, verb: str) -> bool:
    """Whether a mandate in force lets this person do this in any place at all. One query."""
    return bool(areas(user, verb))


def areas(user: User | AnonymousUser, verb: str) -> list[str]:
    """Beginnings of the place codes where this person may do this; none lies within another. One query."""
    if not user.is_authenticated or not user.is_active:
        return []
    codes = sorted(
        mandates_in_force()
        .filter(user_id=user.pk, role__in=roles_with(verb))
        .values_list("place_code", flat=True)
    )
    widest: list[str] = []
    for code in codes:
        if not widest or not code.startswith(widest[-1]):
            widest.append(code)
    return widest


def within(user: User | AnonymousUser, verb: str) -> tuple[str, ...] | None:
    """Like `areas`, but None where this person may do it in the whole region. One query."""
    found = areas(user, verb)
    return None if REGION in found else tuple(found)


def in_areas(user: User | AnonymousUser, verb: str, field: str = "place_id") -> Q:
    """A filter on rows that lie where this person may do this: ranges of the code, so an index serves it.

    Rows without a place are seen only by who may do it in the whole region.
    """
    found = Q(pk__in=[])
    for area in areas(user, verb):
        if area == REGION:
            return Q()
        found |= Q(**{f"{field}__gte": area, f"{field}__lt": str(int(area) + 1)})
    return found


def verbs_of(user: User | AnonymousUser) -> frozenset[str]:
    """Everything this person may do somewhere. One query."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    roles = mandates_in_force().filter(user_id=user.pk).values_list("role", flat=True)
    return frozenset().union(*(VERBS[role] for role in roles))


def roles_with(verb: str) -> list[Role]:
    """The roles that may do this. Raises ValueError for a word that is no verb of the house."""
    verb = Verb(verb)
    return [Role(role) for role, verbs in VERBS.items() if verb in verbs]


def mandates_in_force() -> QuerySet[Mandate]:
    """Mandates that have not ended."""
    return Mandate.objects.filter(Q(until=None) | Q(until__gte=timezone.localdate()))


def is_staff(user: User | AnonymousUser) -> bool:
    """Whether this person has a role of the office, other than those of the public. One query."""
    if not user.is_authenticated:
        return False
    return mandates_in_force().filter(user_id=user.pk).exclude(role__in=PUBLIC_ROLES).exists()


def has_second_factor(user: User) -> bool:
    """Whether this person's logins ask for a code of an app. One query."""
    from allauth.mfa.models import Authenticator

    return bool(Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists())


def may_administer(by: User, user: User) -> bool:
    """Whether one person may shut out another, or give them a new password.

    All places of the other's mandates must lie where the first administers; without a mandate: the region.
    """
    places = list(user.mandates.values_list("place_code", flat=True)) or [REGION]
    mine = areas(by, Verb.ADMINISTER)
    return all(any(place.startswith(area) for area in mine) for place in places)


def may_see_person(by: User, user: User) -> bool:
    """Whether an administrator sees this person: a mandate, in force or not, lies where they administer."""
    places = list(user.mandates.values_list("place_code", flat=True)) or [REGION]
    mine = areas(by, Verb.ADMINISTER)
    return any(place.startswith(area) for place in places for area in mine)


def token_with(text: str) -> Token | None:
    """The token with this text, and its person beside it; None if it opens nothing (any more)."""
    return (
        Token.objects.select_related("user")
        .filter(
            hash=sealed.keyed_hash(text, "token"),
            revoked_at=None,
            until__gte=timezone.localdate(),
            user__is_active=True,
        )
        .first()
    )


def scopes_for(user: User) -> list[Scope]:
    """What a token in this person's name can be made to do: as far as their mandates go. One query."""
    verbs = verbs_of(user)
    return [scope for scope in Scope if SCOPE_VERBS[scope] & verbs]


def people_of(by: User, *, words: str = "", role: str = "", ended: bool = False) -> QuerySet[Mandate]:
    """Mandates where this person administers: in force or ended, by the beginning of a login or a name."""
    found = Mandate.objects.filter(in_areas(by, Verb.ADMINISTER, "place_code")).select_related(
        "user", "given_by"
    )
    today = timezone.localdate()
    found = found.filter(until__lt=today) if ended else found.filter(Q(until=None) | Q(until__gte=today))
    if role == "staff":
        found = found.exclude(role__in=PUBLIC_ROLES)
    elif role:
        found = found.filter(role=role)
    if words:
        found = found.filter(Q(user__username__istartswith=words) | Q(user__name__icontains=words))
    return found


def tokens_of(by: User) -> QuerySet[Token]:
    """Tokens of people who have a mandate where this person administers."""
    people = Mandate.objects.filter(in_areas(by, Verb.ADMINISTER, "place_code")).values("user_id")
    return Token.objects.filter(user_id__in=people).select_related("user")


def disclosures(*, words: str = "", login: str = "") -> QuerySet[Disclosure]:
    """Who saw personal data unmasked, and why."""
    found = Disclosure.objects.select_related("by")
    if login:
        found = found.filter(by__username=login)
    if words:
        found = found.filter(Q(what__icontains=words) | Q(reason__icontains=words))
    return found


def events(*, login: str = "", kind: str = "") -> QuerySet[AccessEvent]:
    """What happened to logins."""
    found = AccessEvent.objects.select_related("user", "by")
    if login:
        found = found.filter(user__username=login)
    if kind:
        found = found.filter(kind=kind)
    return found
