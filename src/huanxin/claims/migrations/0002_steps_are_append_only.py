from django.db import migrations

from huanxin.foundation.lib.appendonly import AppendOnly


class Migration(migrations.Migration):
    """What happened to a claim stays written."""

    dependencies = [("claims", "0001_programmes_and_claims")]

    operations = [AppendOnly("Step")]
