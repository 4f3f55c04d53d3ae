"""What a delivery report says first, in the language of the page: short sentences, so that each language can
put its own words in its own order. The command line's report has the same facts in one English sentence.
"""

from datetime import timedelta

from babel.numbers import format_decimal
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dateline.faces.interface import spoken
from dateline.faces.newsroom.dates import babel_locale
from dateline.faces.portal.states import word
from dateline.reports import services as reports

_FAILED = ("refused", "expired", "uncertain")


def sentences(found: reports.Report, *, about: bool) -> str:
    """`about` says that people are rounded in it; then nobody is named."""
    version = {"n": found.version, "state": word(found.state)}
    if found.lift.at is None:
        return _("Version %(n)s: %(state)s. Nothing has left yet.") % version
    said = [_("Version %(n)s: %(state)s.") % version]
    if found.lift.late_ms is not None:
        said.append(_("Released %(ms)s ms after T0.") % {"ms": _number(round(found.lift.late_ms))})
    said += [_delivered(found, about=about), *_kept_back(found, about=about), *_returned(found)]
    return " ".join(said) if _spaced() else "".join(said)


def _delivered(found: reports.Report, *, about: bool) -> str:
    total, accepted = sum(found.deliveries.values()), found.deliveries.get("accepted", 0)
    failed = sum(found.deliveries.get(state, 0) for state in _FAILED)
    waits = sum(one.count for one in found.paused)
    counts = {
        "accepted": f"{'≈ ' if about else ''}{_number(accepted)}",
        "total": _number(total),
        "failed": _number(failed),
        "rest": _number(max(0, total - accepted - failed - waits)),
    }
    ends = [last for _first, last in found.first_last.values()]
    if not ends or found.lift.at is None:
        return (
            _("%(accepted)s of %(total)s deliveries accepted, %(failed)s failed, %(rest)s otherwise settled.")
            % counts
        )
    counts["seconds"] = _seconds(max(ends) - found.lift.at)
    return (
        _(
            "%(accepted)s of %(total)s deliveries accepted in %(seconds)s s, %(failed)s failed, "
            "%(rest)s otherwise settled."
        )
        % counts
    )


def _kept_back(found: reports.Report, *, about: bool) -> list[str]:
    waits = sum(one.count for one in found.paused)
    if not waits:
        return []
    said = ngettext("%(n)s delivery is paused.", "%(n)s deliveries are paused.", waits) % {
        "n": _number(waits)
    }
    names = sorted({f"{p.name or p.kind} ({p.by}: {p.reason})" for p in (one.pause for one in found.paused)})
    return [said] if about else [said, "; ".join(names) + "."]


def _returned(found: reports.Report) -> list[str]:
    back, complaints = found.returned.bounces, found.returned.complaints
    said = []
    if back:
        said.append(
            ngettext(
                "%(n)s accepted delivery came back later.", "%(n)s accepted deliveries came back later.", back
            )
            % {"n": _number(back)}
        )
    if complaints:
        said.append(
            ngettext("%(n)s recipient complained.", "%(n)s recipients complained.", complaints)
            % {"n": _number(complaints)}
        )
    return said


def _spaced() -> bool:
    return spoken().partition("-")[0] not in {"ja", "zh"}


def _seconds(took: timedelta) -> str:
    return str(format_decimal(round(took.total_seconds(), 1), "#,##0.0", locale=babel_locale(spoken())))


def _number(value: int) -> str:
    return str(format_decimal(value, locale=babel_locale(spoken())))
