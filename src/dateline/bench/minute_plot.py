"""The plot of `dateline bench minute`: which share had the release how many seconds after T0."""

from collections.abc import Mapping, Sequence
from html import escape
from math import log10
from typing import Final

Curve = Sequence[tuple[float, float]]
"""(seconds after T0, share from 0 to 1), both growing."""

_LEFT, _TOP, _WIDTH, _HEIGHT = 60, 40, 640, 320
_FIRST_S: Final = 0.01
# Distinct without colour too: the dashes differ.
_STROKES: Final = (("#0b5fa5", ""), ("#b3541e", "8 4"), ("#3d7a37", "2 4"))


def svg(title: str, curves: Mapping[str, Curve]) -> str:
    """An SVG with a logarithmic axis of seconds; it names what it shows for those who cannot see it."""
    last_s = max([1.0, *(point[0] for curve in curves.values() for point in curve)])
    top = 10 ** -(-log10(last_s) // 1)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 30} {_TOP + _HEIGHT + 90}"'
        f' role="img" font-family="sans-serif" font-size="13"><title>{escape(title)}</title>',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{_LEFT}" y="22" font-size="15">{escape(title)}</text>',
        *_grid(top),
    ]
    for number, (name, curve) in enumerate(curves.items()):
        colour, dashes = _STROKES[number % len(_STROKES)]
        points = " ".join(f"{_x(s, top):.1f},{_y(share):.1f}" for s, share in curve)
        stroke = f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"'
        lines.append(f'<polyline fill="none" {stroke} points="{points}"/>')
        x, below = _LEFT + number * 215, _TOP + _HEIGHT + 45
        lines.append(f'<line x1="{x}" x2="{x + 30}" y1="{below}" y2="{below}" {stroke}/>')
        lines.append(f'<text x="{x + 36}" y="{below + 4}">{escape(name)}</text>')
    return "\n".join([*lines, "</svg>", ""])


def _grid(top: float) -> list[str]:
    lines = []
    seconds = _FIRST_S
    while seconds <= top * 1.001:
        x = _x(seconds, top)
        lines.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_TOP + _HEIGHT}" stroke="#ccc"/>')
        lines.append(f'<text x="{x:.1f}" y="{_TOP + _HEIGHT + 18}" text-anchor="middle">{seconds:g} s</text>')
        seconds *= 10
    for share in (0.0, 0.5, 1.0):
        y = _y(share)
        lines.append(f'<line x1="{_LEFT}" x2="{_LEFT + _WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ccc"/>')
        lines.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{share:.0%}</text>')
    return lines


def _x(seconds: float, top: float) -> float:
    whole = log10(top / _FIRST_S)
    return _LEFT + _WIDTH * log10(max(seconds, _FIRST_S) / _FIRST_S) / whole


def _y(share: float) -> float:
    return _TOP + _HEIGHT * (1 - share)
