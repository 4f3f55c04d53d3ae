"""Addresses of the outlets' own pages."""

from django.urls import path

from dateline.faces.outlets import entrance, views

urlpatterns = [
    path("", views.home),
    path("in/<str:token>/", entrance.enter),
    path("out/", entrance.leave),
    path("endpoint/", views.change),
    path("secret/", views.rotate),
    path("test/", views.test),
    path("begin/", views.begin),
    path("resend/<int:delivery>/", views.resend),
]
