"""Addresses of preferences. The stop link stands in mail headers, so it is served with and without its slash:
a redirect would break one-click stopping (RFC 8058).
"""

from django.urls import path

from dateline.faces.preferences import views

urlpatterns = [
    path("stop/<str:token>", views.stop),
    path("stop/<str:token>/", views.stop),
    path("<str:token>/", views.preferences),
]
