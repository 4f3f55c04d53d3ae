"""Benchmarks: each measures a promise beside a peer, in one run on one machine."""
