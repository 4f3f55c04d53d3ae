"""Addresses of a human translator: none names a release or a language."""

from django.urls import path

from dateline.faces.translations import translator

urlpatterns = [
    path("", translator.editor),
    path("in/<str:token>/", translator.enter),
    path("out/", translator.leave),
    path("sheet.xlf", translator.sheet),
]
