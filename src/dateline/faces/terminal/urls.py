"""Addresses of the terminal."""

from django.urls import path, register_converter

from dateline.faces.newsroom.converters import LanguageConverter
from dateline.faces.terminal import searches, views

register_converter(LanguageConverter, "terminal_lang")

urlpatterns = [
    path("", views.page),
    path("now/", views.now),
    path("headlines/", views.headlines),
    path("searches/", searches.searches),
    path("<terminal_lang:language>/", views.page),
]
