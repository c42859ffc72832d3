"""Addresses of the applicant's pages."""

from django.urls import path

from . import public_views, views

urlpatterns = [
    path("what-can-i-get/", public_views.entitlements, name="entitlements"),
    path("about/<slug:slug>/", public_views.about, name="about"),
    path("register/", public_views.register, name="register"),
    path("begin/<slug:slug>/", public_views.begin, name="begin"),
    path("begin/<slug:slug>/for/", public_views.begin_for, name="begin_for"),
    path("mine/", views.mine, name="mine"),
    path("mine/<slug:number>/", views.claim, name="claim"),
    path("mine/<slug:number>/check/", views.check, name="check"),
    path("mine/<slug:number>/send/", views.send, name="send"),
    path("mine/<slug:number>/received/", views.received, name="received"),
    path("mine/<slug:number>/account/", views.mend_account, name="mend_account"),
    path("mine/<slug:number>/deeds/<slug:deed>/", views.deed, name="deed"),
    path("mine/<slug:number>/papers/<int:paper>/remove/", views.remove_paper, name="remove_paper"),
    path("mine/<slug:number>/questions/<slug:name>/", views.question, name="question"),
]
