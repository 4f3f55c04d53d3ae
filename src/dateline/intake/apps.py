"""The room as a Django application."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "dateline.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"
