"""Addresses of health."""

from django.urls import path

from dateline.faces.health import views

urlpatterns = [
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    path("metrics", views.metrics),
]
