"""Desktops: their open connections, and every wire event they asked for. Knows the origin by HTTP only."""
