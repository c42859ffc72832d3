"""All addresses of the site, room by room."""

from django.urls import include, path

urlpatterns = [
    path("", include("huanxin.web.home.urls")),
    path("account/", include("huanxin.foundation.access.urls")),
    path("account/", include("huanxin.foundation.access.entrance_urls")),
    path("api/", include("huanxin.api.urls")),
    path("messages/", include("huanxin.foundation.outbox.urls")),
    path("claims/", include("huanxin.claims.urls")),
    path("ledger/", include("huanxin.ledger.urls")),
    path("registry/", include("huanxin.registry.urls")),
    path("renewal/", include("huanxin.renewal.urls")),
    path("rulebook/", include("huanxin.rulebook.urls")),
    path("tradein/", include("huanxin.tradein.urls")),
    path("ui/", include("huanxin.foundation.ui.urls")),
]

handler400 = "huanxin.web.errors.bad_request"
handler403 = "huanxin.web.errors.forbidden"
handler404 = "huanxin.web.errors.not_found"
# Read by django-allauth, as a name.
handler429 = "huanxin.foundation.access.guards.wait"
handler500 = "huanxin.web.errors.server_error"
