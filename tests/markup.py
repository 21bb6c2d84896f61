"""HTML as a reader sees it."""

from __future__ import annotations

import re


def tagless(html: str) -> str:
    """Return HTML without its tags."""
    return re.sub("<[^>]*>", "", html)
