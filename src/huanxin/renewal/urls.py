"""Addresses of equipment renewal."""

from django.urls import path

from .screening import views

app_name = "renewal"

urlpatterns = [
    path("screenings/", views.screenings, name="screenings"),
    path("screenings/new/", views.new, name="new_screening"),
    path("screenings/asset/<int:asset>/", views.asset_verdicts, name="asset_verdicts"),
    path("screenings/<int:number>/", views.screening, name="screening"),
    path("screenings/<int:number>/progress/", views.progress, name="progress"),
    path("screenings/<int:number>/stop/", views.stop, name="stop"),
    path("screenings/<int:number>/again/", views.again, name="again"),
    path("screenings/<int:number>/list.<slug:form>", views.download, name="download"),
    path("screenings/<int:number>/asset/<int:asset>/", views.reasons, name="reasons"),
    path("screenings/<int:number>/compare/<int:earlier>/", views.compare, name="compare"),
]
