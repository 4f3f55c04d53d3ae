"""Runs an act of the house for a form: its refusal becomes a message beside the button that was pressed."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest

from dateline.core.errors import DatelineError, NotFound


def attempt(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Whether `act` went through. Its errors are made for people and never hold unreleased text."""
    try:
        act()
    except NotFound as error:
        raise Http404 from error
    except DatelineError as error:
        messages.error(request, str(error))
        return False
    return True
