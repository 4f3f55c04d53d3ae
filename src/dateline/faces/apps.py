"""The faces as a Django application: templates, no tables."""

from django.apps import AppConfig


class FacesConfig(AppConfig):
    name = "dateline.faces"
    label = "faces"
