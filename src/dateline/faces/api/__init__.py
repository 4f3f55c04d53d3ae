"""The API, version 1: the gapless wire log, and what a client needs to find the rest."""
