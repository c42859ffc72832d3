"""Addresses of paying, under those of the room."""

from django.urls import path

from . import views

urlpatterns = [
    path("payment/", views.payment, name="payment"),
    path("payment/batch/", views.make_batch, name="make_batch"),
    path("payment/answers/", views.book_results, name="book_results"),
]
