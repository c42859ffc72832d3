"""Addresses of the registry."""

from django.urls import path

from . import views
from .importing import views as importing
from .places import views as places

app_name = "registry"

urlpatterns = [
    path("", views.inventory, name="inventory"),
    path("inventory.<slug:form>", views.export, name="export"),
    path("things/<int:number>/", views.asset, name="asset"),
    path("things/<int:number>/identity/", views.identity, name="identity"),
    path("templates/<slug:kind>.xlsx", views.template, name="template"),
    path("imports/", importing.imports, name="imports"),
    path("imports/new/", importing.new, name="new_import"),
    path("imports/columns/", importing.columns, name="columns"),
    path("imports/<int:number>/", importing.done, name="import"),
    path("imports/<int:number>/progress/", importing.progress, name="import_progress"),
    path("imports/<int:number>/refused.xlsx", importing.refused, name="refused"),
    path("doubts/", places.doubts, name="doubts"),
    path("doubts/<int:number>/", places.settle, name="settle"),
]
