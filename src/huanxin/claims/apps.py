"""Claims as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClaimsConfig(AppConfig):
    name = "huanxin.claims"
    label = "claims"
    verbose_name = _("Claims")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Goes down to the ledger: what is suspended or blocked, who follows the bank, what programmes are
        called."""
        from huanxin.ledger import services as ledger

        from .payment import queries, services
        from .programmes.queries import titles

        ledger.ask_before_paying(queries.objections)
        ledger.follow_payments(services.followed)
        ledger.name_programmes(titles)
