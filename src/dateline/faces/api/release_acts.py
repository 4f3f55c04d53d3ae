"""What is done with a release: hand in, lock, approve, submit, schedule, withdraw, correct, kill.

The rules are those of desk and wire: a key does what its person may do, in that person's name, so that policy
`two` counts persons and not keys.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router

from dateline.core.errors import BadInput, Conflict
from dateline.core.words import Story
from dateline.desk import services as desk
from dateline.faces.api import inputs, shapes
from dateline.faces.api.answering import Reply, holding, if_match, once, once_long
from dateline.faces.api.bodies import instant_of, json_of, story_of
from dateline.faces.api.documents import findings_document, release_document
from dateline.faces.api.keys import Caller, caller_of, key_with, must_be_own
from dateline.faces.api.openapi import idempotent, problems, takes
from dateline.faces.api.problems import ApiError
from dateline.faces.api.releases import R
from dateline.wire import services as wire

router = Router(tags=["releases"], by_alias=True)

WRITE: Final = key_with("releases:write")
BOTH: Final = key_with("releases:write", "releases:approve")
_CHANGES: Final = problems(400, 403, 404, 409, 412, 415, 422)
Act = Callable[[str, Caller, int | None], Mapping[str, Any]]


def _done(request: HttpRequest, release: str, act: Act, status: int = 200) -> HttpResponse:
    """Runs the act on one's own release as `If-Match` says, once for each Idempotency-Key."""
    caller = caller_of(request)
    must_be_own(caller, release)

    def reply() -> Reply:
        revision = if_match(request, release_document(release, caller))
        return Reply(act(release, caller, revision), status)

    return once_long(request, reply)


def _submission(release: str, caller: Caller, submitted: wire.Submitted) -> dict[str, Any]:
    return {
        "release": release_document(release, caller),
        "findings": findings_document(submitted.findings),
        "blocked": submitted.blocked,
        "approved": submitted.approved,
    }


def _still(release: str, revision: int | None) -> None:
    """Raises desk.Changed when it is of another revision by now: for acts that no transaction may last."""
    with holding(release, revision):
        pass


@router.post(
    R + "/hand-in",
    auth=WRITE,
    response={200: shapes.ReleaseOut, **_CHANGES},
    summary="Hand a draft to the desk",
    openapi_extra=idempotent(),
)
def hand_in(request: HttpRequest, release: str) -> HttpResponse:
    """An editor reads it; nothing is locked."""

    def act(release: str, caller: Caller, revision: int | None) -> Mapping[str, Any]:
        with holding(release, revision):
            desk.to_review(release, by=caller.by)
        return release_document(release, caller)

    return _done(request, release, act)


@router.post(
    R + "/lock",
    auth=WRITE,
    response={200: shapes.Submission, **_CHANGES},
    summary="Lock and check",
    openapi_extra=idempotent(),
)
def lock(request: HttpRequest, release: str) -> HttpResponse:
    """Freezes editions, recipients and T0 under one hash, and runs every check; approves nothing."""

    def act(release: str, caller: Caller, revision: int | None) -> Mapping[str, Any]:
        return _submission(release, caller, wire.lock_and_check(release, by=caller.by, revision=revision))

    return _done(request, release, act)


@router.post(
    R + "/approve",
    auth=key_with("releases:approve"),
    response={200: shapes.Approvals, 202: shapes.Approvals, **_CHANGES},
    summary="Approve a lock",
    openapi_extra=takes(inputs.Approve),
)
def approve(request: HttpRequest, release: str) -> HttpResponse:
    """In the name of the key's person. 202: another person's approval is still missing. Approving twice
    counts once; a lock with another hash than the one that was read is refused.
    """
    caller = caller_of(request)
    must_be_own(caller, release)
    asked = json_of(request, inputs.Approve)

    def act() -> Reply:
        revision = if_match(request, release_document(release, caller))
        version = next((v for v in desk.versions(release) if v.hash == asked.hash), None)
        if version is None:
            raise Conflict("no lock with this hash awaits approval: it was locked anew; read it again")
        with holding(release, revision):
            state = desk.approve(release, by=caller.by, version_id=version.version_id)
        document = {"have": state.have, "needed": state.needed, "complete": state.complete}
        return Reply(document, 200 if state.complete else 202)

    return once(request, act)


@router.post(
    R + "/submit",
    auth=BOTH,
    response={200: shapes.Submission, **_CHANGES},
    summary="Lock, check and approve",
    openapi_extra=idempotent(),
)
def submit(request: HttpRequest, release: str) -> HttpResponse:
    """In one act, as `dateline send` does. `approved` false: a finding blocks, or another person must
    approve.
    """

    def act(release: str, caller: Caller, revision: int | None) -> Mapping[str, Any]:
        return _submission(release, caller, wire.submit(release, by=caller.by, revision=revision))

    return _done(request, release, act)


