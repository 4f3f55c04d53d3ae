"""The plant as a Django application."""

from django.apps import AppConfig


class PlantConfig(AppConfig):
    name = "dateline.plant.db"
    label = "plant"
    default_auto_field = "django.db.models.BigAutoField"
