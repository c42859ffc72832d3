"""An index over the pairs of letters in names, so that any fragment of two letters or more finds them.

PostgreSQL: GIN over the array of pairs; pg_trgm would need the right to create extensions and three letters,
where Chinese fragments mostly have two. SQLite: a full-text table kept in step by triggers; a later change of the
columns of registry_asset makes that table anew and loses the triggers: repeat this operation after it.
"""

from django.db import migrations

_SQLITE = [
    """CREATE VIRTUAL TABLE registry_asset_names USING fts5(
        name_pairs, content='registry_asset', content_rowid='id', detail=none, columnsize=0,
        tokenize="unicode61 remove_diacritics 0")""",
    """CREATE TRIGGER registry_asset_named AFTER INSERT ON registry_asset WHEN new.name_pairs <> '' BEGIN
        INSERT INTO registry_asset_names(rowid, name_pairs) VALUES (new.id, new.name_pairs); END""",
    """CREATE TRIGGER registry_asset_renamed AFTER UPDATE OF name_pairs ON registry_asset
        WHEN old.name_pairs <> new.name_pairs BEGIN
        INSERT INTO registry_asset_names(registry_asset_names, rowid, name_pairs)
            VALUES ('delete', old.id, old.name_pairs);
        INSERT INTO registry_asset_names(rowid, name_pairs) VALUES (new.id, new.name_pairs); END""",
    """CREATE TRIGGER registry_asset_unnamed AFTER DELETE ON registry_asset WHEN old.name_pairs <> '' BEGIN
        INSERT INTO registry_asset_names(registry_asset_names, rowid, name_pairs)
            VALUES ('delete', old.id, old.name_pairs); END""",
]


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for statement in _SQLITE:
            schema_editor.execute(statement)
    else:
        schema_editor.execute(
            "CREATE INDEX registry_asset_names ON registry_asset USING gin (string_to_array(name_pairs, ' '))"
        )


def unmake(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for trigger in ("named", "renamed", "unnamed"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS registry_asset_{trigger}")
        schema_editor.execute("DROP TABLE IF EXISTS registry_asset_names")
    else:
        schema_editor.execute("DROP INDEX IF EXISTS registry_asset_names")


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_lives_are_append_only")]
    operations = [migrations.RunPython(make, unmake)]