@router.post(
    R + "/schedule",
    auth=WRITE,
    response={200: shapes.Submission, **_CHANGES},
    summary="Move T0",
    openapi_extra=takes(inputs.At),
)
def schedule(request: HttpRequest, release: str) -> HttpResponse:
    """A new lock, which needs new approvals; the old hold ends in the same moment. 409 once it is out."""
    asked = json_of(request, inputs.At)
    at = instant_of(asked.at)
    if at is None:
        raise BadInput("give the new T0", where="at")

    def act(release: str, caller: Caller, revision: int | None) -> Mapping[str, Any]:
        _still(release, revision)
        return _submission(release, caller, wire.move(release, at, by=caller.by))

    return _done(request, release, act)


@router.post(
    R + "/withdraw",
    auth=WRITE,
    response={200: shapes.Withdrawn, **_CHANGES},
    summary="Withdraw",
    openapi_extra=takes(inputs.Reason),
)
def withdraw(request: HttpRequest, release: str) -> HttpResponse:
    """Before T0 nothing of it becomes public. After T0 its page stays, marked with the reason; for that the
    key needs `releases:approve` too.
    """
    asked = json_of(request, inputs.Reason)

    def act(release: str, caller: Caller, revision: int | None) -> Mapping[str, Any]:
        _still(release, revision)
        if wire.withdraw(release, by=caller.by, reason=asked.reason):
            none: dict[str, Any] = {"findings": [], "blocked": False, "approved": False}
            return {"release": release_document(release, caller), "before_t0": True, **none}
        if not caller.may("releases:approve"):
            raise ApiError(
                403,
                "missing-scope",
                "it is out; to withdraw it now the key needs the scope releases:approve",
                where="scope",
            )
        submitted = wire.submit_withdrawal(release, reason=asked.reason, by=caller.by)
        return {**_submission(release, caller, submitted), "before_t0": False}

    return _done(request, release, act)


@router.post(
    R + "/correct",
    auth=BOTH,
    response={200: shapes.Submission, **_CHANGES},
    summary="Correct",
    openapi_extra=takes(inputs.Correction),
)
def correct(request: HttpRequest, release: str) -> HttpResponse:
    """Puts new text in place of public editions, with the reason that readers see; the old one stays
    readable, marked. Facts that the new text does not repeat stay.
    """
    caller = caller_of(request)
    must_be_own(caller, release)
    asked = json_of(request, inputs.Correction)
    old = {story.language: story for story in desk.drafts(release)}
    stories = []
    for number, edition in enumerate(asked.editions):
        read = story_of(edition, f"editions[{number}]")
        known = old.get(read.language)
        if known is not None and known.attachments:  # only now its language is known, and so its pictures
            read = story_of(edition, f"editions[{number}]", dict(known.attachments))
        stories.append(_in_place(read, known))
    stories.sort(key=lambda story: not story.original)

    def act(release: str, caller: Caller, revision: int | None) -> Mapping[str, Any]:
        _still(release, revision)
        submitted = wire.submit_correction(release, stories, reason=asked.reason, by=caller.by)
        return _submission(release, caller, submitted)

    return _done(request, release, act)


def _in_place(story: Story, old: Story | None) -> Story:
    if old is None:
        return replace(story, original=False)
    return replace(story, original=old.original, translation=old.translation, slug=old.slug)


@router.post(
    R + "/late-editions",
    auth=BOTH,
    response={200: shapes.Submission, **_CHANGES},
    summary="Add a language to what is out",
    openapi_extra=takes(inputs.EditionIn),
)
def add_late_edition(request: HttpRequest, release: str) -> HttpResponse:
    """With an approval of its own; whoever asked for that language gets it. 409 before T0: then it is a draft
    like the others.
    """
    must_be_own(caller_of(request), release)
    story = replace(story_of(json_of(request, inputs.EditionIn), "body"), original=False)

    def act(release: str, caller: Caller, revision: int | None) -> Mapping[str, Any]:
        _still(release, revision)
        submitted = wire.submit_late_edition(release, story, by=caller.by)
        return _submission(release, caller, submitted)

    return _done(request, release, act)


@router.post(
    R + "/kill",
    auth=BOTH,
    response={200: shapes.Submission, **_CHANGES},
    summary="Kill",
    openapi_extra=takes(inputs.Reason),
)
def kill(request: HttpRequest, release: str) -> HttpResponse:
    """Removes a release that is out, in every language: its pages answer 410 with the reason."""
    asked = json_of(request, inputs.Reason)

    def act(release: str, caller: Caller, revision: int | None) -> Mapping[str, Any]:
        _still(release, revision)
        submitted = wire.submit_kill(release, reason=asked.reason, by=caller.by)
        return _submission(release, caller, submitted)

    return _done(request, release, act)
