"""What a run left behind, told in the same words for both sides, and how two of them are compared."""

import math
from typing import NamedTuple, Optional

# Relative difference at which numbers count as equal: sheets show 15 digits.
TOLERANCE = 1e-9
# Differing cells that a report shows.
SHOWN = 8


class Outcome(NamedTuple):
    """The end of a run. `sheets` holds (name, {reference: value}) in order; a value is a number, a boolean or a text."""

    # Why this side cannot be compared; the other fields then mean nothing.
    unusable: Optional[str] = None
    error: Optional[int] = None
    returned: str = ""
    sheets: tuple = ()


def unusable(reason):
    return Outcome(unusable=reason)


def same_value(left, right):
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return math.isclose(left, right, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return left == right


def number_of(text):
    try:
        return float(text)
    except ValueError:
        return None


def same_text(left, right):
    """Texts, or numbers written with other last digits."""
    numbers = number_of(left), number_of(right)
    return left == right or (None not in numbers and same_value(*numbers))


def place(reference):
    """A reference in the order of reading: row, then column."""
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters):]), len(letters), letters


def cell_differences(name, left, right):
    for reference in sorted(left.keys() | right.keys(), key=place):
        one, other = left.get(reference), right.get(reference)
        if not same_value(one, other):
            yield f"{name}!{reference}: LibreOffice {one!r}, Daylight {other!r}"


def differences(office, daylight):
    """What differs, a line each; empty when the two agree."""
    found = []
    if office.error != daylight.error:
        found.append(f"error that ended the run: LibreOffice {office.error}, Daylight {daylight.error}")
    elif office.error is None and not same_text(office.returned, daylight.returned):
        found.append(f"return: LibreOffice {office.returned!r}, Daylight {daylight.returned!r}")
    names = [[name for name, _ in side.sheets] for side in (office, daylight)]
    if names[0] != names[1]:
        found.append(f"sheets: LibreOffice {names[0]}, Daylight {names[1]}")
    cells = dict(daylight.sheets)
    for name, left in office.sheets:
        found.extend(cell_differences(name, left, cells.get(name, {})))
    return found[:SHOWN] + ([f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else [])
