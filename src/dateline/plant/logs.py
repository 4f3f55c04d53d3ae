"""Structured log lines: readable in a terminal, JSON elsewhere. Nothing unreleased is ever logged."""

import logging
import re
import sys

import structlog

from dateline.plant.settings import Settings

_TOKEN_IN_PATH = re.compile(
    r"(/(?:(?:accounts|translator|outlets)/in|preferences/stop|preferences)/)(?!stop/)[^/?\s\"']+"
)


class _WithoutTokens(logging.Filter):
    """Takes the tokens of the links of sign-in, translators, outlets and stopping out of what libraries log:
    Django names the address of every request that it refuses, and these addresses are the permission itself.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if "/in/" in said or "/preferences/" in said:
            record.msg, record.args = _TOKEN_IN_PATH.sub(r"\1[token]", said), ()
        return True


def configure_logs(settings: Settings, *, process: str = "") -> None:
    """Sets up logging on standard error: everything of a `process`, what went wrong of a command."""
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO if process else logging.WARNING),
        cache_logger_on_first_use=False,
    )
    if process:
        structlog.contextvars.bind_contextvars(process=process)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    for handler in logging.getLogger().handlers:
        if not any(isinstance(known, _WithoutTokens) for known in handler.filters):
            handler.addFilter(_WithoutTokens())
