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


class SignIn(models.Model):
    """A one-time link: only the hash of its token is kept. `member` is whose it is, whatever their name is by
    the time they follow it.
    """

    token_sha256 = models.CharField(max_length=64, unique=True)
    member_name = models.CharField(max_length=80)
    member = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
