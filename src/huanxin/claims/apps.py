"""Claims as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClaimsConfig(AppConfig):
    name = "huanxin.claims"
    label = "claims"
    verbose_name = _("Claims")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What is suspended or blocked goes down to the ledger, which asks before it pays."""
        from huanxin.ledger import services as ledger

        from .payment import queries

        ledger.ask_before_paying(queries.objections)
