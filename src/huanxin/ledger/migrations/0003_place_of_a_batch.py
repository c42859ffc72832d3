from django.db import migrations, models

from huanxin.ledger.triggers import LiftTriggers, PostTransfers


class Migration(migrations.Migration):
    """Batches that are there already are the region's: only who pays in all of it goes on with them."""

    dependencies = [("ledger", "0002_money_only_moves")]
    operations = [
        LiftTriggers(),
        migrations.AddField(
            model_name="batch",
            name="place_code",
            field=models.CharField(db_default="15", max_length=6, verbose_name="place"),
        ),
        PostTransfers(),
    ]
