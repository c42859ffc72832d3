"""Addresses of claims: the applicant's, the officer's, and those of the room's other topics."""

from django.urls import include, path

app_name = "claims"

urlpatterns = [
    path("", include("huanxin.claims.filing.urls")),
    path("programmes/", include("huanxin.claims.programmes.urls")),
    path("", include("huanxin.claims.review.urls")),
    path("", include("huanxin.claims.notices.urls")),
    path("", include("huanxin.claims.payment.urls")),
    path("", include("huanxin.claims.integrity.urls")),
]
