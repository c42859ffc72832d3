from django.db import migrations

from huanxin.foundation.lib.appendonly import AppendOnly
from huanxin.ledger.triggers import PostTransfers


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_budgets_and_transfers")]
    operations = [
        AppendOnly("Budget"),
        AppendOnly("Account"),
        AppendOnly("Transfer"),
        PostTransfers(),
    ]
