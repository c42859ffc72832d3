"""The pages that cross rooms, as a Django app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Collection

    from huanxin.foundation.access.models import User


class WebConfig(AppConfig):
    name = "huanxin.web"
    label = "web"
    verbose_name = _("Web pages")

    def ready(self) -> None:
        """Settlements with shops follow what the ledger books of their payments, as claims do."""
        from huanxin.ledger import services as ledger
        from huanxin.tradein import services as tradein

        def settle_with_the_bank(_purposes: Collection[str], by: User | None) -> list[tuple[str, str]]:
            tradein.follow_bank(by=by)
            return []

        ledger.follow_payments(settle_with_the_bank)
