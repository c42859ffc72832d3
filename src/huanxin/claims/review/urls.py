"""Addresses of the reviewer's pages, under those of the room."""

from django.urls import path

from .. import paper_views
from . import area_views, views

urlpatterns = [
    path("review/", views.queue, name="queue"),
    path("review/green/", views.bulk, name="bulk"),
    path("review/area/", area_views.area, name="area"),
    path("review/samples/", area_views.samples, name="samples"),
    path("review/<slug:number>/", views.file, name="file"),
    path("review/<slug:number>/conditions/", views.conditions, name="conditions"),
    path("review/<slug:number>/decide/", views.decide, name="decide"),
    path("review/<slug:number>/reveal/", views.reveal, name="reveal"),
    path("review/<slug:number>/papers/<int:paper>/read/", views.read_paper, name="read_paper"),
    path("papers/<slug:number>/<int:paper>", paper_views.paper, name="paper"),
]
