"""How a human translator gets in, and the one edition that they see.

Opening the link changes nothing; its button lets in one browser, once. A signed cookie of its own knows the
tasks that were opened here and nothing else: no view takes a release or a language from address or form. Each
page names its task by number, so that what was typed for one text never lands in another's sheet.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dateline.core.errors import Conflict
from dateline.desk import services as desk
from dateline.faces.interface import interface_language
from dateline.faces.translations.acting import Whose, act
from dateline.faces.translations.cells import Left
from dateline.faces.translations.page import XLIFF, as_file, context, opened
from dateline.languages.services import translation_desk as work
from dateline.plant.settings import get_settings

HOME: Final = "/translator/"
_COOKIE: Final = "dateline_translation"
_SALT: Final = "dateline.translation"
_MOST_TASKS: Final = 10
"""In one browser, so that the cookie stays small; the oldest goes."""


def _dressed(request: HttpRequest, template: str, shown: dict[str, Any], status: int = 200) -> HttpResponse:
    """Never cached; its address may be a secret: no other site and no index learns it."""
    response = render(request, template, shown, status=status)
    patch_cache_control(response, no_store=True, private=True)
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """GET: the button, the same for every token. POST: lets in, once; unknown, used and old tokens answer
    alike.
    """
    with override(interface_language(request)):
        if request.method != "POST":
            return _dressed(request, "translations/enter.html", {"refused": False})
        task = work.redeem(token)
        if task is None:
            return _dressed(request, "translations/enter.html", {"refused": True}, status=403)
        return _keeping([task, *_tasks_of(request)], HttpResponseRedirect(HOME))


def _keeping(tasks: list[work.Task], response: HttpResponse) -> HttpResponse:
    """The response, after which the browser has these tasks."""
    response.set_cookie(
        _COOKIE,
        signing.dumps([task.key for task in tasks[:_MOST_TASKS]], salt=_SALT),
        expires=max(task.ends_at for task in tasks),
        path=HOME,
        secure=get_settings().site_url.startswith("https://"),
        httponly=True,
        samesite="Lax",
    )
    return response


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forgets the task in this browser: the link is used, so this is for good. Others that were opened here
    stay.
    """
    response, left = HttpResponseRedirect(HOME), _task_of(request)
    if others := [task for task in _tasks_of(request) if task != left]:
        return _keeping(others, response)
    response.delete_cookie(_COOKIE, path=HOME, samesite="Lax")
    return response


def _tasks_of(request: HttpRequest) -> list[work.Task]:
    """The tasks of this browser that go on, the newest first."""
    try:
        keys = signing.loads(request.COOKIES.get(_COOKIE, ""), salt=_SALT)
    except signing.BadSignature:
        return []
    found = (work.task_of(str(key)) for key in (keys if isinstance(keys, list) else [keys]))
    return [task for task in found if task is not None]


def _task_of(request: HttpRequest) -> work.Task | None:
    """The task that the page names, else the newest; None for one that ended or is not of this browser."""
    named = request.POST.get("task", request.GET.get("task", ""))
    return next((task for task in _tasks_of(request) if named in {"", task.number}), None)


def own(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Calls `view(request, task, ...)` with the task of the cookie, and no other."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        task = _task_of(request)
        with override(interface_language(request)):
            if task is None:
                return _dressed(request, "translations/enter.html", {"refused": True}, status=403)
            response = view(request, task, *args, **kwargs)
        patch_cache_control(response, no_store=True, private=True)
        return response

    return inner


@own
@require_http_methods(["GET", "HEAD", "POST"])
def editor(request: HttpRequest, task: work.Task) -> HttpResponse:
    """`/translator/`: the blocks; a POST saves them, takes a file, or hands the whole in."""
    whose = Whose(task.release, task.language, task.name, is_house=False)
    left: Left | None = None
    if request.method == "POST":
        left = act(request, whose)
        if left is None:
            if request.POST.get("act") == "hand-in":
                return _hand_in(request, task)
            return HttpResponseRedirect(_here(request, task))
    sheet_ = opened(task.release, task.language)
    shown = context(request, desk.show(task.release), sheet_, whose, left)
    shown |= {"task": task, "home": HOME, "headline": sheet_.source.headline}
    return _dressed(request, "translations/translator.html", shown, status=422 if left is not None else 200)


def _here(request: HttpRequest, task: work.Task) -> str:
    """The page of the task again, where it stood."""
    start = request.GET.get("from", "")
    return f"{HOME}?task={task.number}" + (f"&from={start}" if start.isascii() and start.isdigit() else "")


def _hand_in(request: HttpRequest, task: work.Task) -> HttpResponse:
    left = opened(task.release, task.language).open
    if left:
        messages.error(
            request, _("Some blocks have no text that fits the original yet: %(n)s.") % {"n": left}
        )
        return HttpResponseRedirect(_here(request, task))
    try:
        work.hand_in(task)
    except Conflict as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(HOME)
    return _dressed(request, "translations/enter.html", {"refused": False, "done": True})


@own
@require_safe
def sheet(request: HttpRequest, task: work.Task) -> HttpResponse:
    """The edition as XLIFF."""
    data = work.xliff_of_sheet(task.release, task.language)
    return as_file(data, XLIFF, f"{task.release}.{task.language}.xlf")
