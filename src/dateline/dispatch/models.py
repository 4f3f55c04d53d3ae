"""Tables of the ledger. Rows are written by the statements next door; these classes give the schema and its
migrations.
"""

from django.db import models
from django.db.models import Q


class Version(models.Model):
    """One lock that dispatch prepares, sends and follows to its end. Instants are microseconds since 1970."""

    lock_id = models.CharField(max_length=40, primary_key=True)
    version_id = models.CharField(max_length=40, blank=True)
    """What a late edition joins; of all other kinds the lock itself."""
    release = models.CharField(max_length=20)
    number = models.IntegerField(default=0)
    kind = models.CharField(max_length=20, blank=True)
    rank = models.SmallIntegerField(default=4)
    state = models.CharField(max_length=10, default="held")
    due_at = models.BigIntegerField(null=True)
    lifted_at = models.BigIntegerField(null=True)
    prepared_at = models.BigIntegerField(null=True)
    superseded_at = models.BigIntegerField(null=True)
    settled_at = models.BigIntegerField(null=True)
    drained_at = models.BigIntegerField(null=True)
    """When nothing of it was open any more and nothing is left to do."""
    unprepared = models.BooleanField(default=False)
    rows = models.IntegerField(default=0)
    addendum = models.CharField(max_length=64, blank=True)
    """Hash of the recipients that `received(release)` came to."""
    channels = models.CharField(max_length=300, blank=True)
    circuit = models.CharField(max_length=100, blank=True, db_default="")
    provider = models.CharField(max_length=200, blank=True, db_default="")
    archived_at = models.BigIntegerField(null=True)
    """From here on the archive tells of its rows, not the table."""
    emptied_at = models.BigIntegerField(null=True)
    """When the last of its rows had left the table."""

    class Meta:
        indexes = [
            models.Index(fields=["release"], name="dispatch_version_release"),
            models.Index(fields=["version_id"], name="dispatch_version_joined"),
        ]


class Delivery(models.Model):
    """One push delivery. Its id is never used twice, and every public id of it derives from this one."""

    version_id = models.CharField(max_length=40)
    lock_id = models.CharField(max_length=40)
    language = models.CharField(max_length=35)
    """Names the edition within the version."""
    recipient_id = models.CharField(max_length=60)
    channel = models.CharField(max_length=30)
    person_id = models.CharField(max_length=64, null=True)
    endpoint_id = models.CharField(max_length=300)
    domain = models.CharField(max_length=300)
    parcel = models.CharField(max_length=64)
    kind = models.CharField(max_length=20)
    country = models.CharField(max_length=2)
    format = models.CharField(max_length=30)
    state = models.CharField(max_length=10, db_default="waiting")
    reason = models.CharField(max_length=400, db_default="")
    held = models.CharField(max_length=120, db_default="")
    """Why it was kept back (day cap, digest); kept after it has gone out."""
    due_at = models.BigIntegerField(null=True)
    expires_at = models.BigIntegerField(null=True)
    """Only where it is not the lift plus the channel's horizon: held and resent rows."""
    digest = models.BigIntegerField(db_default=0)
    """0 = goes by itself, -1 = waits for its person's digest, else the row of the digest that carries it; of
    a digest itself -2, once the rows that it carried have been told what became of it.
    """
    owner = models.CharField(max_length=60, db_default="")
    fence = models.IntegerField(db_default=0)
    lease_until = models.BigIntegerField(null=True)
    attempts = models.IntegerField(db_default=0)
    losses = models.IntegerField(db_default=0)
    last_code = models.IntegerField(db_default=0)
    done_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version_id", "language", "recipient_id", "channel"], name="dispatch_delivery_once"
            ),
            # I4: at most one delivery per version and person, whatever lists and languages overlap.
            models.UniqueConstraint(
                fields=["version_id", "person_id"],
                condition=Q(person_id__isnull=False),
                name="dispatch_delivery_person",
            ),
            # What was claimed before comes back through the lane of retries, which goes by `due_at`.
            models.CheckConstraint(
                condition=~Q(state="deferred") | Q(due_at__isnull=False), name="dispatch_deferred_has_due"
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "lock_id", "id"],
                condition=Q(state="waiting", fence=0, due_at__isnull=True),
                name="dispatch_lane_first",
            ),
            models.Index(
                fields=["channel", "due_at"],
                condition=Q(state__in=["waiting", "deferred"], due_at__isnull=False, digest=0),
                name="dispatch_lane_due",
            ),
            models.Index(fields=["due_at"], condition=Q(digest=-1), name="dispatch_digest_due"),
            models.Index(fields=["person_id"], condition=Q(digest=-1), name="dispatch_digest_person"),
            models.Index(
                fields=["digest"],
                condition=Q(digest__gt=0, done_at__isnull=True),
                name="dispatch_digest_open",
            ),
            models.Index(
                fields=["done_at"],
                condition=Q(lock_id="digest", digest=0, done_at__isnull=False),
                name="dispatch_digest_ended",
            ),
            models.Index(fields=["lease_until"], condition=Q(state="leased"), name="dispatch_lane_leased"),
            # A row is open as long as it has no `done_at`. Not by state: PostgreSQL would take this index for
            # claims, and read and sort a whole version for each.
            models.Index(fields=["lock_id"], condition=Q(done_at__isnull=True), name="dispatch_open"),
            # An outlet's own deliveries: few of all rows, so that the crowd's inserts hardly pay for it.
            models.Index(
                fields=["recipient_id", "id"], condition=Q(person_id__isnull=True), name="dispatch_of_outlet"
            ),
        ]


