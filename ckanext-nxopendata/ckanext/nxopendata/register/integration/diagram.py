"""The picture of an integration, before -> after, as SVG. Plain module; the page has the same as a table."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from ckanext.nxopendata.register.integration.integration_plan import Picture
from ckanext.nxopendata.register.systems.record import System

WIDTH, BOX, LINE, GAP = 760, 290, 30, 8
TEXT = 20
"""Characters of a name that fit into a box; the rest is in its title."""


def svg(picture: Picture, words: Mapping[str, str]) -> str:
    """The picture of one department.

    Args:
        words: ``before``, ``after``, ``cleared``, ``undecided``, ``title``, in the reader's language.
    """
    shapes: list[str] = []
    y = LINE + GAP
    for merger in picture.mergers:
        shown = [*merger.parts] if merger.target.id.startswith("planned:") else [merger.target, *merger.parts]
        top = y
        middle = top + (len(shown) * (LINE + GAP) - GAP) / 2
        for system in shown:
            shapes.append(_curve(y + LINE / 2, middle, "into"))
            shapes.append(_box(0, y, system.title, "part"))
            y += LINE + GAP
        shapes.append(_box(WIDTH - BOX, middle - LINE / 2, merger.target.title, "big"))
    for group, kind, note in (
        (picture.kept, "kept", ""),
        (picture.undecided, "undecided", words["undecided"]),
        (picture.cleared, "cleared", words["cleared"]),
    ):
        for system in group:
            shapes += _straight(system, y, kind, note)
            y += LINE + GAP
    name = f"nx-picture-{escape(picture.owner_org, quote=True)}"
    title = escape(words["title"])
    return (
        f'<svg class="nx-picture" viewBox="0 0 {WIDTH} {y}" role="img" aria-labelledby="{name}" '
        f'xmlns="http://www.w3.org/2000/svg"><title id="{name}">{title}</title>'
        f'<text class="head" x="0" y="16">{escape(words["before"])} {picture.before}</text>'
        f'<text class="head" x="{WIDTH - BOX}" y="16">{escape(words["after"])} {picture.after}</text>'
        f"{''.join(shapes)}</svg>"
    )


def _straight(system: System, y: float, kind: str, note: str) -> list[str]:
    shapes = [_curve(y + LINE / 2, y + LINE / 2, kind), _box(0, y, system.title, kind)]
    shapes.append(_box(WIDTH - BOX, y, note or system.title, f"{kind} after"))
    return shapes


def _curve(y1: float, y2: float, kind: str) -> str:
    x1, x2 = BOX, WIDTH - BOX
    half = (x1 + x2) / 2
    return f'<path class="{kind}" d="M{x1} {y1:g}C{half:g} {y1:g} {half:g} {y2:g} {x2} {y2:g}"/>'


def _box(x: float, y: float, text: str, kind: str) -> str:
    short = text if len(text) <= TEXT else text[: TEXT - 1] + "…"
    return (
        f'<g class="{kind}"><title>{escape(text)}</title>'
        f'<rect x="{x:g}" y="{y:g}" width="{BOX}" height="{LINE}" rx="5"/>'
        f'<text x="{x + 10:g}" y="{y + LINE / 2 + 5:g}">{escape(short)}</text></g>'
    )
