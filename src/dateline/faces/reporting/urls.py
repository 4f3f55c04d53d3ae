"""Addresses of the reports."""

from django.urls import path

from dateline.faces.portal.converters import register
from dateline.faces.reporting import views

register()
_R = "<desk_release:release>/"

urlpatterns = [
    path("", views.index),
    path(_R, views.report),
    path(f"{_R}report.csv", views.as_csv),
    path(f"{_R}report.json", views.as_json),
    path(f"{_R}acknowledgements.csv", views.acknowledgements),
]
