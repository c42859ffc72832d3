"""What exists: places, parties, things, and the events of their lives."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .papers.models import Paper

__all__ = ["Asset", "ColumnMapping", "Import", "KindTally", "LifeEvent", "Paper", "Party", "Place"]


class Place(models.Model):
    """A place of GB/T 2260; its code begins with the code of the place it lies in."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("Region")
        LEAGUE = "league", _("League or city")
        BANNER = "banner", _("Banner, county or district")
        ZONE = "zone", _("Zone")

    code = models.CharField(_("code"), max_length=6, primary_key=True)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("lies in")
    )

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")

    def __str__(self) -> str:
        return self.name_zh

    def say(self, language: str) -> str:
        return self.name_en if language.startswith("en") else self.name_zh


class Party(models.Model):
    """A person or an organisation that holds things.

    Its number is kept encrypted and found by its keyed hash.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        ORGANISATION = "organisation", _("Organisation")

    kind = models.CharField(
        _("kind of party"), max_length=12, choices=Kind.choices, default=Kind.ORGANISATION
    )
    name = models.CharField(_("name"), max_length=200)
    identity_sealed = models.BinaryField(_("number, encrypted"), null=True)
    identity_hash = models.BinaryField(_("keyed hash of the number"), max_length=32, null=True)
    identity_shown = models.CharField(_("number, masked"), max_length=40, blank=True, default="")
    login = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="party",
        verbose_name=_("login"),
    )
    place = models.ForeignKey(
        "registry.Place",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("home place"),
    )
    born_on = models.DateField(_("born on, by the number"), null=True, blank=True)
    sample = models.BooleanField(_("made up"), default=False)

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["identity_hash"], name="registry_one_party_per_number"),
            # Whoever gave no number is told apart by name alone, and so is one party per name.
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(identity_hash__isnull=True),
                name="registry_one_party_per_bare_name",
            ),
            models.CheckConstraint(
                condition=Q(identity_hash__isnull=True, identity_sealed__isnull=True)
                | Q(identity_hash__isnull=False, identity_sealed__isnull=False),
                name="registry_party_number_sealed_and_hashed",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class KindTally(models.Model):
    """How many things of a kind there are, and the number of its latest change.

    Whoever writes things of a kind holds this row until the end of the transaction. So the changes of a kind
    become visible in the order of their numbers, and a snapshot up to a number misses none.
    """

    kind = models.CharField(_("kind of thing"), max_length=60, primary_key=True)
    changed = models.BigIntegerField(_("latest change"), default=0)
    n_assets = models.BigIntegerField(_("number of things"), default=0)

    class Meta:
        verbose_name = _("tally of a kind")
        verbose_name_plural = _("tallies of kinds")

    def __str__(self) -> str:
        return self.kind


class Asset(models.Model):
    """A thing: a machine, a vehicle, a lift. One strong identity, one life."""

    class State(models.TextChoices):
        IN_USE = "in_use", _("In use")
        CLAIMED = "claimed", _("Claimed for")
        HANDED_OVER = "handed_over", _("Handed over")
        RECEIVED = "received", _("Received for recycling")
        DISMANTLED = "dismantled", _("Dismantled")

    class PlaceState(models.TextChoices):
        PLACED = "placed", _("Place known")
        UNKNOWN = "unknown", _("No place given")
        DOUBT = "doubt", _("Place in doubt")
        OUTSIDE = "outside", _("Outside the region")

    kind = models.CharField(_("kind of thing"), max_length=60)
    identity_sealed = models.BinaryField(_("identity, encrypted"), null=True)
    identity_hash = models.BinaryField(_("keyed hash of the identity"), max_length=32)
    identity_shown = models.CharField(_("identity, masked"), max_length=80)
    name = models.CharField(_("name"), max_length=500, blank=True, default="")
    name_pairs = models.TextField(_("pairs of letters in the name"), blank=True, default="")
    holder = models.ForeignKey(
        "registry.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assets",
        verbose_name=_("holder"),
    )
    place = models.ForeignKey(
        "registry.Place", models.PROTECT, null=True, blank=True, db_index=False, verbose_name=_("place")
    )
    place_state = models.CharField(
        _("state of the place"), max_length=8, choices=PlaceState.choices, default=PlaceState.UNKNOWN
    )
    place_doubt = models.JSONField(_("why the place is in doubt"), null=True, blank=True)
    in_service_year = models.IntegerField(_("year in service"), null=True, blank=True)
    measure = models.DecimalField(_("measure"), max_digits=18, decimal_places=4, null=True, blank=True)
    attributes = models.JSONField(_("facts"), default=dict)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.IN_USE)
    sample = models.BooleanField(_("made up"), default=False)
    source = models.CharField(_("source"), max_length=200, blank=True, default="")
    row_digest = models.BinaryField(_("digest of the row it came in with"), max_length=16, null=True)
    changed = models.BigIntegerField(_("number of the latest change"))

    class Meta:
        verbose_name = _("thing")
        verbose_name_plural = _("things")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["identity_hash", "kind"], name="registry_one_asset_per_identity"),
            models.CheckConstraint(
                condition=Q(place_state="placed", place__isnull=False)
                | Q(place__isnull=True) & ~Q(place_state="placed"),
                name="registry_asset_placed_has_place",
            ),
            models.CheckConstraint(
                condition=Q(place_state="doubt", place_doubt__isnull=False)
                | Q(place_doubt__isnull=True) & ~Q(place_state="doubt"),
                name="registry_asset_doubt_has_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "id"], name="registry_asset_kind_id"),
            models.Index(fields=["place", "id"], name="registry_asset_place_id"),
            models.Index(fields=["kind", "place", "id"], name="registry_asset_kind_place_id"),
            models.Index(fields=["kind", "in_service_year", "id"], name="registry_asset_kind_year_id"),
            models.Index(fields=["kind", "changed"], name="registry_asset_kind_changed"),
            models.Index(fields=["id"], condition=Q(place_state="doubt"), name="registry_asset_in_doubt"),
        ]

    def __str__(self) -> str:
        return self.name or self.identity_shown


class LifeEvent(models.Model):
    """Something that happened to a thing. Rows are only ever added; the database refuses anything else."""

    class What(models.TextChoices):
        REGISTERED = "registered", _("Registered")
        CORRECTED = "corrected", _("Corrected")
        PLACED = "placed", _("Place settled")
        INSPECTED = "inspected", _("Inspected")
        CLAIMED = "claimed", _("Claimed for")
        RELEASED = "released", _("Claim ended")
        HANDED_OVER = "handed_over", _("Handed over")
        RECEIVED = "received", _("Received for recycling")
        DISMANTLED = "dismantled", _("Dismantled")
        REUSED = "reused", _("Reused")
        RESOLD = "resold", _("Resold")

    asset = models.ForeignKey(
        "registry.Asset", models.PROTECT, related_name="events", db_index=False, verbose_name=_("thing")
    )
    what = models.CharField(_("what happened"), max_length=12, choices=What.choices)
    on = models.DateField(_("day"))
    at = models.DateTimeField(_("entered at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("entered by"),
    )
    place = models.ForeignKey(
        "registry.Place", models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("place")
    )
    mass_kg = models.DecimalField(_("mass in kg"), max_digits=14, decimal_places=3, null=True)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("event in a life")
        verbose_name_plural = _("events in lives")
        indexes: ClassVar = [models.Index(fields=["asset", "id"], name="registry_event_asset_id")]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.on}"


class Import(models.Model):
    """A sheet that was carried in: which, by whom, and what became of its rows."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped before its end")

    kind = models.CharField(_("kind of thing"), max_length=60)
    file_name = models.CharField(_("file"), max_length=255)
    digest = models.CharField(_("digest of the file"), max_length=64)
    mapping = models.JSONField(_("columns"), default=dict)
    read_as = models.CharField(_("read as"), max_length=60, blank=True, default="")
    source = models.CharField(_("source"), max_length=200, blank=True, default="")
    sample = models.BooleanField(_("made up"), default=False)
    n_lines = models.BigIntegerField(_("rows in the sheet"), default=0, db_default=0)
    n_rows = models.BigIntegerField(_("rows read"), default=0)
    n_new = models.BigIntegerField(_("new"), default=0)
    n_changed = models.BigIntegerField(_("changed"), default=0)
    n_unchanged = models.BigIntegerField(_("unchanged"), default=0)
    n_refused = models.BigIntegerField(_("refused"), default=0)
    n_place_doubt = models.BigIntegerField(_("with their place in doubt"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RUNNING)
    stopped_by = models.TextField(_("why it stopped"), blank=True, default="")
    error_sheet = models.CharField(_("sheet of refused rows"), max_length=255, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("carried in by")
    )
    at = models.DateTimeField(_("begun at"))
    beat_at = models.DateTimeField(_("last sign of life"), null=True)
    seconds = models.FloatField(_("seconds taken"), default=0)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes: ClassVar = [models.Index(fields=["kind", "digest"], name="registry_import_kind_digest")]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.kind})"


class ColumnMapping(models.Model):
    """Which column of a sheet holds which fact, kept so that nobody has to say it twice."""

    kind = models.CharField(_("kind of thing"), max_length=60)
    signature = models.CharField(_("digest of the headings"), max_length=64)
    columns = models.JSONField(_("columns"), default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("said by")
    )
    at = models.DateTimeField(_("said at"))

    class Meta:
        verbose_name = _("remembered columns")
        verbose_name_plural = _("remembered columns")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "signature"], name="registry_one_mapping_per_headings")
        ]

    def __str__(self) -> str:
        return self.kind
