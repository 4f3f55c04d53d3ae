"""The root of every error Dateline raises on purpose.

DatelineError
├── BadInput            what somebody gave us cannot be used; says where and what to do
├── NotFound            the thing named does not exist (or may not be known to exist)
├── NotAllowed          the act needs another person, another right or another time
├── Conflict            somebody else changed the thing first, or its state forbids the act
└── Unavailable         a part we need (disk, database, relay) does not answer
"""


class DatelineError(Exception):
    """An error with a message for people: it names the thing, the cause and the next step."""


class BadInput(DatelineError):
    """Input that cannot be used. `where` names file, line or field."""

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.message = message
        self.where = where


class NotFound(DatelineError):
    """What was named does not exist."""


class NotAllowed(DatelineError):
    """The act needs another person, another right or another time."""


class Conflict(DatelineError):
    """The state of the thing forbids the act, or somebody else was first."""


class Unavailable(DatelineError):
    """A part of the house that we need does not answer."""
