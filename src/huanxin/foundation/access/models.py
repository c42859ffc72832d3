"""Who may do what, where, until when; and who looked at personal data, and why."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import make_password
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Verb(models.TextChoices):
    """What the house lets people do. A page or deed names one of them."""

    READ = "read", _("look at the inventory and its verdicts")
    IMPORT = "import", _("bring in and correct the inventory")
    SCREEN = "screen", _("run screenings")
    RELEASE = "release", _("put policy packs in force")
    DISCLOSE = "disclose", _("see personal data unmasked")
    ADMINISTER = "administer", _("give and end mandates")
    APPLY = "apply", _("apply for benefits and take vouchers")
    TRADE = "trade", _("redeem vouchers at the till and file prices")
    RECYCLE = "recycle", _("take in and dismantle old things")
    REVIEW = "review", _("review claims")
    PROGRAMME = "programme", _("open and pause programmes")
    ACCOUNT = "account", _("see budgets and payments")
    PAY = "pay", _("enter budgets and pay")
    AUDIT = "audit", _("follow findings and recompute payments")


class Role(models.TextChoices):
    """What an office calls its people; each role is a set of verbs."""

    READER = "reader", _("reader")
    REGISTRAR = "registrar", _("registrar")
    REVIEWER = "reviewer", _("reviewer")
    OFFICER = "officer", _("policy officer")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")
    APPLICANT = "applicant", _("applicant")
    MERCHANT = "merchant", _("merchant")
    RECYCLER = "recycler", _("recycler")
    FINANCE = "finance", _("finance officer")


VERBS: dict[str, frozenset[str]] = {
    Role.READER: frozenset({Verb.READ}),
    Role.REGISTRAR: frozenset({Verb.READ, Verb.IMPORT}),
    Role.REVIEWER: frozenset({Verb.READ, Verb.IMPORT, Verb.SCREEN, Verb.DISCLOSE, Verb.REVIEW}),
    Role.OFFICER: frozenset({Verb.READ, Verb.SCREEN, Verb.RELEASE, Verb.PROGRAMME, Verb.ACCOUNT}),
    Role.AUDITOR: frozenset({Verb.READ, Verb.DISCLOSE, Verb.ACCOUNT, Verb.AUDIT}),
    Role.ADMINISTRATOR: frozenset({Verb.READ, Verb.ADMINISTER}),
    Role.APPLICANT: frozenset({Verb.APPLY}),
    Role.MERCHANT: frozenset({Verb.TRADE}),
    Role.RECYCLER: frozenset({Verb.RECYCLE}),
    Role.FINANCE: frozenset({Verb.READ, Verb.ACCOUNT, Verb.PAY}),
}

# Roles of those whom the programmes are for; everybody else is staff.
PUBLIC_ROLES = (Role.APPLICANT, Role.MERCHANT, Role.RECYCLER)

OPERATOR = "operator"


class UserManager(BaseUserManager["User"]):
    """Makes logins."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """A login; without a password nobody can log in with it."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def operator(self) -> User:
        """Whoever sits at the office's own machine and gave no name; nobody can log in as it."""
        user, _is_new = self.get_or_create(
            username=OPERATOR, defaults={"name": "命令行 command line", "password": make_password(None)}
        )
        return user


class User(AbstractBaseUser):
    """A person's login. What the person may do stands in mandates, and nowhere else."""

    username = models.CharField(
        _("login name"),
        max_length=150,
        unique=True,
        validators=[
            RegexValidator(
                r"^[\w.@+-]+\Z", _("A login name has letters, digits and . @ + - _, and no spaces.")
            )
        ],
    )
    name = models.CharField(_("name"), max_length=100, blank=True, default="")
    is_active = models.BooleanField(_("may log in"), default=True)
    joined_at = models.DateTimeField(_("since"), default=timezone.now)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"

    class Meta:
        verbose_name = _("person with a login")
        verbose_name_plural = _("people with a login")

    def __str__(self) -> str:
        return self.name or self.username


