"""The room as a Django application."""

from django.apps import AppConfig


class AudienceConfig(AppConfig):
    name = "dateline.audience"
    label = "audience"
    default_auto_field = "django.db.models.BigAutoField"
