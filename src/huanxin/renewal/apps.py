"""Equipment renewal as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RenewalConfig(AppConfig):
    name = "huanxin.renewal"
    label = "renewal"
    verbose_name = _("Equipment renewal")
    default_auto_field = "django.db.models.BigAutoField"
