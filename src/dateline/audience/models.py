"""Tables of the room: outlets, journalists, desktops, suppressions, circuits.

Lists lie in one text column with `;` between their parts, as in the import files: the rules read them whole,
and a table of pairs for 3.5 million desktops would be ten times the rows. Lengths are checked by `columns`,
so text columns carry none.
"""

from django.db import models


class Outlet(models.Model):
    """A newsroom, site or terminal vendor that takes whole editions. One per name and country."""

    recipient = models.CharField(max_length=40, primary_key=True)
    name = models.TextField()
    name_key = models.TextField(db_index=True)
    country = models.CharField(max_length=2)
    languages = models.TextField()
    sectors = models.TextField()
    kind = models.CharField(max_length=20)
    channel = models.CharField(max_length=40)
    endpoint = models.TextField()
    domain = models.TextField()
    address_key = models.CharField(max_length=32, db_index=True)
    """Of mail outlets: keyed hash of the address, as in `Suppression.key`; else empty."""
    format = models.CharField(max_length=40)
    contact = models.TextField()
    timezone = models.CharField(max_length=60)
    encoding = models.CharField(max_length=40)
    path = models.TextField()
    secret_ref = models.CharField(max_length=100)
    third_party = models.BooleanField()
    source = models.TextField()
    added_at = models.DateTimeField()


class Journalist(models.Model):
    """A person: one normalised e-mail address, once (I4). Empty consent = never mailed."""

    recipient = models.CharField(max_length=40, primary_key=True)
    person = models.CharField(max_length=32, unique=True)
    email = models.TextField()
    domain = models.TextField()
    name = models.TextField()
    country = models.CharField(max_length=2, db_index=True)
    languages = models.TextField()
    sectors = models.TextField()
    keywords = models.TextField()
    outlet = models.TextField()
    consent = models.TextField()
    """Where and when it was given."""
    timezone = models.CharField(max_length=60)
    mode = models.CharField(max_length=10)
    cap = models.PositiveSmallIntegerField(null=True)
    """Immediate mails a day; null = the wire's setting."""
    third_party = models.BooleanField()
    paused_until = models.DateTimeField(null=True)
    source = models.TextField()
    added_at = models.DateTimeField()


class Desktop(models.Model):
    """A professional desktop: counted, never a delivery row."""

    recipient = models.CharField(max_length=40, primary_key=True)
    account = models.TextField()
    country = models.CharField(max_length=2)
    languages = models.TextField()
    sectors = models.TextField()
    keywords = models.TextField()
    source = models.TextField()
    added_at = models.DateTimeField()

    class Meta:
        # Matching groups by these four: with the index that is one pass in order instead of a sort of
        # millions.
        indexes = [
            models.Index(
                fields=["country", "languages", "sectors", "keywords"], name="audience_desktop_match"
            )
        ]


class Suppression(models.Model):
    """An address that is never mailed again (I13). Only a keyed hash is kept, so it outlives erasure."""

    key = models.CharField(max_length=32)
    scope = models.CharField(max_length=20)
    reason = models.TextField()
    source = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "scope"], name="audience_suppression_once")]


class CircuitRow(models.Model):
    """A circuit made by people; one with a standing circuit's name replaces it."""

    name = models.CharField(max_length=60, primary_key=True)
    countries = models.TextField()
    languages = models.TextField()
    sectors = models.TextField()
    kinds = models.TextField()
    keywords = models.TextField()
