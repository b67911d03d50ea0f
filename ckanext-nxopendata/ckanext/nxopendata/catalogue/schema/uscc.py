"""Unified social credit codes (GB 32100-2015): shape and check digit.

python-stdnum wants eight leading digits and so refuses the codes of rural collectives (``N2…``): hence our own.
"""

import re

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015, 5.6: digits and capitals without I, O, S, V, Z; a character's value is its index."""

LENGTH = 18
SHAPE = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")


def check_character(body: str) -> str:
    """The 18th character for the first 17.

    Raises:
        ValueError: ``body`` holds a character outside :data:`ALPHABET`.
    """
    total = sum(ALPHABET.index(character) * pow(3, position, 31) for position, character in enumerate(body))
    return ALPHABET[(31 - total % 31) % 31]


def is_valid(code: str) -> bool:
    """Whether ``code`` is 18 characters of the right shape with the right check character."""
    return bool(SHAPE.fullmatch(code)) and check_character(code[:-1]) == code[-1]
