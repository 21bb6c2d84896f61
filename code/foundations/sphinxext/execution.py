"""Pages are executed once for each state of what they show: an edit of prose, captions included, executes nothing.

myst-nb keeps what an executed page gave in jupyter-cache, under a hash of the page's code. What that code gives also
depends on the package, the data, the installed versions, the kind of build and when it was trained. So each state of
these has a cache of its own, named by a hash, in a folder that is part of Sphinx's configuration: in another state,
Sphinx reads every page again, finds the cache empty, and executes. A chapter is never older than the package.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
from functools import partialmethod
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_cache import get_cache
from jupyter_cache.cache.main import JupyterCacheBase

import foundations
from foundations import profiles
from foundations.fingerprint import digest
from foundations.store import RunStore, circumstances

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

PACKAGE = Path(foundations.__file__).parent
_HASHED = JupyterCacheBase.create_hashed_notebook
_MERGED = JupyterCacheBase.merge_match_into_notebook
UNFINISHED = "unfinished"
"""The file in a cache of a build that has not ended; the cache of one that was killed may be damaged."""


def package_files(root: Path) -> list[Path]:
    """List the files below a package's folder that its behaviour can depend on, sorted."""
    files = (path for path in root.rglob("*") if path.is_file())
    return sorted(path for path in files if "__pycache__" not in path.parts and path.suffix != ".md")


def state(package: Path) -> dict[str, Any]:
    """Return what the outputs of a page's code depend on beside that code, as JSON-like content."""
    files = {path.relative_to(package).as_posix(): path.read_bytes() for path in package_files(package)}
    return {
        "package": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        "installed": sorted(f"{found.name} {found.version}" for found in distributions()),
        "python": platform.python_version(),
        "profile": profiles.current(),
        "strict": profiles.strict(),
        "trained": RunStore().oldest(),  # runs that are trained again are the same to the bit, but for their times
        **circumstances(),
    }


def choose(app: Sphinx, config: Config) -> None:
    """Name the cache of the present state."""
    folder = Path(app.outdir).parent / ".jupyter_cache"
    config.nb_execution_cache_path = str(folder / digest(state(Path(config.book_package))))


def prepare(app: Sphinx) -> None:
    """Make the chosen cache, before several processes use it, and remove those of other states."""
    chosen = Path(app.config.nb_execution_cache_path)
    for folder in chosen.parent.glob("*"):
        if folder != chosen or (folder / UNFINISHED).exists():
            shutil.rmtree(folder)
    get_cache(chosen).db.dispose()
    (chosen / UNFINISHED).touch()


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Note that the build has ended, well or not."""
    del exception
    (Path(app.config.nb_execution_cache_path) / UNFINISHED).unlink(missing_ok=True)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx, and let captions and alternative texts, which are metadata of cells, be no code."""
    JupyterCacheBase.create_hashed_notebook = partialmethod(_HASHED, cell_metadata=("tags",))
    JupyterCacheBase.merge_match_into_notebook = partialmethod(_MERGED, cell_meta=())
    app.add_config_value("book_package", str(PACKAGE), "", str)
    app.connect("config-inited", choose)
    app.connect("builder-inited", prepare)
    app.connect("build-finished", finish)
