from django.db import migrations

from huanxin.foundation.lib.appendonly import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_places_things_and_their_lives")]
    operations = [AppendOnly("LifeEvent")]
