"""The last characters of official numbers, by which a slip of the pen shows. Plain module."""

from __future__ import annotations

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015, 5.6: digits and capitals without I, O, S, V, Z; a character's value is its index."""

USCC_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))

IDENTITY_CHARACTERS = "10X98765432"
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11643-1999: ISO 7064, MOD 11-2."""


def of_uscc(body: str) -> str:
    """Return the 18th character of a unified social credit code for its first 17.

    Raises:
        ValueError: ``body`` holds a character outside :data:`USCC_ALPHABET`, or is not of 17.
    """
    values = map(USCC_ALPHABET.index, body)
    return USCC_ALPHABET[-sum(value * weight for value, weight in zip(values, USCC_WEIGHTS, strict=True)) % 31]


def of_identity_number(body: str) -> str:
    """Return the 18th character of an identity number for its first 17.

    Raises:
        ValueError: ``body`` is not of 17 digits.
    """
    values = map(int, body)
    return IDENTITY_CHARACTERS[sum(value * weight for value, weight in zip(values, IDENTITY_WEIGHTS, strict=True)) % 11]
