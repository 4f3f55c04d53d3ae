"""Tables of the room: organisations, people, one-time sign-ins."""

from django.db import models


class Organisation(models.Model):
    """An issuer."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2)
    level = models.PositiveSmallIntegerField(default=0)
    website = models.URLField(max_length=300, blank=True)
    about = models.TextField(blank=True)
    lei = models.CharField(max_length=20, blank=True)


class Member(models.Model):
    """A person of the house or of an issuer."""

    name = models.CharField(max_length=80, unique=True)
    role = models.CharField(max_length=20)
    issuer = models.SlugField(max_length=60, blank=True)
    active = models.BooleanField(default=True)
    language = models.CharField(max_length=35, blank=True, default="")


class SignIn(models.Model):
    """A one-time link: only the hash of its token is kept. `member` is whose it is, whatever their name is by
    the time they follow it.
    """

    token_sha256 = models.CharField(max_length=64, unique=True)
    member_name = models.CharField(max_length=80)
    member = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class ApiKey(models.Model):
    """A key to the API: only the hash of its secret is kept. `key` is the part that lists show and by which a
    leaked one is recognised. It belongs to a person (`member`) and is bound to an issuer, to an outlet
    (`outlet`, a recipient id, without a person), or to neither: the whole wire.
    """

    key = models.CharField(max_length=16, primary_key=True)
    secret_sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    member = models.BigIntegerField(null=True)
    issuer = models.SlugField(max_length=60, blank=True)
    outlet = models.CharField(max_length=64, blank=True)
    scopes = models.CharField(max_length=300)
    by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)


class ApiAnswer(models.Model):
    """What was answered to a request with an Idempotency-Key, for a day. Status and keyed hashes only: the
    answer itself may hold text before its T0, so it lies in the vault. `status` 0: the act is still running.
    """

    key = models.CharField(max_length=16)
    token = models.CharField(max_length=64)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "token"], name="issuers_api_answer_once")]


class KeptSearches(models.Model):
    """The saved searches of a person's terminal: a JSON list of names and questions."""

    member = models.BigIntegerField(primary_key=True)
    searches = models.TextField()
    kept_at = models.DateTimeField()
