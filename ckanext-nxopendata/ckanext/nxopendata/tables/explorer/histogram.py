"""The picture of a distribution as SVG whose bars are links. Plain module."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 480, 96
GAP = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """A span: what it says, its rows, the link to them, whether it is chosen."""

    title: str
    count: int
    link: str
    chosen: bool = False


def draw(bars: Sequence[Bar], name: str) -> str:
    """Return the picture; a span without rows has no bar and no link.

    Args:
        name: what the picture is of, for those who hear it.
    """
    most = max((bar.count for bar in bars), default=0) or 1
    each = WIDTH / max(len(bars), 1)
    parts = []
    for number, bar in enumerate(bars):
        if not bar.count:
            continue
        # The smallest bar can still be seen and hit: the link is as high as the picture.
        height = max(round(bar.count / most * HEIGHT, 1), 2)
        left, width = round(number * each, 1), round(each - GAP, 1)
        title = html.escape(bar.title)
        kind = "nx-spread-bar nx-spread-chosen" if bar.chosen else "nx-spread-bar"
        parts.append(
            f'<a href="{html.escape(bar.link)}" aria-label="{title}"><title>{title}</title>'
            f'<rect class="nx-spread-room" x="{left}" y="0" width="{width}" height="{HEIGHT}"/>'
            f'<rect class="{kind}" x="{left}" y="{HEIGHT - height}" width="{width}" height="{height}"/></a>'
        )
    return (
        f'<svg class="nx-histogram" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="group" '
        f'aria-label="{html.escape(name)}">{"".join(parts)}</svg>'
    )
