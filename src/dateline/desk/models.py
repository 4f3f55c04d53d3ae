"""Tables of the room. No text of a release lies here: headlines, bodies, findings, reasons and manifests are
in the vault (T6).
"""

from typing import Any, NoReturn

from django.db import models

from dateline.core.errors import NotAllowed


class Release(models.Model):
    """One announcement. `slug` stays empty until T0: it is made from the headline, so before T0 it lies in
    the vault.
    """

    release = models.CharField(max_length=16, unique=True)
    issuer = models.CharField(max_length=60)
    circuit = models.CharField(max_length=100)
    state = models.CharField(max_length=12)
    slug = models.CharField(max_length=80, blank=True)
    release_class = models.CharField(max_length=12)
    origin = models.CharField(max_length=12)
    provider = models.CharField(max_length=200, blank=True)
    original_language = models.CharField(max_length=35)
    due_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=80)
    revision = models.PositiveIntegerField(default=1)
    """Grows with every change of text, circuit, T0 or lock: what a lock is compared and set against."""
    archived = models.BooleanField(default=False)
    """It came in as an archive: it was public elsewhere before, and nothing was sent."""


class Draft(models.Model):
    """That a language has a draft; the words are in the vault."""

    release = models.CharField(max_length=16)
    language = models.CharField(max_length=35)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "language"], name="desk_draft_once")]


class Version(models.Model):
    """One lock. `state`: locked, approved, dropped. `lifting` is set for ever by the transaction that lifts
    it.
    """

    version_id = models.CharField(max_length=24, unique=True)
    release = models.CharField(max_length=16, db_index=True)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    hash = models.CharField(max_length=64)
    manifest_hash = models.CharField(max_length=64)
    counts = models.JSONField()
    due_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField()
    locked_by = models.CharField(max_length=80)
    ledger_id = models.CharField(max_length=24)
    lifting = models.BooleanField(default=False)
    lifted_at = models.DateTimeField(null=True)


class LockedEdition(models.Model):
    """The hash of one edition under a lock, in the lock's order: the original first where it is part."""

    version_id = models.CharField(max_length=24)
    language = models.CharField(max_length=35)
    sha256 = models.CharField(max_length=64)
    is_original = models.BooleanField()
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version_id", "language"], name="desk_locked_edition_once")
        ]


class GateRecord(models.Model):
    """That the gate has looked at exactly these words; what it found is in the vault."""

    version_id = models.CharField(max_length=24)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version_id", "sha256"], name="desk_gate_once")]


class Override(models.Model):
    """A named person lifted the findings of one code from one edition; the reason is in the vault."""

    version_id = models.CharField(max_length=24)
    sha256 = models.CharField(max_length=64)
    code = models.CharField(max_length=120)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version_id", "sha256", "code"], name="desk_override_once")
        ]


class Approval(models.Model):
    """One person's approval of one locked hash. `member` tells people apart, whatever they are called; it is
    null for programs, which have nothing but a name. `person` is the name at that time.
    """

    version_id = models.CharField(max_length=24)
    person = models.CharField(max_length=80)
    member = models.BigIntegerField(null=True)
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version_id", "member"],
                condition=models.Q(member__isnull=False),
                name="desk_approval_once",
            ),
            models.UniqueConstraint(
                fields=["version_id", "person"],
                condition=models.Q(member__isnull=True),
                name="desk_approval_once_by_name",
            ),
        ]


class AppendOnly(models.QuerySet["History"]):
    """Rows that are added and read, never changed."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise NotAllowed("history is appended, never edited")

    def delete(self) -> NoReturn:
        raise NotAllowed("history is appended, never deleted")


class History(models.Model):
    """One act. `detail` holds only what may be read before T0: languages, hashes, times, names."""

    release = models.CharField(max_length=16, db_index=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    act = models.CharField(max_length=40)
    detail = models.CharField(max_length=300, blank=True)

    objects = AppendOnly.as_manager()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise NotAllowed("history is appended, never edited")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotAllowed("history is appended, never deleted")


class ItemRelease(models.Model):
    """Which release a content provider's item became, and what is still to be done about it."""

    item = models.BigIntegerField(unique=True)
    provider = models.CharField(max_length=60, db_index=True)
    release = models.CharField(max_length=16, db_index=True)
    revision = models.PositiveIntegerField()
    """Of the item, as far as the desk has followed it."""
    wanted = models.CharField(max_length=10, blank=True, db_index=True)
    """approve, correct, kill: for the wire to do; look: for a person; empty: nothing."""
    aside = models.BooleanField(default=False)
    """The provider killed it before it was public."""
    at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)
