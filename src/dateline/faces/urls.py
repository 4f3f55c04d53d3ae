"""Every public address of the web process (DESIGN.md, public addresses)."""

from django.urls import include, path, re_path

from dateline.faces.api.guard import nothing_here
from dateline.faces.api.urls import addresses

urlpatterns = [
    path("", include("dateline.faces.health.urls")),
    path("api/v1/", addresses()),
    re_path(r"^api/v1/.", nothing_here),
    path("accounts/", include("dateline.faces.accounts.urls")),
    path("portal/", include("dateline.faces.portal.urls")),
    path("console/", include("dateline.faces.console.urls")),
    path("translations/", include("dateline.faces.translations.urls")),
    path("translator/", include("dateline.faces.translations.translator_urls")),
    path("reports/", include("dateline.faces.reporting.urls")),
    path("preferences/", include("dateline.faces.preferences.urls")),
    path("outlets/", include("dateline.faces.outlets.urls")),
    path("terminal/", include("dateline.faces.terminal.urls")),
    path("", include("dateline.faces.newsroom.urls")),
]

handler400 = "dateline.faces.house.errors.bad_request"
handler404 = "dateline.faces.house.errors.not_found"
handler500 = "dateline.faces.house.errors.broken"
handler403 = "dateline.faces.house.errors.forbidden"
