"""Tables of the plant, in both databases: outbox, positions, vault."""

from django.db import models


class OutboxHead(models.Model):
    """The one row that numbers events; locked by every writer, so that no reader can skip one."""

    id = models.SmallIntegerField(primary_key=True)
    seq = models.BigIntegerField(default=0)


class OutboxRow(models.Model):
    """One event, written in the transaction that made it true."""

    seq = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=60)
    body = models.JSONField()
    at = models.DateTimeField()


class OutboxPosition(models.Model):
    """How far a consumer has read an outbox or the wire log."""

    consumer = models.CharField(max_length=80, primary_key=True)
    seq = models.BigIntegerField(default=0)


class VaultKey(models.Model):
    """A wrapped data key; without it the owner's parts are noise."""

    owner = models.CharField(max_length=120, primary_key=True)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()


class VaultPart(models.Model):
    """One sealed part of an owner."""

    owner = models.CharField(max_length=120)
    name = models.CharField(max_length=160)
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="plant_vault_part_once")]


class Setting(models.Model):
    """A choice made at run time that outlives the process (such as the approval policy)."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.CharField(max_length=200)
