"""Tables of the room: content providers, what came of each poll, and the items they sent.

No text of an item lies here, nor an address that may quote it: stories are in the vault (`item/{id}`) until
the desk has taken them, ids are kept as their hash.
"""

from django.db import models


class Provider(models.Model):
    """Whose items become drafts. `name` stands in commands and addresses, `label` above headlines."""

    name = models.CharField(max_length=60, unique=True)
    label = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    """http, folder, sftp or webhook."""
    address = models.CharField(max_length=1000, blank=True)
    secret_ref = models.CharField(max_length=100, blank=True)
    key_sha256 = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=35)
    encoding = models.CharField(max_length=40, blank=True)
    issuer = models.CharField(max_length=60)
    circuit = models.CharField(max_length=100)
    sectors = models.JSONField(default=list)
    sector_map = models.JSONField(default=dict)
    """The provider's category, folded -> Media Topic id."""
    disclaimers = models.JSONField(default=dict)
    """Language tag -> the standing words."""
    rights = models.TextField(blank=True)
    paid = models.BooleanField(default=False)
    state_affiliated = models.BooleanField(default=False)
    auto_approve_by = models.CharField(max_length=80, blank=True)
    """The person who allowed approval without a person's look; empty = never."""
    take_duplicates = models.BooleanField(default=False)
    interval_s = models.PositiveIntegerField()
    item_limit = models.PositiveIntegerField()
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    next_at = models.DateTimeField(db_index=True)
    fails = models.PositiveIntegerField(default=0)
    paused_by = models.CharField(max_length=80, blank=True)
    paused_reason = models.CharField(max_length=300, blank=True)
    paused_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=80)


class ProviderItem(models.Model):
    """One item by the hash of its id. `revision` grows with each change that the desk is told of."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE)
    key = models.CharField(max_length=64)
    version = models.CharField(max_length=60, blank=True)
    sha256 = models.CharField(max_length=64)
    """Of what the item says; where and when it was read is no part of it."""
    state = models.CharField(max_length=10)
    """live, killed, duplicate or refused (by the desk)."""
    language = models.CharField(max_length=35)
    revision = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    changed_at = models.DateTimeField(db_index=True)
    expires_at = models.DateTimeField(null=True)
    numbers = models.CharField(max_length=64, blank=True)
    """Hash of the numbers in the text: two notices of one template differ in these alone."""
    sketch = models.BinaryField()
    like = models.BigIntegerField(null=True)
    """The item that this one repeats."""
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "key"], name="intake_item_once")]


class ItemPrint(models.Model):
    """One of the few smallest shingles of an item: what two items that are near to each other share."""

    item = models.ForeignKey(ProviderItem, on_delete=models.CASCADE)
    value = models.BigIntegerField(db_index=True)


class SeenFile(models.Model):
    """A file of a folder that was read: not again before its size or date change."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE)
    key = models.CharField(max_length=64)
    """SHA-256 of its name."""
    mark = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "key"], name="intake_file_once")]


class Poll(models.Model):
    """One look at a provider, or one thing it pushed, and what came of it."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE)
    at = models.DateTimeField()
    ms = models.PositiveIntegerField()
    source = models.CharField(max_length=6)
    """poll or push."""
    status = models.CharField(max_length=10)
    """ok, unchanged (nothing new at all), failed (nothing could be read)."""
    code = models.PositiveSmallIntegerField(default=0)
    words = models.CharField(max_length=500, blank=True)
    new = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    duplicate = models.PositiveIntegerField(default=0)
    killed = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    """Items beyond the limit, which the next poll takes."""
    refusals = models.JSONField(default=list)
    """[{"where", "reason"}], at most 50."""
    unmapped = models.JSONField(default=dict)
    """Category of the provider that is no sector of ours -> how many items had it; at most 50."""

    class Meta:
        indexes = [models.Index(fields=["provider", "at"], name="intake_poll_at")]
