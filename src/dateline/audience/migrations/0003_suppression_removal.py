from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audience', '0002_endpoints'),
    ]

    operations = [
        migrations.CreateModel(
            name='SuppressionRemoval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(db_index=True, max_length=32)),
                ('scope', models.CharField(max_length=20)),
                ('was_reason', models.TextField()),
                ('was_source', models.TextField()),
                ('by', models.CharField(max_length=80)),
                ('reason', models.TextField()),
                ('at', models.DateTimeField()),
            ],
        ),
    ]
