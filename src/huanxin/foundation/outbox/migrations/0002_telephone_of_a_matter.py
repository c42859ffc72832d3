"""A text message may go to the number that was given in a claim; a person may want none at all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_messages")]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="is_on",
            field=models.BooleanField(db_default=True, default=True, verbose_name="is used"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="phone_sealed",
            field=models.BinaryField(null=True, verbose_name="telephone it goes to, encrypted"),
        ),
        migrations.RemoveConstraint(model_name="delivery", name="outbox_delivery_goes_one_way"),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("channel__isnull", False), ("hook__isnull", True), ("phone_sealed__isnull", True)
                )
                | models.Q(("channel__isnull", True), ("hook__isnull", False), ("phone_sealed__isnull", True))
                | models.Q(
                    ("channel__isnull", True), ("hook__isnull", True), ("phone_sealed__isnull", False)
                ),
                name="outbox_delivery_goes_one_way",
            ),
        ),
    ]
