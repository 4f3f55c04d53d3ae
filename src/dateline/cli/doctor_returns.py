"""What came back, as `dateline doctor` sees it: complaints and their limit, mail refused because of us."""

from collections.abc import Iterator

from dateline.cli.doctor import Result


def returns() -> Iterator[Result]:
    """Needs the database."""
    from dateline.dispatch import services as dispatch

    found = dispatch.complaints()
    said = f"{found.complaints} within {found.window_h} h"
    if found.mails:
        said += f" are {found.percent:.2f} % of {found.mails:,} mails (limit {found.limit_percent:g} %)"
    if found.paused is not None and found.rests:
        yield Result(
            "complaints",
            "bad",
            f"{said}; normal-class mail rests: {found.paused.reason}",
            "find out who complains, then: dateline suppress lift --as NAME --reason WHY",
        )
    else:
        yield Result("complaints", "ok", said)
    ours = dispatch.returns_by_kind(days=1).get("ours", 0)
    if ours:
        yield Result(
            "mail refused",
            "warn",
            f"{ours:,} in 24 h because of us, not of the addresses",
            "check SPF, DKIM and DMARC of the sender's domain, and whether its address is on a block list",
        )
    else:
        yield Result("mail refused", "ok", "none in 24 h because of us")
