"""Who a person or an organisation is: name and number, checked, sealed, and found again by a keyed hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from stdnum.cn import ric

from huanxin.foundation.lib import sealed

from ..importing.identities import IdentityError, party_number
from ..models import Party
from . import queries

if TYPE_CHECKING:
    import datetime as dt

    from huanxin.foundation.access.models import User

_OF_AGE = 18


class PartyRefused(ValueError):
    """Somebody cannot be entered as asked; the message says why and what to do. `field` is what to mend."""

    def __init__(self, sentence: str, field: str = "number") -> None:
        super().__init__(sentence)
        self.field = field


def enter_party(
    name: str,
    number: str,
    *,
    kind: str = Party.Kind.PERSON,
    login: User | None = None,
    place: str | None = None,
    sample: bool = False,
) -> Party:
    """The party of that number, entered if it is not there yet, and tied to a login if one is given.

    The number is a resident number or a unified social credit code, its check character verified. A party
    that came in with a sheet keeps its row. Raises `PartyRefused` for a wrong number, a name that does not
    belong to it, a login or a party that has another.
    """
    name, kind = " ".join(name.split()), str(kind)
    if not name:
        raise PartyRefused(_("Write the name as on the identity card or the licence."), "name")
    wanted = _number(number, kind)
    hashed = sealed.keyed_hash(wanted, purpose="party")
    with transaction.atomic():
        found = Party.objects.filter(identity_hash=hashed).first()
        if found is None:
            return _new(name, wanted, hashed, kind=kind, login=login, place=place, sample=sample)
        return _known(found, name, wanted, login=login, place=place)


def _number(number: str, kind: str) -> str:
    try:
        is_of, wanted = party_number(number)
    except IdentityError as wrong:
        raise PartyRefused(str(wrong)) from wrong
    if not wanted:
        raise PartyRefused(_("Write the 18 characters of the number."))
    if is_of != kind:
        sentence = (
            _("This is the number of an organisation. Write the resident number on your identity card.")
            if kind == Party.Kind.PERSON
            else _("This is a person's number. Write the organisation's unified social credit code.")
        )
        raise PartyRefused(sentence)
    if kind == Party.Kind.PERSON and _age(ric.get_birth_date(wanted)) < _OF_AGE:
        raise PartyRefused(_("Whoever is under 18 is represented by a guardian: ask the office to enter it."))
    return wanted


def _age(born_on: dt.date) -> int:
    today = timezone.localdate()
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def _new(
    name: str, number: str, hashed: bytes, *, kind: str, login: User | None, place: str | None, sample: bool
) -> Party:
    _login_is_free(login)
    party = Party(
        kind=kind,
        name=name[:200],
        identity_sealed=sealed.seal(number),
        identity_hash=hashed,
        identity_shown=sealed.masked(number),
        login=login,
        place_id=place,
        born_on=ric.get_birth_date(number) if kind == Party.Kind.PERSON else None,
        sample=sample,
    )
    try:
        with transaction.atomic():
            party.save(force_insert=True)
    except IntegrityError:
        return _known(Party.objects.get(identity_hash=hashed), name, number, login=login, place=place)
    return party


def _known(party: Party, name: str, number: str, *, login: User | None, place: str | None) -> Party:
    # A sheet may have brought the number in without a name: then its last four characters stand for it.
    if party.name not in (name, number[-4:]):
        raise PartyRefused(
            _("This number is registered under another name. Compare name and number with the document."),
            "name",
        )
    changed: dict[str, object] = {"name": name[:200]} if party.name != name else {}
    if party.born_on is None and party.kind == Party.Kind.PERSON:
        changed["born_on"] = ric.get_birth_date(number)
    if party.place_id is None and place:
        changed["place_id"] = place
    if login is not None and party.login_id != login.pk:
        _login_is_free(login)
        if party.login_id is not None:
            raise PartyRefused(_("This number already belongs to another login. Log in with that one."))
        changed["login"] = login
    if changed:
        for field, value in changed.items():
            setattr(party, field, value)
        party.save(update_fields=[field.removesuffix("_id") for field in changed])
    return party


def _login_is_free(login: User | None) -> None:
    if login is not None and queries.party_of(login) is not None:
        raise PartyRefused(_("This login already belongs to a person. Log out and use your own."))
