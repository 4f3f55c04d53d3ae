"""The AsyncAPI document of the stream, at `/api/v1/asyncapi.json`: channels, messages, parameters."""

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlsplit

from dateline import __version__
from dateline.core.filters import NAMES

_EXAMPLE: Final = {
    "language": "ko,en",
    "country": "KR",
    "sector": "04000000",
    "class": "regulated,priority",
    "issuer": "acme",
    "origin": "issuer",
    "ticker": "TSE:6758",
    "isin": "US0378331005",
    "keyword": "merger",
}
_BESIDES: Final = {
    "after": "A cursor: what followed it comes first. `Last-Event-ID` says the same and goes before it.",
    "ticket": "Instead of a pass, for programs that can send no header; it works once, within seconds.",
    "prestage": "1 = sealed frames too, ahead of their instant; needs a pass with that grant.",
}
_ABOUT: Final = (
    "Every public event of this wire, the moment it is public. Commas are OR within a name, names are AND; "
    "a pass narrows further, and nothing widens it. With `language` in order of preference a desktop gets "
    "one line per release. Lose nothing: come back with the last cursor, after a random pause below `retry`. "
    "`reset` means that the cursor is too old for the edge: read on at `/api/v1/wire?after=CURSOR`."
)
_DIALECT: Final = "application/schema+json;version=draft-2020-12"


def asyncapi(stream_url: str, wire: str) -> dict[str, Any]:
    """The document for a wire whose edges have this address (no trailing slash)."""
    parts = urlsplit(stream_url)
    secure = "s" if parts.scheme == "https" else ""
    host = {"host": parts.netloc, "pathname": parts.path} if parts.path else {"host": parts.netloc}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": f"{wire}: stream", "version": __version__, "description": _ABOUT},
        "defaultContentType": "application/json",
        "servers": {
            "stream": {"protocol": "http" + secure, **host, "security": _SECURITY},
            "websocket": {"protocol": "ws" + secure, **host, "security": _SECURITY},
        },
        "channels": {
            "stream": {
                "address": "/stream",
                "title": "Server-sent events",
                "description": "`id:` is the cursor, one `data:` line the event; only `reset` has `event:`.",
                "servers": [{"$ref": "#/servers/stream"}],
                "messages": {
                    name: {"$ref": f"#/components/messages/{name}"} for name in ("event", "reset", "staged")
                },
                "x-query": _query(),
            },
            "websocket": {
                "address": "/ws",
                "title": "The same over WebSocket (RFC 6455)",
                "servers": [{"$ref": "#/servers/websocket"}],
                "messages": {"row": {"$ref": "#/components/messages/row"}},
                "bindings": {"ws": {"method": "GET", "query": _query(), "bindingVersion": "0.1.0"}},
            },
        },
        "operations": {
            "listen": {
                "action": "send",
                "channel": {"$ref": "#/channels/stream"},
                "summary": "Events as they become public",
                "bindings": {"http": {"method": "GET", "query": _query(), "bindingVersion": "0.3.0"}},
            },
            "listenOverWebSocket": {
                "action": "send",
                "channel": {"$ref": "#/channels/websocket"},
                "summary": "Events as they become public",
            },
        },
        "components": {
            "messages": {
                "event": _message("One event", _schema("wire_event")),
                "reset": _message("The cursor is too old", {"type": "object", "maxProperties": 0}),
                "staged": _message("Text sent ahead: with the grant `prestage`", _schema("staged")),
                "row": _message("One message", _with_event(_schema("ws_message"))),
            },
            "securitySchemes": {
                "pass": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWS",
                    "description": "From POST /api/v1/desktop/token; without one the public wire is read "
                    "where the operator allows it.",
                },
                "ticket": {
                    "type": "httpApiKey",
                    "in": "query",
                    "name": "ticket",
                    "description": "From POST /api/v1/desktop/ticket.",
                },
                "cookie": {"type": "httpApiKey", "in": "cookie", "name": "dateline_desktop"},
            },
        },
    }


_SECURITY: Final = [{"$ref": f"#/components/securitySchemes/{name}"} for name in ("pass", "ticket", "cookie")]


def _query() -> dict[str, Any]:
    known = {name: {"type": "string", "examples": [_EXAMPLE[name]]} for name in NAMES}
    more = {name: {"type": "string", "description": about} for name, about in _BESIDES.items()}
    return {"type": "object", "additionalProperties": False, "properties": known | more}


def _message(title: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": title,
        "contentType": "application/json",
        "payload": {"schemaFormat": _DIALECT, "schema": schema},
    }


@lru_cache(maxsize=4)
def _schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        files("dateline.core").joinpath(f"schemas/{name}.json").read_text(encoding="utf-8")
    )
    return found


def _with_event(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with the event's own inside, so that the document stands alone."""
    return {**schema, "$defs": {"event": _schema("wire_event")}}
