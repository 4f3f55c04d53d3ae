"""The room as a Django application."""

from django.apps import AppConfig


class LanguagesConfig(AppConfig):
    name = "dateline.languages"
    label = "languages"
    default_auto_field = "django.db.models.BigAutoField"
