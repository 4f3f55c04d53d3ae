from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('issuers', '0003_api_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptSearches',
            fields=[
                ('member', models.BigIntegerField(primary_key=True, serialize=False)),
                ('searches', models.TextField()),
                ('kept_at', models.DateTimeField()),
            ],
        ),
    ]
