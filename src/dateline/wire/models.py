"""Tables of the room.

Of a version only its hold is here before T0: ids, kind and instant, no word of it (I1).
"""

from django.db import models
from django.db.models import Q


class Hold(models.Model):
    """The only truth about whether a version may be public, one per lock."""

    version_id = models.CharField(max_length=40, primary_key=True)
    release = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    state = models.CharField(max_length=10)
    rank = models.SmallIntegerField()
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    # A person has decided that an overdue hold goes out: the late limit no longer counts.
    forced = models.BooleanField(default=False)
    changed_by = models.CharField(max_length=80, default="")

    class Meta:
        indexes = [
            # What the clock asks fifty times a second: a handful of rows whatever the archive holds.
            models.Index(fields=["due_at"], condition=Q(state="held"), name="wire_hold_due"),
            models.Index(fields=["release"], name="wire_hold_release"),
        ]


class WideHold(models.Model):
    """The hold of the whole wire; no row means that there never was one."""

    id = models.SmallIntegerField(primary_key=True)
    on = models.BooleanField(default=False)
    by = models.CharField(max_length=80, default="")
    reason = models.CharField(max_length=300, default="")
    since = models.DateTimeField()
    # What must happen before anybody may take it off: after a restore, `reconcile`.
    needs = models.CharField(max_length=40, default="")
    # Where two people must agree, the first who asked to take it off.
    off_asked_by = models.CharField(max_length=80, default="")


class WideHoldChange(models.Model):
    """Who put the wide hold on and took it off, and why; only added to."""

    act = models.CharField(max_length=12)
    by = models.CharField(max_length=80)
    reason = models.CharField(max_length=300, default="")
    at = models.DateTimeField()


class StagedBody(models.Model):
    """A version whose text is sent ahead, sealed. Frames and key lie in the vault; the key leaves it with the
    version's rows of the log and by no other way.
    """

    version_id = models.CharField(max_length=40, primary_key=True)
    release = models.CharField(max_length=20, db_index=True)
    name = models.CharField(max_length=22, unique=True)
    """The random id that frames and key carry; nothing else of the version is known outside."""
    parts = models.PositiveIntegerField()
    due_at = models.DateTimeField(db_index=True)


class Redistributed(models.Model):
    """What a terminal vendor says that it has passed on, to how many desktops. Its word, not our count."""

    recipient = models.CharField(max_length=40)
    seq = models.BigIntegerField()
    """The event's number in the log."""
    release = models.CharField(max_length=20, db_index=True)
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=35)
    desktops = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "seq"], name="wire_redistributed_once")]


class LogHead(models.Model):
    """The one row that numbers the log; locked by every lift, so that no reader can skip an event."""

    id = models.SmallIntegerField(primary_key=True)
    seq = models.BigIntegerField(default=0)


class LogEpoch(models.Model):
    """Which life of the log this is: a restored backup begins a new one, and cursors of the old one end."""

    id = models.SmallIntegerField(primary_key=True)
    number = models.BigIntegerField()


class LogEntry(models.Model):
    """One public event, written in the transaction of its lift; never changed, never deleted (I11)."""

    seq = models.BigIntegerField(primary_key=True)
    event_id = models.CharField(max_length=40, unique=True)
    version_id = models.CharField(max_length=40)
    release = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    language = models.CharField(max_length=35)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    event = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version_id", "language"], name="wire_log_once"),
        ]


class PublicRow(models.Model):
    """One public edition as pages and feeds show it. `seq` is the log position of its last change."""

    release = models.CharField(max_length=20)
    language = models.CharField(max_length=35)
    version = models.PositiveIntegerField()
    version_id = models.CharField(max_length=40)
    seq = models.BigIntegerField(unique=True)
    current = models.BooleanField()
    state = models.CharField(max_length=10)
    notice = models.TextField(default="")
    at = models.DateTimeField()
    first_at = models.DateTimeField()
    path = models.CharField(max_length=200)
    original = models.BooleanField()
    sha256 = models.CharField(max_length=64)
    # The edition as JSON in two parts: lists of thousands need no bodies. Both are emptied by a kill.
    head = models.TextField()
    body = models.TextField()

    class Meta:
        constraints = [
            # The last wall against a second release of the same words (I2).
            models.UniqueConstraint(fields=["release", "language", "version"], name="wire_public_once"),
            models.UniqueConstraint(
                fields=["release", "language"], condition=Q(current=True), name="wire_public_current"
            ),
        ]
        indexes = [
            models.Index(fields=["language", "-seq"], condition=Q(current=True), name="wire_public_language"),
        ]


class SearchText(models.Model):
    """The folded words of a current edition, beside the row so that lists do not drag them along. Triggers
    (SQLite) and an index (PostgreSQL) of migration 0006 make both findable; see search_words.py.
    """

    row = models.OneToOneField(PublicRow, on_delete=models.CASCADE, primary_key=True, related_name="search")
    text = models.TextField()
    tokens = models.TextField(default="")


class Facet(models.Model):
    """Where a current edition is listed: `sector:04000000`, `country:KR`, `issuer:SLUG`, `day:2026-11-24`.

    Sectors with all their broader ones. A killed edition keeps only facets that start with `killed/`.
    """

    row = models.ForeignKey(PublicRow, on_delete=models.CASCADE, related_name="facets")
    facet = models.CharField(max_length=90)
    language = models.CharField(max_length=35)
    seq = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["facet", "seq"], name="wire_facet_once")]
        indexes = [models.Index(fields=["facet", "language", "-seq"], name="wire_facet_language")]


class PublicMedia(models.Model):
    """A picture of a public edition; its bytes stay in the vault of the version. A kill deletes the row."""

    sha256 = models.CharField(max_length=64)
    release = models.CharField(max_length=20)
    version_id = models.CharField(max_length=40)
    media_type = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sha256", "release"], name="wire_media_once")]
        indexes = [models.Index(fields=["release"], name="wire_media_release")]


class ArchivedItem(models.Model):
    """What became of an item of an old site's archive: a second import finds its release here."""

    source = models.CharField(max_length=120)
    """Which archive: `wordpress HOST`."""
    item = models.CharField(max_length=40)
    """The item's own id there; of a release in several languages that of its original."""
    release = models.CharField(max_length=20, db_index=True)
    fingerprint = models.CharField(max_length=64)
    """SHA-256 of all that the release was made of."""
    version_id = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "item"], name="wire_archived_once")]


class OldAddress(models.Model):
    """An address of an old site that leads to a public edition, or to a picture where `sha256` is set. The
    target is never written down: it is asked for, so that it is always one of ours.
    """

    host = models.CharField(max_length=255)
    key = models.CharField(max_length=64)
    """SHA-256 of `address`, which may be long."""
    address = models.TextField()
    release = models.CharField(max_length=20, db_index=True)
    language = models.CharField(max_length=35)
    sha256 = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "host"], name="wire_old_address_once")]
