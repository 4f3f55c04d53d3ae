from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('issuers', '0004_kept_searches'),
    ]

    operations = [
        migrations.AddField(
            model_name='member',
            name='language',
            field=models.CharField(blank=True, default='', max_length=35),
        ),
    ]
