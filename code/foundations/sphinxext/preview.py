"""The bar on every page of a preview, whose numbers come from too little training to mean anything."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

PROFILE = "FOUNDATIONS_PROFILE"
"""The environment variable that chooses a preview."""

NOTICE = "Preview: trained with few seeds and epochs; verdicts are not evaluated."


def announce(app: Sphinx, config: Config) -> None:
    """Set the theme's announcement when the profile is ``preview``, and take it away otherwise."""
    del app
    if os.environ.get(PROFILE) == "preview":
        config.html_theme_options["announcement"] = NOTICE
    elif config.html_theme_options.get("announcement") == NOTICE:
        del config.html_theme_options["announcement"]


def setup(app: Sphinx) -> None:
    """Connect before the theme reads its options."""
    app.connect("config-inited", announce, priority=100)
