"""Addresses of the ledger."""

from django.urls import path

from . import views
from .batches import views as batches

app_name = "ledger"

urlpatterns = [
    path("", views.budgets, name="budgets"),
    path("proof/", views.proof, name="proof"),
    path("budgets/new/", views.open_budget, name="open"),
    path("budgets/<int:number>/", views.budget, name="budget"),
    path("budgets/<int:number>/grant/", views.grant, name="grant"),
    path("purposes/<str:purpose>/", views.purpose, name="purpose"),
    path("payments/", batches.batches, name="batches"),
    path("payments/answers/", batches.results, name="results"),
    path("payments/answers/<int:number>/", batches.statement, name="statement"),
    path("payments/lines/<int:number>/", batches.payment, name="payment"),
    path("payments/lines/<int:number>/retry/", batches.retry, name="retry"),
    path("payments/lines/<int:number>/send-back/", batches.send_back, name="send_back"),
    path("payments/lines/<int:number>/confirm/", batches.confirm, name="confirm"),
    path("payments/<str:number>/", batches.batch, name="batch"),
    path("payments/<str:number>/sign/", batches.sign, name="sign"),
    path("payments/<str:number>/file/", batches.file, name="file"),
    path("payments/<str:number>/cancel/", batches.cancel, name="cancel"),
]
