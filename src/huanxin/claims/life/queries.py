"""Who may take which step with a claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from huanxin.foundation.access import queries as access
from huanxin.foundation.access.models import Verb
from huanxin.foundation.lib import reader

from .. import steps
from ..models import Desk, State, Step
from ..refusals import NotAllowed, NotYours, OwnClaim, SecondStep, WrongDesk
from ..steps import TABLE, Row, Who

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from huanxin.foundation.access.models import User

    from ..models import Claim

_OFFICIAL = frozenset({Who.DESK, Who.REVIEWER, Who.APPEALS, Who.REGION, Who.FINANCE})


def row(claim: Claim, deed: str) -> Row:
    """The line of the table for a deed on this claim. Raises `NotAllowed`, which names what may be done."""
    found = TABLE.get((claim.state, deed))
    if found is None or not _follows(claim, deed):
        may = ", ".join(r.deed for r in steps.deeds_from(claim.state) if _follows(claim, r.deed)) or "–"
        raise NotAllowed(
            _("The claim is in the state “%(state)s”; “%(deed)s” does not follow on it. What does: %(may)s.")
            % {"state": claim.get_state_display(), "deed": deed, "may": may}
        )
    return found


def _follows(claim: Claim, deed: str) -> bool:
    """What the table cannot say: suspended money may be paid only if it was on its way already."""
    if claim.state == State.SUSPENDED and deed in ("pay", "give_back"):
        return claim.state_before == State.COMMITTED
    return True


def refuse_others(claim: Claim, row: Row, by: User | None) -> None:
    """Raises why this person may not take this step: `OwnClaim`, `WrongDesk`, `SecondStep`, `NotYours`.

    Nobody at all (`by=None`) takes only steps that follow by themselves.
    """
    if by is None:
        if Who.ITSELF not in row.who:
            raise NotYours(_("This step is taken by a person."))
        return
    if Who.APPLICANT in row.who and is_applicant(claim, by):
        return
    if row.who <= {Who.APPLICANT}:
        raise NotYours(_("Only the applicant, or who entered the claim for them, can do this."))
    official = row.who & _OFFICIAL
    if official and is_applicant(claim, by):
        raise OwnClaim(_("This claim is your own, or you entered it. Somebody else takes this step."))
    if Who.PROGRAMME in row.who and access.may(by, Verb.PROGRAMME, claim.place_id):
        return
    if Who.FINANCE in row.who and access.may(by, Verb.PAY, claim.place_id):
        return
    if Who.REVIEWER in row.who and access.may(by, Verb.REVIEW, claim.place_id):
        return
    if row.who & {Who.DESK, Who.APPEALS, Who.REGION}:
        _at_its_desk(claim, row, by)
        return
    raise NotYours(_("Your mandate does not cover this step in this place."))


def is_applicant(claim: Claim, user: User | AnonymousUser) -> bool:
    """Whether the claim is this person's own, or they entered it for somebody."""
    return user.pk is not None and user.pk in (claim.applicant.login_id, claim.entered_by_id)


def _at_its_desk(claim: Claim, row: Row, by: User) -> None:
    desk = Desk.REGION if Who.REGION in row.who else Desk(claim.desk)
    code = claim.place_id[: steps.digits_of(desk)]
    roles = access.roles_with(Verb.REVIEW)
    if not access.mandates_in_force().filter(user_id=by.pk, role__in=roles, place_code=code).exists():
        raise WrongDesk(
            _("This claim from %(place)s lies at the desk “%(desk)s”; your mandate is not for that desk.")
            % {"desk": desk.label, "place": reader.said(claim.place)}
        )
    looked = Step.objects.filter(claim_id=claim.pk, by_id=by.pk, deed__in=steps.LOOKS)
    if Who.APPEALS in row.who:
        if looked.exists():
            raise SecondStep(_("You had a part in this file. Somebody else decides on the appeal."))
    elif row.deed in steps.LOOKS and looked.exclude(desk=desk).exists():
        raise SecondStep(_("You have reviewed this file at another desk. Somebody else takes this step."))


def deeds_of(claim: Claim, user: User) -> list[Row]:
    """The steps that this person could take with this claim now, in the order of the table."""
    found = []
    for candidate in steps.deeds_from(claim.state):
        if candidate.who <= {Who.ITSELF} or not _follows(claim, candidate.deed):
            continue
        try:
            refuse_others(claim, candidate, user)
        except NotYours:
            continue
        found.append(candidate)
    return found
