"""Deeds: logins, mandates, tokens, and the showing of personal data."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Case, F, When
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.foundation.lib import sealed

from . import queries
from .models import AccessEvent, Disclosure, Mandate, Role, Token, User, Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

_TOKEN_DAYS = 365


class NoReason(ValueError):
    """Personal data was asked for without saying why."""


def note(
    kind: AccessEvent.Kind, user: User | None, *, by: User | None, what: str = "", from_where: str = ""
) -> None:
    """Write down what happened to a login."""
    AccessEvent.objects.create(kind=kind, user=user, by=by, what=what[:300], from_where=from_where[:60])


def add_person(username: str, *, name: str = "", password: str | None = None) -> User:
    """A new login; without a password nobody can log in with it.

    Raises ValidationError if the login name is taken or the password too weak.
    """
    user = User(username=username, name=name)
    if password is not None:
        validate_password(password, user)
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    return user


@transaction.atomic
def give_mandate(
    user: User,
    role: str,
    place_code: str,
    *,
    by: User | None,
    department: str = "",
    until: date | None = None,
) -> Mandate:
    """Let a person act in a role in a place and all below it; the same mandate again only changes its end.

    `by` None is the machine's own administrator at the command line. Raises PermissionDenied if `by` may not
    administer that place, ValidationError for a role or a code that does not exist.
    """
    if by is not None and not queries.may(by, Verb.ADMINISTER, place_code):
        raise PermissionDenied(_("Only an administrator of this place can give a mandate in it."))
    mandate = Mandate.objects.filter(user=user, role=role, place_code=place_code).first() or Mandate(
        user=user, role=role, place_code=place_code
    )
    mandate.department, mandate.until, mandate.given_by, mandate.given_at = (
        department,
        until,
        by,
        timezone.now(),
    )
    mandate.full_clean(validate_constraints=False)
    mandate.save()
    note(AccessEvent.Kind.MANDATE_GIVEN, user, by=by, what=f"{role} {place_code}")
    return mandate


@transaction.atomic
def give_mandate_to(
    login: str,
    role: str,
    place_code: str,
    *,
    by: User | None,
    name: str = "",
    department: str = "",
    until: date | None = None,
) -> Mandate:
    """Like `give_mandate`, for a login that is made if there is none; its password is set through a link."""
    user = User.objects.filter(username=login).first() or add_person(login, name=name)
    return give_mandate(user, role, place_code, by=by, department=department, until=until)


@transaction.atomic
def end_mandate(mandate: Mandate, *, by: User | None) -> None:
    """The mandate ends with yesterday; the row stays, so that it can be seen who was allowed what."""
    if by is not None and not queries.may(by, Verb.ADMINISTER, mandate.place_code):
        raise PermissionDenied(_("Only an administrator of this place can end a mandate in it."))
    Mandate.objects.filter(pk=mandate.pk).update(until=timezone.localdate() - timedelta(days=1))
    what = f"{mandate.role} {mandate.place_code}"
    note(AccessEvent.Kind.MANDATE_ENDED, mandate.user, by=by, what=what)


@transaction.atomic
def issue_token(
    user: User,
    name: str,
    *,
    days: int = _TOKEN_DAYS,
    scopes: Iterable[str] = (),
    most_per_minute: int = 600,
    by: User | None = None,
) -> str:
    """A token with which a program reads, or with scopes acts, in a person's name.

    It is shown this once; only its hash is kept. Raises PermissionDenied if `by` does not administer the
    person, ValidationError for a scope that the person's mandates do not reach.
    """
    _must_administer(by, user)
    scopes = list(dict.fromkeys(scopes))
    beyond = set(scopes) - {str(scope) for scope in queries.scopes_for(user)}
    if beyond:
        raise ValidationError(
            {
                "scopes": _("%(person)s has no mandate for: %(scopes)s.")
                % {"person": user, "scopes": ", ".join(sorted(beyond))}
            }
        )
    text = f"hx_{secrets.token_urlsafe(32)}"
    until = timezone.localdate() + timedelta(days=days)
    Token.objects.create(
        user=user,
        name=name,
        hash=sealed.keyed_hash(text, "token"),
        until=until,
        scopes=scopes,
        most_per_minute=most_per_minute,
    )
    note(AccessEvent.Kind.TOKEN_ISSUED, user, by=by, what=f"{name} {' '.join(scopes)}".strip())
    return text


@transaction.atomic
def revoke_token(token: Token, *, by: User | None = None) -> None:
    """The token opens nothing from now on. Raises PermissionDenied if `by` does not administer its person."""
    if by != token.user:
        _must_administer(by, token.user)
    if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        note(AccessEvent.Kind.TOKEN_REVOKED, token.user, by=by, what=token.name)


def note_use(token: Token) -> None:
    """A program read with this token. By the day: one that reads every second does not write so often."""
    today = timezone.localdate()
    Token.objects.filter(pk=token.pk).exclude(last_used_on=today).update(last_used_on=today)


def count_call(token: Token) -> bool:
    """Count a call at /api/; False if there were too many in this minute. One statement, and one to read."""
    now = timezone.now()
    minute = int(now.timestamp()) // 60
    Token.objects.filter(pk=token.pk).update(
        n_in_minute=Case(When(minute=minute, then=F("n_in_minute") + 1), default=1),
        minute=minute,
        last_used_at=now,
        last_used_on=timezone.localdate(now),
    )
    token.refresh_from_db(fields=["n_in_minute"])
    return token.n_in_minute <= token.most_per_minute


@transaction.atomic
def disclose(
    what: str, sealed_text: bytes, *, reason: str, by: User, place_code: str = queries.REGION
) -> str:
    """Open a sealed text for a person and write down who saw what and why, in the caller's transaction.

    `what` names the thing and the field, e.g. "lift 4711: registration code". Raises NoReason without a
    reason, PermissionDenied if the person may not see personal data of that place.
    """
    if not reason.strip():
        raise NoReason(_("Say why you need to see it: who asked, and for which case."))
    if not queries.may(by, Verb.DISCLOSE, place_code):
        raise PermissionDenied(_("Your mandate does not let you see personal data of this place."))
    Disclosure.objects.create(what=what, reason=reason.strip(), by=by)
    return sealed.unseal(sealed_text)


@transaction.atomic
def disclose_to_bank(
    what: str, sealed_texts: Sequence[bytes], *, reason: str, by: User, place_code: str = queries.REGION
) -> list[str]:
    """Open the bank accounts of a batch for the file that goes to the bank; one entry for all of them.

    Raises NoReason without a reason, PermissionDenied if the person may not pay in that place.
    """
    if not reason.strip():
        raise NoReason(_("Say why you need to see it: who asked, and for which case."))
    if not queries.may(by, Verb.PAY, place_code):
        raise PermissionDenied(_("Your mandate does not let you pay in this place."))
    Disclosure.objects.create(what=what, reason=reason.strip(), by=by)
    return [sealed.unseal(text) for text in sealed_texts]


@transaction.atomic
def sign_up(user: User, *, language: str = "zh-hans", from_where: str = "") -> User:
    """Keep a login that a citizen made, with the mandate of an applicant in the whole region."""
    user.language = language
    user.save()
    Mandate.objects.create(user=user, role=Role.APPLICANT, place_code=queries.REGION)
    note(AccessEvent.Kind.SIGNED_UP, user, by=user, from_where=from_where)
    return user


def remember_language(user: User, language: str) -> None:
    """Messages to this person are written in this language from now on."""
    User.objects.filter(pk=user.pk).exclude(language=language).update(language=language)


@transaction.atomic
def password_link(user: User, *, by: User | None) -> tuple[int, str]:
    """Two words of an address at which this person sets a password, within a day, once.

    Nobody else ever knows the password. Raises PermissionDenied if `by` does not administer the person.
    """
    _must_administer(by, user)
    note(AccessEvent.Kind.LINK_MADE, user, by=by)
    return user.pk, default_token_generator.make_token(user)


@transaction.atomic
def set_password(user: User, password: str) -> None:
    """A new password; all sessions of the person end. Raises ValidationError if it is too weak."""
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    note(AccessEvent.Kind.PASSWORD_SET, user, by=user)


@transaction.atomic
def drop_second_factor(user: User, *, by: User | None) -> None:
    """The person lost the phone: the next login asks for no code, and staff then sets a new app up."""
    from allauth.mfa.models import Authenticator

    _must_administer(by, user)
    Authenticator.objects.filter(user_id=user.pk).delete()
    note(AccessEvent.Kind.FACTOR_OFF, user, by=by)


@transaction.atomic
def shut_out(user: User, *, by: User | None) -> None:
    """The person can no longer log in; sessions end with the next page. Nobody shuts themselves out."""
    _must_administer(by, user)
    if by == user:
        raise PermissionDenied(_("Nobody can close their own login."))
    User.objects.filter(pk=user.pk).update(is_active=False)
    note(AccessEvent.Kind.SHUT_OUT, user, by=by)


@transaction.atomic
def let_in(user: User, *, by: User | None) -> None:
    """The person can log in again."""
    _must_administer(by, user)
    User.objects.filter(pk=user.pk).update(is_active=True)
    note(AccessEvent.Kind.LET_IN, user, by=by)


def _must_administer(by: User | None, user: User) -> None:
    if by is not None and not queries.may_administer(by, user):
        raise PermissionDenied(_("Only an administrator of all places of this person can do this."))
