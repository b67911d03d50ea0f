"""Unified social credit codes (GB 32100-2015): shape and check digit.

python-stdnum wants eight leading digits and so refuses the codes of rural collectives (``N2…``): hence our own.
"""

import re

from ckanext.nxopendata.core.tabular.values.check_characters import USCC_ALPHABET as ALPHABET
from ckanext.nxopendata.core.tabular.values.check_characters import of_uscc as check_character

LENGTH = 18
SHAPE = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")


def is_valid(code: str) -> bool:
    """Whether ``code`` is 18 characters of the right shape with the right check character."""
    return bool(SHAPE.fullmatch(code)) and check_character(code[:-1]) == code[-1]
