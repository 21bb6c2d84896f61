"""Numbers that a chapter's text takes from its results, so that the two cannot part."""

from __future__ import annotations

from myst_nb import glue


def numbers(prefix: str, **values: float) -> None:
    """Make numbers available to a chapter's text.

    `numbers("t3", final_loss=0.12)` is written as {glue:text}`t3-final-loss:.2f`.

    Parameters
    ----------
    prefix
        The chapter's, as names are shared by the whole book.
    values
        Whole numbers stay whole; others become Python floats, which text formats understand.
    """
    for name, value in values.items():
        number = int(value) if float(value).is_integer() and not isinstance(value, float) else float(value)
        glue(f"{prefix}-{name.replace('_', '-')}", number, display=False)
