"""The room as a Django application."""

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "dateline.dispatch"
    label = "dispatch"
    default_auto_field = "django.db.models.BigAutoField"
