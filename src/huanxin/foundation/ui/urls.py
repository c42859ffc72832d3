"""Addresses of the gallery of parts and of the reader's switches."""

from django.urls import path

from . import views

app_name = "ui"

urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("text-size/", views.text_size, name="text_size"),
]
