"""The parts of pages, as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    name = "huanxin.foundation.ui"
    label = "ui"
    verbose_name = _("Parts of pages")
