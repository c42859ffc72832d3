"""Trade-in as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TradeinConfig(AppConfig):
    name = "huanxin.tradein"
    label = "tradein"
    verbose_name = _("Trade-in")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What tills know goes down to the checks of claims."""
        from .till import checked

        checked.hand_down()
