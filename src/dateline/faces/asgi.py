"""The web process' ASGI application."""

from dateline.plant.db.setup import setup

setup()

from django.core.asgi import get_asgi_application  # noqa: E402  Django must be set up first

from dateline.faces.api.waiting import LongPoll  # noqa: E402

application = LongPoll(get_asgi_application())
