"""Which version of a release a report is about."""

from dateline.desk import services as desk


def current_version(release: str) -> desk.VersionCard:
    """The newest approved version; before the first approval the newest lock. A late edition belongs to the
    version it joins.

    A correction that still waits for approval changes nothing about what went out. Raises NotFound, Conflict
    when nothing is locked.
    """
    numbered = [version for version in desk.versions(release) if version.kind != "late-edition"]
    approved = [version for version in numbered if version.state == "approved"]
    return approved[-1] if approved else desk.latest_version(release)
