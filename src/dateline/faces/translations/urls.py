"""Addresses of the translation desk."""

from django.urls import path

from dateline.faces.portal.converters import register
from dateline.faces.translations import editor, listing, store

register()
_R = "<desk_release:release>/"
_L = f"{_R}<desk_language:language>/"

urlpatterns = [
    path("", listing.listing),
    path("memory/", store.memory),
    path("memory.tmx", store.tmx),
    path("glossary/", store.glossary),
    path("glossary.csv", store.csv),
    path(_R, listing.release),
    path(_L, editor.editor),
    path(f"{_L}link/", editor.link),
    path(f"{_L}sheet.xlf", editor.sheet),
]
