from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_search_names")]

    operations = [
        migrations.AddField(
            model_name="import",
            name="n_lines",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="rows in the sheet"),
        ),
        migrations.AddField(
            model_name="import",
            name="beat_at",
            field=models.DateTimeField(null=True, verbose_name="last sign of life"),
        ),
    ]
