"""Addresses of the officer's pages of programmes."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.programmes, name="programmes"),
    path("new/", views.new_programme, name="new_programme"),
    path("<slug:slug>/", views.programme, name="programme"),
    path("<slug:slug>/quota/", views.quota, name="quota"),
    path("<slug:slug>/top-ups/", views.top_ups, name="top_ups"),
    path("<slug:slug>/claims.<slug:form>", views.export, name="export"),
    path("<slug:slug>/deeds/<slug:deed>/", views.programme_deed, name="programme_deed"),
]
