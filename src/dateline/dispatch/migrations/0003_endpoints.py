"""Since when an endpoint fails, and where receivers say that they have published."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("dispatch", "0002_operations"),
    ]

    operations = [
        migrations.AddField(
            model_name="endpointhealth",
            name="failing_since",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("person_id__isnull", True)),
                fields=["recipient_id", "id"],
                name="dispatch_of_outlet",
            ),
        ),
        migrations.CreateModel(
            name="Pickup",
            fields=[
                ("delivery_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("url", models.TextField()),
                ("at", models.BigIntegerField()),
            ],
        ),
    ]
