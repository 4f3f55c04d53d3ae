"""Rotated secrets of endpoints, and the links to outlets' own pages."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("audience", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="EndpointKey",
            fields=[
                ("recipient", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("generation", models.IntegerField()),
                ("previous", models.IntegerField()),
                ("secret_ref", models.CharField(max_length=100)),
                ("rotated_at", models.BigIntegerField()),
                ("previous_until", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="OutletInvite",
            fields=[
                ("token_sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("recipient", models.CharField(max_length=40)),
                ("by", models.CharField(max_length=80)),
                ("expires_at", models.BigIntegerField()),
                ("used_at", models.BigIntegerField(null=True)),
            ],
        ),
    ]
