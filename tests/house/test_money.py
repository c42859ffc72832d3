"""What may only grow is held by the database; money is never a float."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from huanxin.foundation.access.models import Disclosure
from huanxin.foundation.lib.appendonly import AppendOnly, trigger_names
from huanxin.foundation.lib.money import CentsField

MONEY_WORDS = {"amount", "price", "yuan", "cost", "subsidy", "paid"}

pytestmark = pytest.mark.django_db


def _append_only() -> list[type[models.Model]]:
    migrations = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return [
        apps.get_model(label, operation.model_name)
        for (label, _name), migration in migrations.items()
        for operation in migration.operations
        if isinstance(operation, AppendOnly)
    ]


def _triggers() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {name for (name,) in cursor.fetchall()}


def test_append_only_tables_still_have_their_triggers_after_all_migrations() -> None:
    deeds = {"UPDATE", "DELETE"} | ({"TRUNCATE"} if connection.vendor == "postgresql" else set())
    wanted = {
        name
        for model in _append_only()
        for deed, name in trigger_names(model._meta.db_table).items()
        if deed in deeds
    }
    lost = wanted - _triggers()
    assert wanted
    assert not lost, (
        f"a later migration made the table anew: repeat AppendOnly(…) after it. Lost: {sorted(lost)}"
    )


def test_lives_and_disclosures_only_grow() -> None:
    names = {model._meta.object_name for model in _append_only()}
    assert {"LifeEvent", "Disclosure"} <= names


def test_a_row_that_is_there_can_neither_be_changed_nor_removed(li_jing) -> None:
    row = Disclosure.objects.create(what="lift 4711: registration code", reason="case 12", by=li_jing)
    for deed in (
        lambda: Disclosure.objects.filter(pk=row.pk).update(reason="another"),
        lambda: Disclosure.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            deed()
    assert Disclosure.objects.get(pk=row.pk).reason == "case 12"


def test_money_is_kept_in_money_fields_and_no_float_stands_beside_it() -> None:
    wrong = []
    for model in apps.get_models():
        if not model.__module__.startswith("huanxin."):
            continue
        fields = {field.name: field for field in model._meta.local_fields}
        has_money = any(isinstance(field, CentsField) for field in fields.values())
        for name, field in fields.items():
            is_float_beside_money = has_money and isinstance(field, models.FloatField)
            is_money_by_name = bool(MONEY_WORDS & set(name.split("_"))) and not isinstance(field, CentsField)
            if is_float_beside_money or is_money_by_name:
                wrong.append(f"{model._meta.label}.{name}")
    assert not wrong, f"use huanxin.foundation.lib.money.CentsField: a float loses cents: {wrong}"