class Attempt(models.Model):
    """What became of one claim; append-only."""

    pk = models.CompositePrimaryKey("delivery_id", "fence", "kind")
    delivery_id = models.BigIntegerField()
    fence = models.IntegerField()
    kind = models.CharField(max_length=10)
    at = models.BigIntegerField()
    code = models.IntegerField(default=0)
    text = models.TextField(default="")
    ms = models.IntegerField(default=0)


class EndpointHealth(models.Model):
    """The breaker of one endpoint; no row means healthy. Written by `statements.health` alone."""

    endpoint = models.CharField(max_length=300, primary_key=True)
    channel = models.CharField(max_length=30)
    breaker = models.CharField(max_length=10, default="closed")
    open_until = models.BigIntegerField(default=0)
    fails = models.IntegerField(default=0)
    timeouts = models.IntegerField(default=0)
    opened = models.IntegerField(default=0)
    disabled_reason = models.CharField(max_length=300, default="")
    disabled_address = models.CharField(max_length=32, default="")
    failing_since = models.BigIntegerField(default=0)
    """The first failure since the last success."""
    ok_at = models.BigIntegerField(default=0)
    failed_at = models.BigIntegerField(default=0)
    """The last success and the last failure that was told: workers' news comes in any order."""


class Pickup(models.Model):
    """Where a receiver said that it has published what it was given."""

    delivery_id = models.BigIntegerField(primary_key=True)
    url = models.TextField()
    at = models.BigIntegerField()


class MailDay(models.Model):
    """How many immediate mails a person was given on one day of theirs."""

    pk = models.CompositePrimaryKey("person", "day")
    person = models.CharField(max_length=64)
    day = models.CharField(max_length=10)
    mails = models.IntegerField(default=0)


class Pause(models.Model):
    """What a person (or a rule) keeps back: `kind` is endpoint, circuit, provider, wire or mail-normal."""

    pk = models.CompositePrimaryKey("kind", "name")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=300)
    by = models.CharField(max_length=80)
    reason = models.CharField(max_length=300, default="")
    at = models.BigIntegerField()


class PauseChange(models.Model):
    """Who paused and resumed what, and why; only added to."""

    act = models.CharField(max_length=10)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=300)
    by = models.CharField(max_length=80)
    reason = models.CharField(max_length=300, default="")
    at = models.BigIntegerField()


class Archive(models.Model):
    """All that is left of a release's old rows: gzip members of JSON lines, one member per move."""

    release = models.CharField(max_length=20, primary_key=True)
    rows = models.IntegerField(default=0)
    blob = models.BinaryField()
    newest_at = models.BigIntegerField()
    """When the last of its rows ended; pseudonyms take the place of people thirteen months later."""
    pseudonymised_at = models.BigIntegerField(null=True)


class Erasure(models.Model):
    """A person whose traces go: in archives at once, in rows when these are moved."""

    person = models.CharField(max_length=64, primary_key=True)
    at = models.BigIntegerField()
    cursor = models.CharField(max_length=20, default="")
    """The last release whose archive was looked through."""
    done_at = models.BigIntegerField(null=True)


class Restored(models.Model):
    """A backup that was brought back: until a person has looked, nothing open is sent."""

    restored_at = models.BigIntegerField(primary_key=True)
    backup_at = models.BigIntegerField()
    reconciled_at = models.BigIntegerField(null=True)
    by = models.CharField(max_length=80, default="")
    outcome = models.CharField(max_length=20, default="")


class Feedback(models.Model):
    """One thing that came back about a mail: a bounce, a delay, a complaint. Words are in the attempt alone,
    because they may name an address.
    """

    key = models.CharField(max_length=64, primary_key=True)
    """Hash of the report: the same one taken twice counts once."""
    delivery_id = models.BigIntegerField(null=True)
    recipient_id = models.CharField(max_length=60)
    kind = models.CharField(max_length=10)
    code = models.CharField(max_length=12)
    source = models.CharField(max_length=20)
    at = models.BigIntegerField()
    applied_at = models.BigIntegerField(null=True)
    """When the audience had heard of it; at once where it need not."""

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="dispatch_feedback_at"),
            models.Index(fields=["delivery_id"], name="dispatch_feedback_delivery"),
            models.Index(fields=["recipient_id", "kind", "at"], name="dispatch_feedback_person"),
            models.Index(fields=["key"], condition=Q(applied_at__isnull=True), name="dispatch_feedback_open"),
        ]
