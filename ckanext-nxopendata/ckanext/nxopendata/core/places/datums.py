"""Positions in the datums of China: WGS-84, CGCS2000, GCJ-02 and BD-09. Plain module.

CGCS2000 and WGS-84 differ by centimetres (GB 22021-2008 takes the same ellipsoid but for its flattening) and are taken
for one. GCJ-02 shifts positions within China by 50 to 700 metres on purpose, BD-09 shifts those again; neither has a
published formula. The polynomials are those that public libraries have agreed on for years (eviltransform,
coordtransform), exact to about a metre; the way back is found by iteration, exact to a centimetre of the way there.
"""

from __future__ import annotations

import math
import re

WGS84, CGCS2000, GCJ02, BD09 = "wgs84", "cgcs2000", "gcj02", "bd09"
DATUMS = (WGS84, CGCS2000, GCJ02, BD09)
CHINA = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of where GCJ-02 shifts."""

AXIS, ECCENTRICITY = 6378245.0, 0.00669342162296594323
"""Of the Krasovsky ellipsoid, by which GCJ-02 is computed: metres, and the first eccentricity squared."""

SPIN = math.pi * 3000 / 180
EARTH = 6371008.8
"""Mean radius in metres."""

NAMES = (
    (BD09, re.compile(r"bd[-_ ]?09|百度", re.IGNORECASE)),
    (GCJ02, re.compile(r"gcj[-_ ]?02|火星|高德|腾讯|amap", re.IGNORECASE)),
    (CGCS2000, re.compile(r"cgcs[-_ ]?2000|(?:国家|大地|中国)2000|2000(?:国家)?大地", re.IGNORECASE)),
    (WGS84, re.compile(r"wgs[-_ ]?(?:19)?84|gps|epsg:4326|crs84", re.IGNORECASE)),
)

Point = tuple[float, float]


def find_datum(text: str) -> str:
    """Return the datum that a text names; "" where it names none, or more than one.

    >>> find_datum("经度（GCJ-02）"), find_datum("百度坐标"), find_datum("CGCS2000 经度"), find_datum("经度")
    ('gcj02', 'bd09', 'cgcs2000', '')
    """
    found = [name for name, pattern in NAMES if pattern.search(text)]
    return found[0] if len(found) == 1 else ""


def to_wgs84(point: Point, datum: str) -> Point:
    """Return longitude and latitude of a position in WGS-84.

    Args:
        datum: one of ``DATUMS``; of an unknown one the position is returned as it is.
    """
    if datum == BD09:
        return _undo(_bd09_to_gcj02(point))
    return _undo(point) if datum == GCJ02 else point


def from_wgs84(point: Point, datum: str) -> Point:
    """Return longitude and latitude of a WGS-84 position in a datum."""
    if datum == BD09:
        return _gcj02_to_bd09(_shift(point))
    return _shift(point) if datum == GCJ02 else point


def measure_offset(first: Point, second: Point) -> float:
    """Return the metres between two positions (haversine)."""
    (x1, y1), (x2, y2) = (tuple(map(math.radians, point)) for point in (first, second))
    half = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(half))


def _lies_in_china(point: Point) -> bool:
    return CHINA[0] < point[0] < CHINA[2] and CHINA[1] < point[1] < CHINA[3]


def _shift(point: Point) -> Point:
    if not _lies_in_china(point):
        return point
    longitude, latitude = point
    x, y = longitude - 105.0, latitude - 35.0
    root, waves = math.sqrt(abs(x)), (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    north += (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    east += (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    sine = math.sin(math.radians(latitude))
    magic = 1 - ECCENTRICITY * sine * sine
    north = math.degrees(north * magic * math.sqrt(magic) / (AXIS * (1 - ECCENTRICITY)))
    east = math.degrees(east * math.sqrt(magic) / (AXIS * math.cos(math.radians(latitude))))
    return longitude + east, latitude + north


def _undo(point: Point) -> Point:
    guess = point
    for _ in range(20):
        there = _shift(guess)
        guess = guess[0] - (there[0] - point[0]), guess[1] - (there[1] - point[1])
    return guess


def _gcj02_to_bd09(point: Point) -> Point:
    x, y = point
    distance = math.hypot(x, y) + 0.00002 * math.sin(y * SPIN)
    angle = math.atan2(y, x) + 0.000003 * math.cos(x * SPIN)
    return distance * math.cos(angle) + 0.0065, distance * math.sin(angle) + 0.006


def _bd09_to_gcj02(point: Point) -> Point:
    guess = point[0] - 0.0065, point[1] - 0.006
    for _ in range(20):
        there = _gcj02_to_bd09(guess)
        guess = guess[0] - (there[0] - point[0]), guess[1] - (there[1] - point[1])
    return guess
