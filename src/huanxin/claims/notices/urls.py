"""Addresses of the public notice, under those of the room."""

from django.urls import path

from . import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/publish/", views.publish, name="publish"),
    path("notices/objections/<int:number>/", views.objection, name="objection"),
    path("notices/objections/<int:number>/contact/", views.contact, name="objection_contact"),
    path("public/", views.open_notices, name="open_notices"),
    path("public/<slug:number>/", views.notice, name="notice"),
    path("public/objections/<slug:receipt>/", views.answer, name="objection_answer"),
    path("public/<slug:number>/<slug:claim>/", views.object_to, name="object"),
]
