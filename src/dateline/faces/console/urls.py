"""Addresses of the console."""

from django.urls import path

from dateline.faces.console import item, operations, queue
from dateline.faces.portal.converters import register

register()

urlpatterns = [
    path("", queue.queue),
    path("operations/", operations.operations),
    path("<desk_release:release>/", item.item),
    path("<desk_release:release>/<desk_language:language>/", item.item),
]
