"""Tables that only grow: a migration operation whose triggers refuse every UPDATE and DELETE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState

_FUNCTION = """
CREATE OR REPLACE FUNCTION huanxin_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: add a new row that corrects the old one', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def trigger_names(table: str) -> dict[str, str]:
    """The deeds that are refused on a table, and the triggers that refuse them (SQLite knows no TRUNCATE)."""
    return {deed: f"{table}_no_{deed.lower()}" for deed in ("UPDATE", "DELETE", "TRUNCATE")}


class AppendOnly(Operation):
    """Migration operation: rows of `model_name` can be added, and neither changed nor removed.

    Held by the database itself, on SQLite and PostgreSQL, so that no script gets round it; PostgreSQL also
    refuses
    TRUNCATE. A change is refused with an IntegrityError. On SQLite a later change of the table's columns
    makes the table anew and loses the triggers: repeat the operation after it (tests/house/test_money.py
    finds it).
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing changes in the state: triggers are no part of a model."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = self._table(app_label, to_state)
        self._drop(schema_editor, table)
        if schema_editor.connection.vendor == "postgresql":
            # Without parameters: the % of RAISE is no placeholder.
            schema_editor.execute(_FUNCTION, params=None)
        for deed, name in self._triggers(schema_editor, table).items():
            schema_editor.execute(_create(schema_editor.connection.vendor, table, deed, name))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._drop(schema_editor, self._table(app_label, from_state))

    def describe(self) -> str:
        return f"Rows of {self.model_name} can only be added"

    @property
    def migration_name_fragment(self) -> str:
        return f"{self.model_name.lower()}_append_only"

    def _table(self, app_label: str, state: ProjectState) -> str:
        model: Any = state.apps.get_model(app_label, self.model_name)
        return str(model._meta.db_table)

    def _drop(self, schema_editor: BaseDatabaseSchemaEditor, table: str) -> None:
        on = f' ON "{table}"' if schema_editor.connection.vendor == "postgresql" else ""
        for name in self._triggers(schema_editor, table).values():
            schema_editor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')

    def _triggers(self, schema_editor: BaseDatabaseSchemaEditor, table: str) -> dict[str, str]:
        names = trigger_names(table)
        if schema_editor.connection.vendor != "postgresql":
            del names["TRUNCATE"]
        return names


def _create(vendor: str, table: str, deed: str, name: str) -> str:
    if vendor == "postgresql":
        each = "STATEMENT" if deed == "TRUNCATE" else "ROW"
        return (
            f'CREATE TRIGGER "{name}" BEFORE {deed} ON "{table}" '
            f"FOR EACH {each} EXECUTE FUNCTION huanxin_refuse_change()"
        )
    return (
        f'CREATE TRIGGER "{name}" BEFORE {deed} ON "{table}" BEGIN '
        f"SELECT RAISE(ABORT, '{table} is append-only: add a new row that corrects the old one'); END"
    )
