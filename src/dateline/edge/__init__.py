"""Desktops: keeps their open connections and writes every wire event they asked for. Knows the origin by HTTP only."""
