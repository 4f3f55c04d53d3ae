"""Addresses of signing in and out."""

from django.urls import path

from dateline.faces.accounts import views

urlpatterns = [
    path("", views.index),
    path("in/<str:token>/", views.sign_in),
    path("out/", views.sign_out),
    path("language/", views.language),
]
