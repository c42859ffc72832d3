"""What somebody saw cannot be unseen: the log of disclosures only grows."""

from django.db import migrations

from huanxin.foundation.lib.appendonly import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("access", "0001_people_and_mandates")]

    operations = [AppendOnly("Disclosure")]
