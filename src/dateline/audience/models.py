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
    heartbeat = models.CharField(max_length=4, db_default="")
    """Of file drops: minutes between two files that say "we are here"; empty = none."""
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
    countries = models.TextField(db_default="")
    """What the news must be about; empty = anywhere. `country` is where the person works."""
    issuers_only = models.TextField(db_default="")
    issuers_not = models.TextField(db_default="")
    hours = models.CharField(max_length=11, db_default="")
    """When immediate mail may come, `08:00-18:00` in the person's zone; empty = always."""
    digest_at = models.CharField(max_length=5, db_default="")
    """When a digest goes, `07:30` in the person's zone; empty = the wire's setting."""
    chosen = models.TextField(db_default="")
    """Columns the person set themselves: no import changes those again (I13)."""
    chosen_at = models.DateTimeField(null=True)
    source = models.TextField()
    added_at = models.DateTimeField()


class Link(models.Model):
    """A link mailed to somebody who asked for it. The token is made of the id under a key of the house, so
    that no row holds one. An unconfirmed address lies in `wanted` until the link is used or old.
    """

    link = models.CharField(max_length=32, primary_key=True)
    purpose = models.CharField(max_length=10)
    """`open` signs in to preferences, `join` adds the person."""
    person = models.CharField(max_length=32, db_index=True)
    language = models.CharField(max_length=35)
    wanted = models.TextField()
    """Of `join`: the form as JSON."""
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Asked(models.Model):
    """Letters with a link let through in one clock hour: to one address, for one source, in all.

    Keys are keyed hashes; a row is of no use, and deleted, two hours later.
    """

    key = models.CharField(max_length=40)
    hour = models.BigIntegerField(db_index=True)
    """Hours since 1970."""
    count = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "hour"], name="audience_asked_once")]


class SignIn(models.Model):
    """A browser in which somebody is signed in to preferences: its cookie names this row, and is worth
    nothing once the row is gone.
    """

    sign_in = models.CharField(max_length=32, primary_key=True)
    person = models.CharField(max_length=32, db_index=True)
    at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)


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


class SuppressionRemoval(models.Model):
    """Who let an address be mailed again, and why; append-only, as every act of a person against a stop."""

    key = models.CharField(max_length=32, db_index=True)
    scope = models.CharField(max_length=20)
    was_reason = models.TextField()
    was_source = models.TextField()
    by = models.CharField(max_length=80)
    reason = models.TextField()
    at = models.DateTimeField()


class CircuitRow(models.Model):
    """A circuit made by people; one with a standing circuit's name replaces it."""

    name = models.CharField(max_length=60, primary_key=True)
    countries = models.TextField()
    languages = models.TextField()
    sectors = models.TextField()
    kinds = models.TextField()
    keywords = models.TextField()


class EndpointKey(models.Model):
    """Which of an outlet's keys signs. The keys themselves are derived or lie in files, never here."""

    recipient = models.CharField(max_length=40, primary_key=True)
    generation = models.IntegerField()
    previous = models.IntegerField()
    """The generation before, -1 for the file; it signs too until `previous_until` (microseconds)."""
    secret_ref = models.CharField(max_length=100)
    rotated_at = models.BigIntegerField()
    previous_until = models.BigIntegerField()


class OutletInvite(models.Model):
    """A one-time link to an outlet's own pages: only the hash of its token is kept."""

    token_sha256 = models.CharField(max_length=64, primary_key=True)
    recipient = models.CharField(max_length=40)
    by = models.CharField(max_length=80)
    expires_at = models.BigIntegerField()
    used_at = models.BigIntegerField(null=True)


class DesktopKey(models.Model):
    """A key with which an account gets passes for the edges: only the hash of its secret is kept."""

    key = models.CharField(max_length=24, primary_key=True)
    recipient = models.CharField(max_length=40, db_index=True)
    """A desktop, or an outlet of kind terminal."""
    secret_sha256 = models.CharField(max_length=64)
    connections = models.IntegerField()
    grants = models.TextField()
    by = models.CharField(max_length=80)
    made_at = models.BigIntegerField()
    revoked_at = models.BigIntegerField(null=True, db_index=True)
    """Microseconds, as all times here."""


class DesktopTicket(models.Model):
    """The right to be admitted by an edge once, within seconds."""

    ticket = models.CharField(max_length=40, primary_key=True)
    key = models.CharField(max_length=24)
    expires_at = models.BigIntegerField(db_index=True)
    used_at = models.BigIntegerField(null=True)
