"""What the room refuses, and what to do instead: a person reads each of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from huanxin.policy import Decision


class Refused(Exception):
    """A deed that the room does not do; the message says why and what to do."""


class UnknownProgramme(Refused, LookupError):
    """There is no programme of that name."""


class UnknownClaim(Refused, LookupError):
    """There is no claim of that number."""


class NotOpen(Refused):
    """The programme takes no claims now: not yet, no longer, or paused."""


class QuotaReached(Refused):
    """As much as may be granted in this place (in this week) has been asked for."""


class Blocked(Refused):
    """A grave finding of the checks against cheating stands in the way; the message says which."""


class PapersMissing(Refused):
    """Papers that the claim rests on were not handed in; `names` says which facts and things they prove."""

    def __init__(self, names: Sequence[str], sentence: str) -> None:
        super().__init__(sentence)
        self.names = tuple(names)


class BadAnswers(Refused):
    """Answers that cannot be read: `errors` has a sentence for each, by its name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


class StillOpen(Refused):
    """A claim cannot be sent before these are answered or handed in; `names` has them in order."""

    def __init__(self, names: Sequence[str], sentence: str) -> None:
        super().__init__(sentence)
        self.names = tuple(names)


class NotEntitled(Refused):
    """The pack does not grant this; `decision` says which check fails, with its clause."""

    def __init__(self, decision: Decision, sentence: str) -> None:
        super().__init__(sentence)
        self.decision = decision


class AlreadyClaimed(Refused):
    """Another live claim holds this thing, or this person's turn. It is not said whose."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name


class NotAllowed(Refused):
    """This deed does not follow from the state that the claim is in."""


class ReasonNeeded(Refused):
    """The deed is kept and told with its reason, and none was given."""

    def __init__(self) -> None:
        super().__init__(_("Say why; the reason is kept, and the applicant reads it."))


class Overtaken(Refused):
    """Somebody else has taken a step meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has just taken a step with this claim. Reload the page."))


class NotYours(Refused, PermissionDenied):
    """The person may not take this step with this claim."""


class WrongDesk(NotYours):
    """The claim lies at another desk, or in another place."""


class OwnClaim(NotYours):
    """Nobody decides on a claim of their own or on one that they entered."""


class SecondStep(NotYours):
    """Nobody reviews one file at two desks."""
