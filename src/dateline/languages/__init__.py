"""Editions in other languages and the gate that every edition passes."""
