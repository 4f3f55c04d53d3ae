"""Choices made at run time that outlive the process, such as the approval policy."""

from dateline.plant.db.databases import DEFAULT
from dateline.plant.db.models import Setting


def read(name: str, default: str = "") -> str:
    """The value, or `default` when nobody chose."""
    found = Setting.objects.using(DEFAULT).filter(name=name).values_list("value", flat=True).first()
    return default if found is None else found


def write(name: str, value: str) -> None:
    """Keeps the value."""
    Setting.objects.using(DEFAULT).update_or_create(name=name, defaults={"value": value})
