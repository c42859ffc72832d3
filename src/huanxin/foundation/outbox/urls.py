"""Addresses of messages."""

from django.urls import path

from . import views

app_name = "outbox"

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("<int:number>/read/", views.read, name="read"),
    path("read/", views.read_all, name="read_all"),
    path("reach/", views.reach, name="reach"),
]
