"""Addresses of the auditor's pages, under those of the room."""

from django.urls import path

from . import views

urlpatterns = [
    path("findings/", views.findings, name="findings"),
    path("findings/run/", views.run_checks, name="run_checks"),
    path("findings/ports/", views.ports, name="ports"),
    path("findings/<int:number>/", views.finding, name="finding"),
    path("findings/<int:number>/judge/", views.judge, name="judge_finding"),
    path("audit/<slug:number>/", views.audit, name="audit"),
    path("replay/", views.replay, name="replay"),
    path("replay/payments.csv", views.replayed, name="replayed"),
    path("replay/run/", views.run_replay, name="run_replay"),
]
