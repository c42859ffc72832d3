"""Addresses of the interface: the rooms' own, its document, and the page that explains it."""

from django.urls import path

from . import views
from .interface import api

app_name = "api"

urlpatterns = [
    path("docs/", views.docs, name="docs"),
    path("openapi.json", views.openapi, name="openapi"),
    *(entry for entry in api.urls[0] if getattr(entry, "name", "") not in ("api-root", "openapi-json")),
]
