"""Addresses of one's own login, of administrators and of auditors. Logging in itself: entrance_urls."""

from allauth.account.views import login
from django.urls import path

from . import administering, views

app_name = "access"

urlpatterns = [
    path("login/", login, name="login"),
    path("login/as/<str:username>/", views.act_as, name="act_as"),
    path("leave/", views.logout, name="logout"),
    path("", views.me, name="me"),
    path("link/<int:number>/<str:word>/", views.set_password, name="set_password"),
    path("people/", administering.people, name="people"),
    path("people/give/", administering.give_mandate, name="give_mandate"),
    path("people/<int:number>/", administering.person, name="person"),
    path("people/<int:number>/change/", administering.change_person, name="change_person"),
    path("mandates/<int:number>/end/", administering.end_mandate, name="end_mandate"),
    path("tokens/", administering.tokens, name="tokens"),
    path("tokens/issue/", administering.issue_token, name="issue_token"),
    path("tokens/<int:number>/revoke/", administering.revoke_token, name="revoke_token"),
    path("disclosures/", administering.disclosures, name="disclosures"),
    path("events/", administering.events, name="events"),
]
