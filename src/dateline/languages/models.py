"""Tables of the room. Text that is not public lies in the vault; memory holds only what has been public or
was imported, the glossary only terms.
"""

from django.db import models


class TranslationOrder(models.Model):
    """One edition that is wanted of one release. `said` holds sentences for the desk, never text.

    state: waiting (for the release, or for another try at `next_at`), working, ready (in the drafts), locked
    (a lock awaits a person's approval: `version_id`), joined (approved), person (a human was asked), failed,
    cancelled.
    """

    release = models.CharField(max_length=16)
    language = models.CharField(max_length=35)
    state = models.CharField(max_length=12)
    engine_only = models.CharField(max_length=40, blank=True)
    engine = models.CharField(max_length=200, blank=True)
    version_id = models.CharField(max_length=24, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    said = models.JSONField(default=list)
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, db_index=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "language"], name="languages_order_once")]


class HumanTask(models.Model):
    """A person was asked for an edition; whoever has the link may read and answer. Only its hash is kept.

    `translator` is whom the link was drawn for, "" while nobody has one; `used_at` is when it was opened: it
    lets in one browser.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    release = models.CharField(max_length=16)
    language = models.CharField(max_length=35)
    state = models.CharField(max_length=8)
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=80, blank=True)
    translator = models.CharField(max_length=80, blank=True, default="")
    drawn_at = models.DateTimeField(null=True)
    drawn_by = models.CharField(max_length=80, blank=True, default="")
    used_at = models.DateTimeField(null=True)


class TranslationSheet(models.Model):
    """That people work on an edition, and how far they are; the words lie in the vault.

    `revision` grows with every change. `counts`: state of a block -> how many.
    """

    release = models.CharField(max_length=16)
    language = models.CharField(max_length=35)
    revision = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "language"], name="languages_sheet_once")]


class EngineUse(models.Model):
    """What was sent to an engine on one day (UTC): for its budget and its bill."""

    engine = models.CharField(max_length=40)
    day = models.DateField()
    characters = models.BigIntegerField(default=0)
    texts = models.BigIntegerField(default=0)
    cost = models.DecimalField(max_digits=16, decimal_places=6, default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["engine", "day"], name="languages_use_once")]


class EngineConsent(models.Model):
    """An issuer agreed that its unreleased text may be sent to this engine; withdrawn ones are kept."""

    issuer = models.CharField(max_length=60)
    engine = models.CharField(max_length=40)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "engine"],
                condition=models.Q(ended_at__isnull=True),
                name="languages_consent_once",
            )
        ]


class MemoryEntry(models.Model):
    """One approved segment. `issuer` empty: the house's. `slots` are the kinds in order of their ids."""

    issuer = models.CharField(max_length=60, blank=True)
    source_language = models.CharField(max_length=35)
    target_language = models.CharField(max_length=35)
    source_hash = models.CharField(max_length=64)
    context_hash = models.CharField(max_length=64, blank=True)
    source = models.TextField()
    target = models.TextField()
    slots = models.JSONField(default=list)
    role = models.CharField(max_length=12)
    release = models.CharField(max_length=16, blank=True)
    reviewer = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "source_language", "target_language", "source_hash", "context_hash"],
                name="languages_memory_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["source_language", "target_language", "source_hash"], name="languages_memory_exact"
            )
        ]


class GlossaryEntry(models.Model):
    """One term in one pair of languages. `issuer` empty: the house's."""

    issuer = models.CharField(max_length=60, blank=True)
    source_language = models.CharField(max_length=35)
    source = models.CharField(max_length=200)
    target_language = models.CharField(max_length=35)
    target = models.CharField(max_length=200)
    forbidden = models.JSONField(default=list)
    keep = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "source_language", "source", "target_language"],
                name="languages_glossary_once",
            )
        ]
