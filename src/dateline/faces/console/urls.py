"""Addresses of the console."""

from django.urls import path

from dateline.faces.console import item, operations, providers, queue
from dateline.faces.portal.converters import register

register()

urlpatterns = [
    path("", queue.queue),
    path("operations/", operations.operations),
    path("providers/", providers.listing),
    path("providers/<slug:name>/", providers.provider),
    path("<desk_release:release>/", item.item),
    path("<desk_release:release>/<desk_language:language>/", item.item),
]
