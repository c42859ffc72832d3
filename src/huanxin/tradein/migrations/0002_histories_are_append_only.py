from django.db import migrations

from huanxin.foundation.lib.appendonly import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("tradein", "0001_merchants_and_vouchers")]

    operations = [AppendOnly("FiledPrice"), AppendOnly("MerchantDecision"), AppendOnly("VoucherEvent")]