class Mandate(models.Model):
    """One person, one role, in one place and all below it, until a day.

    `place_code` is the beginning of a GB/T 2260 code: 15 the region, 1525 a league, 152502 a banner.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="mandates", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    place_code = models.CharField(
        _("place"),
        max_length=12,
        validators=[
            RegexValidator(
                r"^\d{2}(\d{2}(\d{2})?)?$", _("Write 2, 4 or 6 digits of the place's code, e.g. 1525.")
            )
        ],
    )
    department = models.CharField(_("department"), max_length=100, blank=True, default="")
    until = models.DateField(_("until (this day included)"), null=True, blank=True)
    given_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("given by")
    )
    given_at = models.DateTimeField(_("given at"), default=timezone.now)

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "place_code"], name="access_one_mandate_per_role_and_place"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="access_mandate_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.place_code}"


class Scope(models.TextChoices):
    """What a program may do at /api/ with a token, as far as its person may do it on the pages."""

    CLAIMS_READ = "claims:read", _("read claims")
    CLAIMS_WRITE = "claims:write", _("file claims and hand in papers")
    TILL_READ = "till:read", _("read sales and settlements")
    TILL_WRITE = "till:write", _("redeem vouchers, take returns")
    PAYMENTS_WRITE = "payments:write", _("draw up settlements with shops")
    HOOKS_WRITE = "hooks:write", _("change webhooks")


# A token can be given a scope if its person may do one of these.
SCOPE_VERBS: dict[str, frozenset[str]] = {
    Scope.CLAIMS_READ: frozenset({Verb.APPLY, Verb.TRADE, Verb.REVIEW, Verb.AUDIT}),
    Scope.CLAIMS_WRITE: frozenset({Verb.APPLY, Verb.TRADE}),
    Scope.TILL_READ: frozenset({Verb.TRADE}),
    Scope.TILL_WRITE: frozenset({Verb.TRADE}),
    Scope.PAYMENTS_WRITE: frozenset({Verb.PAY}),
    Scope.HOOKS_WRITE: frozenset({Verb.APPLY, Verb.TRADE, Verb.RECYCLE}),
}


class Token(models.Model):
    """A key with which a program acts in a person's name. Only its hash is kept.

    Without scopes it only reads. `minute` and `n_in_minute` count its calls, for the limit `most_per_minute`.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens", verbose_name=_("person"))
    name = models.CharField(_("what it is for"), max_length=100)
    hash = models.BinaryField(_("hash of the token"), max_length=32, unique=True)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    last_used_on = models.DateField(_("last used on"), null=True, blank=True)
    until = models.DateField(_("until (this day included)"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    scopes = models.JSONField(_("what it may do"), default=list, blank=True)
    most_per_minute = models.PositiveIntegerField(_("most calls in a minute"), default=600)
    last_used_at = models.DateTimeField(_("last call at"), null=True, blank=True)
    minute = models.PositiveBigIntegerField(_("minute of the last call"), default=0)
    n_in_minute = models.PositiveIntegerField(_("calls in that minute"), default=0)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")

    def __str__(self) -> str:
        return f"{self.user} · {self.name}"


class KeptAnswer(models.Model):
    """What a program was answered under a key of its own, so that asking twice does a thing once."""

    token = models.ForeignKey(
        Token, models.CASCADE, related_name="+", db_index=False, verbose_name=_("access token")
    )
    key = models.CharField(_("key of the program"), max_length=60)
    digest = models.BinaryField(_("digest of what was asked"), max_length=32)
    status = models.PositiveSmallIntegerField(_("status of the answer"), default=0)
    # Sealed: it may hold a secret that is shown once.
    body_sealed = models.BinaryField(_("answer, encrypted"), default=bytes)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints = [
            models.UniqueConstraint(fields=["token", "key"], name="access_one_answer_per_key"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.status}"


class Disclosure(models.Model):
    """Somebody saw personal data unmasked: what, and for which reason. Append-only."""

    what = models.CharField(_("what was shown"), max_length=200)
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        indexes = [models.Index(fields=["by", "at"], name="access_disclosure_by_at")]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="access_disclosure_has_reason")]

    def __str__(self) -> str:
        return f"{self.what} · {self.by} · {self.at:%Y-%m-%d %H:%M}"


class AccessEvent(models.Model):
    """Something that happened to a login: who, whom, from where. Append-only."""

    class Kind(models.TextChoices):
        SIGNED_UP = "signed_up", _("made their own login")
        LOGGED_IN = "logged_in", _("logged in")
        FAILED = "failed", _("failed to log in")
        ACTED_AS = "acted_as", _("was acted as, on a trial")
        LINK_MADE = "link_made", _("was given a link to set a password")
        PASSWORD_SET = "password_set", _("set a password")
        FACTOR_ON = "factor_on", _("switched the second factor on")
        FACTOR_OFF = "factor_off", _("switched the second factor off")
        MANDATE_GIVEN = "mandate_given", _("was given a mandate")
        MANDATE_ENDED = "mandate_ended", _("had a mandate ended")
        SHUT_OUT = "shut_out", _("was shut out")
        LET_IN = "let_in", _("was let in again")
        TOKEN_ISSUED = "token_issued", _("was given a token")
        TOKEN_REVOKED = "token_revoked", _("had a token revoked")

    kind = models.CharField(_("what happened"), max_length=20, choices=Kind.choices)
    user = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="access_events", verbose_name=_("to whom")
    )
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    what = models.CharField(_("details"), max_length=300, blank=True, default="")
    from_where = models.CharField(_("from where"), max_length=60, blank=True, default="")
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("event of a login")
        verbose_name_plural = _("events of logins")
        indexes = [models.Index(fields=["user", "-id"], name="access_event_of_person")]

    def __str__(self) -> str:
        return f"{self.user or self.what} {self.get_kind_display()}"
