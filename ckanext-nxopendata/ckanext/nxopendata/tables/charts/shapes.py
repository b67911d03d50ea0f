"""Further kinds of charts as SVG: stacked bars and areas, slopes, small multiples, pyramids, tables, maps.

Plain module. Each function draws below ``top`` and returns where it ends.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

from ckanext.nxopendata.tables.charts.canvas import (
    BAR,
    GAP,
    GROUP_GAP,
    MOST_LABEL,
    WIDTH,
    Canvas,
    Plot,
    colour,
    cut,
    measure,
)
from ckanext.nxopendata.tables.page.svg_chart import choose_ticks, to_years

MOST_ROWS = 40
"""Rows of a table that is drawn."""


def _rect(canvas: Canvas, x: float, y: float, width: float, height: float, number: int, said: str) -> None:
    canvas.parts.append(
        f'<rect x="{x:g}" y="{y:g}" width="{max(width, 0):g}" height="{height:g}" fill="{colour(number)}">'
        f"<title>{html.escape(said)}</title></rect>"
    )


def _number(value: float) -> str:
    return f"{value:,.10g}"


def draw_stacked(canvas: Canvas, plot: Plot, top: float) -> float:
    """Bars that lie, their parts one after the other; the sum at the end."""
    totals = [sum(values[n] or 0 for _, values in plot.series) for n in range(len(plot.groups))]
    left = 24 + 7.4 * min(max((measure(name) for name in plot.groups), default=0), MOST_LABEL)
    right = WIDTH - 110
    marks = choose_ticks(0.0, max(totals, default=1.0))
    scale = (right - left) / (marks[-1] or 1)
    each = BAR + GAP + GROUP_GAP
    bottom = top + 8 + each * len(plot.groups)
    for mark in marks:
        canvas.line(left + mark * scale, top, left + mark * scale, bottom)
        canvas.text(left + mark * scale, bottom + 16, _number(mark), anchor="middle")
    for place, name in enumerate(plot.groups):
        y, x = top + 8 + place * each, left
        canvas.text(left - 8, y + 14, cut(name, MOST_LABEL), anchor="end", fill="#18211e")
        for number, (series, values) in enumerate(plot.series):
            value = values[place] or 0
            _rect(canvas, round(x, 2), y, round(value * scale, 2), BAR, number, f"{name} {series}: {_number(value)}")
            x += value * scale
        canvas.text(x + 6, y + 14, _number(totals[place]), size=12, fill="#18211e")
    canvas.text(right, bottom + 34, plot.y, anchor="end")
    return bottom + 40


def draw_area(canvas: Canvas, plot: Plot, top: float) -> float:
    """Areas over time, one on the other; the axis begins at zero."""
    places = [to_years(time) for time in plot.times]
    first, last = places[0], places[-1]
    sums = [sum(values[n] or 0 for _, values in plot.series) for n in range(len(plot.groups))]
    marks = choose_ticks(0.0, max(sums, default=1.0))
    left, right, bottom = 24 + 7.4 * max(len(_number(mark)) for mark in marks), WIDTH - 24, top + 320
    canvas.text(16, top + 4, plot.y)
    top += 18

    def place_x(place: float) -> float:
        return round(left + 10 + (place - first) / ((last - first) or 1) * (right - left - 20), 2)

    def place_y(number: float) -> float:
        return round(bottom - number / (marks[-1] or 1) * (bottom - top), 2)

    for mark in marks:
        canvas.line(left, place_y(mark), right, place_y(mark))
        canvas.text(left - 6, place_y(mark) + 4, _number(mark), anchor="end")
    below = [0.0] * len(places)
    for number, (series, values) in enumerate(plot.series):
        above = [under + (value or 0) for under, value in zip(below, values, strict=True)]
        forth = " ".join(f"{place_x(x):g},{place_y(y):g}" for x, y in zip(places, above, strict=True))
        back = " ".join(
            f"{place_x(x):g},{place_y(y):g}" for x, y in zip(reversed(places), reversed(below), strict=True)
        )
        canvas.parts.append(
            f'<path d="M{forth} {back}Z" fill="{colour(number)}" fill-opacity=".8">'
            f"<title>{html.escape(series)}</title></path>"
        )
        below = above
    _label_times(canvas, plot.groups, [place_x(place) for place in places], bottom, right - left)
    canvas.text(right, bottom + 38, plot.x, anchor="end")
    return bottom + 44


def _label_times(canvas: Canvas, names: Sequence[str], xs: Sequence[float], bottom: float, room: float) -> None:
    step = max(1, -(-len(names) * max(map(measure, names), default=1) * 8 // int(room)))
    for number, name in enumerate(names):
        if number % step == 0:
            canvas.text(xs[number], bottom + 18, cut(name, 16), anchor="middle")


def draw_slope(canvas: Canvas, plot: Plot, top: float) -> float:
    """The first and the last time, a line for each series between them."""
    pairs = [(name, values[0], values[-1]) for name, values in plot.series]
    numbers = [value for _, one, other in pairs for value in (one, other) if value is not None]
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    left, right = 230.0, WIDTH - 230.0
    canvas.text(16, top + 4, plot.y)
    canvas.text(left, top + 22, plot.groups[0], anchor="middle", fill="#18211e", weight="600")
    canvas.text(right, top + 22, plot.groups[-1], anchor="middle", fill="#18211e", weight="600")
    top += 40
    bottom = top + max(260, 22 * len(pairs))

    def place_y(number: float) -> float:
        return round(bottom - (number - low) / ((high - low) or 1) * (bottom - top), 2)

    foot = bottom + 24
    for x in (left, right):
        canvas.line(x, top, x, foot)
        if low != 0:
            canvas.mark_break(x, foot)
    taken: dict[str, list[float]] = {"end": [], "start": []}
    for number, (name, one, other) in enumerate(pairs):
        if one is None or other is None:
            continue
        said = html.escape(f"{name}: {_number(one)} → {_number(other)}")
        canvas.parts.append(
            f'<path d="M{left:g},{place_y(one):g}L{right:g},{place_y(other):g}" stroke="{colour(number)}" '
            f'stroke-width="2.5"><title>{said}</title></path>'
        )
        for x, y, value, anchor in (
            (left - 10, place_y(one), one, "end"),
            (right + 10, place_y(other), other, "start"),
        ):
            at = y
            while any(abs(at - used) < 15 for used in taken[anchor]):  # labels keep clear of each other
                at += 3
            taken[anchor].append(at)
            text = f"{cut(name, 16)} {_number(value)}"
            canvas.text(x, at + 4, text, size=12, anchor=anchor, fill=colour(number))
            foot = max(foot, at)
    return foot + 24


def draw_multiples(canvas: Canvas, plot: Plot, top: float) -> float:
    """A small chart of lines for each series; all have one scale."""
    numbers = [value for _, values in plot.series for value in values if value is not None]
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    marks = choose_ticks(0.0 if low >= 0 and high - low > 0.4 * high else low, high)
    places = [to_years(time) for time in plot.times]
    across, room, height = 3, (WIDTH - 32) / 3, 150.0
    gap = 12 + 6.4 * max(len(_number(mark)) for mark in (marks[0], marks[-1]))
    canvas.text(16, top + 4, plot.y)
    top += 22
    for number, (name, values) in enumerate(plot.series):
        x0, y0 = 16 + number % across * room, top + number // across * height
        canvas.text(x0 + gap, y0 + 4, cut(name, 22), fill="#18211e", weight="600")
        begin, end, ceiling, floor = x0 + gap, x0 + room - 12, y0 + 16, y0 + height - 34
        for mark in (marks[0], marks[-1]):
            y = floor - (mark - marks[0]) / ((marks[-1] - marks[0]) or 1) * (floor - ceiling)
            canvas.line(begin, y, end, y)
            canvas.text(begin - 4, y + 4, _number(mark), size=11, anchor="end")
        if marks[0] != 0:
            canvas.line(begin, ceiling, begin, floor)
            canvas.mark_break(begin, floor)
        dots = [
            (
                begin + (place - places[0]) / ((places[-1] - places[0]) or 1) * (end - begin),
                floor - (value - marks[0]) / ((marks[-1] - marks[0]) or 1) * (floor - ceiling),
            )
            for place, value in zip(places, values, strict=True)
            if value is not None
        ]
        path = " ".join(f"{x:.4g},{y:.4g}" for x, y in dots)
        if dots:
            canvas.parts.append(
                f'<path d="M{path}" fill="none" stroke="{colour(0)}" stroke-width="2">'
                f"<title>{html.escape(name)}</title></path>"
            )
        canvas.text(begin, floor + 16, plot.groups[0], size=11)
        canvas.text(end, floor + 16, plot.groups[-1], size=11, anchor="end")
    return top + -(-len(plot.series) // across) * height


def draw_pyramid(canvas: Canvas, plot: Plot, top: float) -> float:
    """Two series back to back, the youngest below."""
    (left_name, left_values), (right_name, right_values) = plot.series
    most = max([value or 0 for value in (*left_values, *right_values)], default=1.0)
    marks = choose_ticks(0.0, most)
    labels = 16 + 7.4 * min(max((measure(name) for name in plot.groups), default=0), 16)
    middle, half = WIDTH / 2, (WIDTH - labels) / 2 - 40
    scale = half / (marks[-1] or 1)
    each = 20
    bottom = top + 24 + each * len(plot.groups)
    canvas.text(middle - labels / 2 - half / 2, top + 8, left_name, anchor="middle", fill=colour(0), weight="600")
    canvas.text(middle + labels / 2 + half / 2, top + 8, right_name, anchor="middle", fill=colour(1), weight="600")
    for mark in marks:
        for side in (-1, 1):
            x = middle + side * (labels / 2 + mark * scale)
            canvas.line(x, top + 18, x, bottom)
            canvas.text(x, bottom + 16, _number(mark), size=11, anchor="middle")
    for place, name in enumerate(plot.groups):
        y = bottom - (place + 1) * each
        canvas.text(middle, y + 14, cut(name, 16), size=12, anchor="middle", fill="#18211e")
        one, other = left_values[place] or 0, right_values[place] or 0
        said = f"{name} {left_name}: {_number(one)}"
        _rect(canvas, middle - labels / 2 - one * scale, y + 2, one * scale, each - 4, 0, said)
        _rect(canvas, middle + labels / 2, y + 2, other * scale, each - 4, 1, f"{name} {right_name}: {_number(other)}")
    canvas.text(WIDTH - 16, bottom + 34, plot.y, anchor="end")
    return bottom + 40


def draw_table(canvas: Canvas, plot: Plot, top: float) -> float:
    """The numbers themselves: a row a group, a column a series."""
    left = 24 + 7.4 * min(max((measure(name) for name in (*plot.groups, plot.x)), default=0), MOST_LABEL)
    each = (WIDTH - left - 16) / max(len(plot.series), 1)
    letters = max(int(each / 7.4) - 2, 4)
    canvas.text(16, top + 8, cut(plot.x, MOST_LABEL), weight="600", fill="#18211e")
    for number, (name, _) in enumerate(plot.series):
        canvas.text(left + (number + 1) * each, top + 8, cut(name, letters), anchor="end", weight="600", fill="#18211e")
    y = top + 8
    for place, name in enumerate(plot.groups[:MOST_ROWS]):
        canvas.line(16, y + 7, WIDTH - 16, y + 7)
        y += 24
        canvas.text(16, y, cut(name, MOST_LABEL), fill="#18211e")
        for number, (_, values) in enumerate(plot.series):
            value = values[place]
            text = "—" if value is None else _number(value)
            canvas.text(left + (number + 1) * each, y, text, anchor="end", fill="#18211e")
    return y + 12


SHADES = ("#e3f1ee", "#a9d6cc", "#6bb5a7", "#2f8d7f", "#0b5f56")


def draw_map(canvas: Canvas, plot: Plot, top: float) -> float:
    """Places shaded by their number; where the map has no area of a place, a dot at its seat."""
    picture = plot.regions
    if picture is None:
        return top
    left = (WIDTH - picture.width) / 2
    last = len(picture.classes) - 1
    # The largest class has the darkest shade, the others lie between in equal steps.
    shades = [SHADES[-1 - (len(SHADES) - 1) * (last - n) // max(last, 1)] for n in range(last + 1)]
    canvas.text(16, top + 4, plot.y)
    for number, words in enumerate(picture.classes):
        y = top + 30 + 22 * number
        canvas.parts.append(
            f'<rect x="16" y="{y - 13:g}" width="16" height="16" rx="3" fill="{shades[number]}" stroke="#52605b"/>'
        )
        canvas.text(40, y, words, fill="#18211e")
    place = f'transform="translate({left:g} {top:g})"'
    canvas.parts.append(f'<path {place} d="{picture.land}" fill="#f3f5f4" stroke="#9aa8a2"/>')
    for region in picture.regions:
        said = html.escape(f"{region.name}: {_number(region.value)}")
        form = f'path d="{region.path}"' if region.path else f'circle cx="{region.x:g}" cy="{region.y:g}" r="9"'
        canvas.parts.append(
            f'<{form} {place} fill="{shades[region.shade]}" stroke="#18211e" stroke-width=".8">'
            f"<title>{said}</title></{form.partition(' ')[0]}>"
        )
    for region in picture.regions:
        if region.path:
            _halo(canvas, left + region.x, top + region.y, region.name, "middle")
            _halo(canvas, left + region.x, top + region.y + 17, _number(region.value), "middle")
        elif region.side:
            shift, anchor = (13, "start") if region.side == "right" else (-13, "end")
            _halo(canvas, left + region.x + shift, top + region.y + 5, region.name, anchor)
    return top + picture.height + 8


def _halo(canvas: Canvas, x: float, y: float, text: str, anchor: str) -> None:
    """A text that is read on any ground."""
    canvas.parts.append(
        f'<text x="{x:g}" y="{y:g}" font-size="13" text-anchor="{anchor}" fill="#18211e" stroke="#fff" '
        f'stroke-width="3" stroke-linejoin="round" paint-order="stroke">{html.escape(text)}</text>'
    )


SHAPES: dict[str, Callable[[Canvas, Plot, float], float]] = {
    "stacked": draw_stacked,
    "area": draw_area,
    "slope": draw_slope,
    "multiples": draw_multiples,
    "pyramid": draw_pyramid,
    "table": draw_table,
    "map": draw_map,
}
