"""What happened to a login stays written down."""

from django.db import migrations

from huanxin.foundation.lib.appendonly import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("access", "0005_tokens_with_scopes_and_events")]

    operations = [AppendOnly("AccessEvent")]
