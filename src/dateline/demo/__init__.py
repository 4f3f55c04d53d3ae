"""The seeded sample world: issuers, releases, recipients, and the loopback receivers of what is sent."""
