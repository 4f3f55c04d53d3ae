"""Who may stop and start the wire: people of the house, not of an issuer."""

from dateline.cli.home import acting
from dateline.core.errors import NotAllowed


def house_person(name: str) -> str:
    """The person who acts, by default the first operator. Raises NotFound, NotAllowed for people of an
    issuer.
    """
    from dateline.issuers import services as issuers

    chosen = acting(name)
    if issuers.person(chosen).role == "issuer":
        raise NotAllowed(f"{chosen} is of an issuer; stopping and starting the wire is for desk and operator")
    return chosen
