"""Addresses of the start page and of the search."""

from django.urls import path

from . import views

app_name = "home"

urlpatterns = [
    path("", views.start, name="start"),
    path("search/", views.search, name="search"),
]
