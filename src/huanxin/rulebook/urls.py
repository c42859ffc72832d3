"""Addresses of the rulebook."""

from django.urls import path

from . import views

app_name = "rulebook"

urlpatterns = [
    path("packs/", views.packs, name="packs"),
    path("packs/<slug:pack_id>/", views.pack, name="pack"),
    path("packs/<slug:pack_id>/try/", views.try_it, name="try"),
    path("packs/<slug:pack_id>/compare/", views.compare, name="compare"),
    path("packs/<slug:pack_id>/propose/", views.propose, name="propose"),
    path("releases/<int:number>/countersign/", views.countersign, name="countersign"),
    path("releases/<int:number>/withdraw/", views.withdraw, name="withdraw"),
]
