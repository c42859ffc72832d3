"""A request for a benefit, from form to payment, and everything that happened to it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huanxin.foundation.lib.money import CentsField

from .integrity.models import Entry, Finding, Involved, Severity, Source, Sweep, Trace
from .programmes.models import Programme, Quota

__all__ = [
    "Claim",
    "ClaimPaper",
    "Desk",
    "Entry",
    "Finding",
    "Hold",
    "Involved",
    "Objection",
    "Programme",
    "PublicNotice",
    "Quota",
    "Severity",
    "Source",
    "State",
    "Step",
    "Sweep",
    "Trace",
]


class State(models.TextChoices):
    """Where a claim stands."""

    DRAFT = "draft", _("Draft")
    QUEUED = "queued", _("Waiting for money")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned for correction")
    ACCEPTED = "accepted", _("Accepted, at the banner")
    BANNER_REVIEWED = "banner_reviewed", _("At the league")
    LEAGUE_REVIEWED = "league_reviewed", _("At the region")
    SAMPLED = "sampled", _("Drawn by the region as a sample")
    REVIEWED = "reviewed", _("Review finished")
    NOTICE = "notice", _("In public notice")
    COMMITTED = "committed", _("Money committed")
    PAID = "paid", _("Paid")
    CLOSED = "closed", _("Closed")
    REFUSED = "refused", _("Claim refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SUSPENDED = "suspended", _("Suspended")
    APPEALED = "appealed", _("Appealed")
    RECOVERED = "recovered", _("Money recovered")


# In these a reviewer has something to decide.
TO_DECIDE = (
    State.SUBMITTED,
    State.ACCEPTED,
    State.BANNER_REVIEWED,
    State.SAMPLED,
    State.SUSPENDED,
    State.APPEALED,
)


class Desk(models.TextChoices):
    """At which desk a claim lies."""

    APPLICANT = "applicant", _("Applicant")
    BANNER = "banner", _("Banner")
    LEAGUE = "league", _("League")
    REGION = "region", _("Region")
    FINANCE = "finance", _("Finance")
    NOBODY = "", _("Nobody")


class Claim(models.Model):
    """One request. The decision is kept as it was made: pack, facts, reasons; none of it is reckoned anew."""

    number = models.CharField(_("number"), max_length=60, unique=True)
    programme = models.ForeignKey(
        "claims.Programme", models.PROTECT, related_name="claims", verbose_name=_("programme")
    )
    applicant = models.ForeignKey(
        "registry.Party", models.PROTECT, related_name="+", verbose_name=_("applicant")
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    place = models.ForeignKey("registry.Place", models.PROTECT, related_name="+", verbose_name=_("place"))
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.DRAFT)
    desk = models.CharField(_("desk"), max_length=10, choices=Desk.choices, blank=True, default="applicant")
    due_on = models.DateField(_("due on"), null=True, blank=True)
    facts = models.JSONField(_("facts"), default=dict)
    things = models.JSONField(_("things it is about"), default=dict)
    old_asset = models.ForeignKey(
        "registry.Asset", models.PROTECT, null=True, related_name="+", verbose_name=_("old thing")
    )
    new_asset = models.ForeignKey(
        "registry.Asset", models.PROTECT, null=True, related_name="+", verbose_name=_("new thing")
    )
    tops_up = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="top_ups", verbose_name=_("claim that it tops up")
    )
    phone_sealed = models.BinaryField(_("telephone, encrypted"), null=True)
    phone_hash = models.BinaryField(_("keyed hash of the telephone"), max_length=32, null=True)
    phone_shown = models.CharField(_("telephone, masked"), max_length=20, blank=True, default="")
    account_sealed = models.BinaryField(_("bank account, encrypted"), null=True)
    account_hash = models.BinaryField(_("keyed hash of the bank account"), max_length=32, null=True)
    account_shown = models.CharField(_("bank account, masked"), max_length=40, blank=True, default="")
    account_name = models.CharField(_("name of the bank account"), max_length=200, blank=True, default="")
    bank = models.CharField(_("bank"), max_length=100, blank=True, default="")
    address_sealed = models.BinaryField(_("address, encrypted"), null=True)
    address_hash = models.BinaryField(_("keyed hash of the address"), max_length=32, null=True)
    device_hash = models.BinaryField(_("keyed hash of the device"), max_length=32, null=True)
    network_hash = models.BinaryField(_("keyed hash of the network address"), max_length=32, null=True)
    merchant = models.CharField(_("shop or dealer"), max_length=60, blank=True, default="")
    verdict = models.CharField(_("verdict"), max_length=12, blank=True, default="")
    amount = CentsField(_("amount"), null=True)
    shares = models.JSONField(_("who bears it"), default=dict)
    decision = models.JSONField(_("decision with its reasons"), default=dict)
    pack_digest = models.CharField(_("digest of the pack"), max_length=64, blank=True, default="")
    decided_on = models.DateField(_("day of the decision"), null=True)
    known_on = models.DateField(_("with the figures known on"), null=True)
    is_sampled = models.BooleanField(_("in the region's sample"), default=False)
    all_green = models.BooleanField(_("every check is green"), default=False)
    notice = models.ForeignKey(
        "claims.PublicNotice",
        models.PROTECT,
        null=True,
        related_name="claims",
        verbose_name=_("public notice"),
    )
    state_before = models.CharField(_("state before it was suspended"), max_length=16, blank=True, default="")
    started_at = models.DateTimeField(_("begun at"), default=timezone.now)
    saved_at = models.DateTimeField(_("saved at"), default=timezone.now)
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    state_at = models.DateTimeField(_("in this state since"), default=timezone.now)
    n_steps = models.PositiveIntegerField(_("number of steps"), default=0)
    sample = models.BooleanField(_("made up"), default=False)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        indexes: ClassVar = [
            # The reviewer's queue: what is to be decided at a desk (in a place), by the clock.
            models.Index(
                fields=["desk", "due_on", "id"], name="claims_claim_queue", condition=Q(state__in=TO_DECIDE)
            ),
            models.Index(
                fields=["desk", "place", "due_on", "id"],
                name="claims_claim_queue_of_place",
                condition=Q(state__in=TO_DECIDE),
            ),
            models.Index(fields=["state", "place", "id"], name="claims_claim_state_of_place"),
            models.Index(fields=["programme", "state", "submitted_at"], name="claims_claim_of_programme"),
            models.Index(fields=["applicant", "-id"], name="claims_claim_of_applicant"),
            # Linked claims: the same telephone, the same bank account.
            models.Index(
                fields=["phone_hash"], name="claims_claim_of_phone", condition=Q(phone_hash__isnull=False)
            ),
            models.Index(
                fields=["account_hash"],
                name="claims_claim_of_account",
                condition=Q(account_hash__isnull=False),
            ),
            models.Index(fields=["old_asset"], name="claims_claim_of_old_asset"),
            models.Index(fields=["new_asset"], name="claims_claim_of_new_asset"),
        ]

    def __str__(self) -> str:
        return self.number


class Step(models.Model):
    """Something that happened to a claim: who, when, from where, before and after. Append-only."""

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, related_name="steps", db_index=False, verbose_name=_("claim")
    )
    n = models.PositiveIntegerField(_("number of the step"))
    deed = models.CharField(_("deed"), max_length=30)
    state_from = models.CharField(_("state before"), max_length=16, choices=State.choices, blank=True)
    state_to = models.CharField(_("state after"), max_length=16, choices=State.choices)
    desk = models.CharField(_("desk"), max_length=10, choices=Desk.choices, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    from_where = models.CharField(_("from where"), max_length=60, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=1000, blank=True, default="")
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)

    class Meta:
        verbose_name = _("step of a claim")
        verbose_name_plural = _("steps of claims")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["claim", "n"], name="claims_steps_follow_each_other")
        ]
        indexes: ClassVar = [
            models.Index(fields=["by", "at"], name="claims_step_by_person"),
            models.Index(fields=["desk", "at"], name="claims_step_at_desk"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.n} {self.deed}"


class Hold(models.Model):
    """What a claim keeps to itself while it lives: a car, a serial number, a person's turn in a year.

    One row per kind and key: a second claim on the same is refused by the database, in every programme.
    """

    kind = models.CharField(_("what is held"), max_length=60)
    key_hash = models.BinaryField(_("keyed hash of what is held"), max_length=32)
    claim = models.ForeignKey("claims.Claim", models.PROTECT, related_name="holds", verbose_name=_("claim"))

    class Meta:
        verbose_name = _("hold of a claim")
        verbose_name_plural = _("holds of claims")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key_hash"], name="claims_one_live_claim_per_thing")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.claim_id}"


class ClaimPaper(models.Model):
    """A paper that a claim rests on, and which fact it proves."""

    claim = models.ForeignKey("claims.Claim", models.PROTECT, related_name="papers", verbose_name=_("claim"))
    paper = models.ForeignKey("registry.Paper", models.PROTECT, related_name="+", verbose_name=_("paper"))
    proves = models.CharField(_("what it proves"), max_length=60)
    file_name = models.CharField(_("file"), max_length=255, blank=True, default="")
    read = models.JSONField(_("what a machine read on it"), default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("handed in by")
    )
    at = models.DateTimeField(_("handed in at"), default=timezone.now)
    replaced_at = models.DateTimeField(_("replaced at"), null=True)

    class Meta:
        verbose_name = _("paper of a claim")
        verbose_name_plural = _("papers of claims")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["claim", "paper", "proves"],
                condition=Q(replaced_at__isnull=True),
                name="claims_one_paper_proves_once",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["paper"], name="claims_paper_used_by")]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.proves}"


class PublicNotice(models.Model):
    """A list of claims that everybody may read and object to, for some working days."""

    number = models.CharField(_("number"), max_length=60, unique=True)
    programme = models.ForeignKey(
        "claims.Programme", models.PROTECT, related_name="notices", verbose_name=_("programme")
    )
    place = models.ForeignKey("registry.Place", models.PROTECT, related_name="+", verbose_name=_("place"))
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("until"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("published by")
    )
    at = models.DateTimeField(_("published at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")

    def __str__(self) -> str:
        return self.number


class Objection(models.Model):
    """What somebody says against a claim in public notice, or the applicant against a refusal."""

    class Kind(models.TextChoices):
        NOTICE = "notice", _("Objection to a public notice")
        APPEAL = "appeal", _("Appeal against a refusal")

    class Outcome(models.TextChoices):
        OPEN = "open", _("Not answered yet")
        UPHELD = "upheld", _("Upheld")
        REJECTED = "rejected", _("Rejected")

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, related_name="objections", verbose_name=_("claim")
    )
    kind = models.CharField(_("kind of objection"), max_length=10, choices=Kind.choices)
    text = models.CharField(_("text"), max_length=2000)
    contact_sealed = models.BinaryField(_("contact, encrypted"), null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.OPEN)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answer = models.CharField(_("answer"), max_length=2000, blank=True, default="")

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")

    def __str__(self) -> str:
        return f"{self.kind} {self.claim_id}"
