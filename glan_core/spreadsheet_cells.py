"""How does a text stand in a CSV file so that no spreadsheet takes it for a formula?

One that begins like a formula gets an apostrophe in front, which is taken off when the file comes back. So does one
that begins with apostrophes before such a sign, or it would come back without one.
"""

import re

_FORMULA = re.compile("'*[=+\\-@\t\r＝＋－＠]")


def guarded(cell: str) -> str:
    """Give a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """Give a cell as it was before it was guarded."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
