"""Addresses of preferences. The stop link stands in mail headers, so it is served with and without its slash:
a redirect would break one-click stopping (RFC 8058).
"""

from django.urls import path

from dateline.faces.preferences import leaving, links, own, views, why

urlpatterns = [
    path("", own.home),
    path("link/", links.ask),
    path("join/", links.join),
    path("join/<str:token>/", links.confirm),
    path("open/<str:token>/", links.open_link),
    path("out/", own.sign_out),
    path("why/<str:release>/", why.own),
    path("export/", leaving.export),
    path("erase/", leaving.erase),
    path("stop/<str:token>", views.stop),
    path("stop/<str:token>/", views.stop),
    path("<str:token>/", views.preferences),
    path("<str:token>/why/<str:release>/", why.by_mail),
]
