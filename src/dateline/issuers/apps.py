"""The room as a Django application."""

from django.apps import AppConfig


class IssuersConfig(AppConfig):
    name = "dateline.issuers"
    label = "issuers"
    default_auto_field = "django.db.models.BigAutoField"
