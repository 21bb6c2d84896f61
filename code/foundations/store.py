"""The run store: finished runs and measurements, one file each, under keys that hash what determines them.

A file is a NumPy archive without pickle. It is written beside its place and moved there in one step, so that a build
which is killed leaves whole files only. Each carries a checksum; one that is damaged is set aside, as if it were
missing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foundations import data
from foundations.errors import StoreError
from foundations.fingerprint import digest, fingerprint, versions
from foundations.runs import Provenance, Run, Weights, covers, trajectory
from foundations.specs import RunSpec

Arrays = Mapping[str, NDArray[Any]]
RUNS, MEASUREMENTS, DAMAGED = "runs", "measurements", "damaged"


def default_root() -> Path:
    """Return where results live: the variable FOUNDATIONS_RUNS, else `.runs` in the book's folder, else here."""
    if chosen := os.environ.get("FOUNDATIONS_RUNS"):
        return Path(chosen)
    book = Path(__file__).parents[2]
    return (book if (book / "_toc.yml").exists() else Path.cwd()) / ".runs"


def describe(spec: RunSpec) -> dict[str, Any]:
    """Return a spec as JSON-like content, which is the same for specs that are equal."""
    return {**_settings(spec), "optimizer": {"name": spec.optimizer.name, **_settings(spec.optimizer)}}


def _settings(part: Any) -> dict[str, Any]:
    """Return the settings of a spec and of its parts; a rate is a float, even if it was given as 0 or 1."""
    settings = {}
    for setting in dataclasses.fields(part):
        value = getattr(part, setting.name)
        if dataclasses.is_dataclass(value):
            value = _settings(value)
        settings[setting.name] = 0.0 + value if setting.type == "float" else value
    return settings


def circumstances() -> dict[str, Any]:
    """Return what determines a run beside its spec: the data, the library versions, and the training code.

    The variable XLA_FLAGS counts where it is set, as it tells the compiler how to round.
    """
    checksum = data.checksum(data.source())
    flags = {"flags": os.environ["XLA_FLAGS"]} if os.environ.get("XLA_FLAGS") else {}
    return {"data": checksum, "versions": versions(), "code": fingerprint("foundations.training"), **flags}


def run_key(spec: RunSpec) -> str:
    """Return the key of a run: a hash of its trajectory and of the circumstances."""
    return digest({"spec": describe(trajectory(spec)), **circumstances()})


@dataclass(frozen=True)
class Entry:
    """One file of the store: its kind and key, its size in bytes, and what it says of itself."""

    kind: str
    key: str
    path: Path
    size: int
    about: dict[str, Any]


class RunStore:
    """Finished runs and measurements in a folder.

    Parameters
    ----------
    root
        The folder, made when something is first written.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = default_root() if root is None else root

    def prepare(self) -> None:
        """Make the folder and show that it can be written to.

        Raises
        ------
        StoreError
            If it cannot.
        """
        with _writing(self.root):
            for kind in (RUNS, MEASUREMENTS):
                (self.root / kind).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root):
                pass

    def path(self, kind: str, key: str) -> Path:
        """Return where the file of a key is, or would be."""
        return self.root / kind / key[:2] / f"{key}.npz"

    # Runs

    def held(self, spec: RunSpec) -> RunSpec | None:
        """Return the spec of what is stored of a trajectory, if anything is, by what its file says of itself."""
        about = self._about(self.path(RUNS, run_key(spec)))
        return None if about is None else _whole(spec, about)

    def has(self, spec: RunSpec) -> bool:
        """Whether a run of `spec` is stored."""
        held = self.held(spec)
        return held is not None and covers(held, spec)

    def get(self, spec: RunSpec) -> Run | None:
        """Return the run of `spec`, or None if it is not stored or was damaged."""
        content = self.read(RUNS, run_key(spec))
        if content is None:
            return None
        run = _unpack(_whole(spec, content[1]), *content)
        return run.prefix(spec) if run.answers(spec) else None

    def put(self, run: Run) -> None:
        """Store a run, in place of a shorter one of the same trajectory.

        Curves share an array, and so do the snapshots of a layer: a file of few arrays is read several times as fast.
        """
        arrays = {"history": np.array([*run.history.values()])}
        arrays |= {f"weights/{i}": array for i, array in enumerate(run.weights)}
        layers = enumerate(zip(*run.snapshots.values(), strict=True))
        arrays |= {f"snapshots/{i}": np.stack(kept) for i, kept in layers}
        about = {
            "spec": describe(run.spec),
            "history": [*run.history],
            "snapshots": [*run.snapshots],
            "best_epoch": run.best_epoch,
            "provenance": dataclasses.asdict(run.provenance),
        }
        self.write(RUNS, run_key(run.spec), arrays, about)

    # Files

    def read(self, kind: str, key: str) -> tuple[dict[str, NDArray[Any]], dict[str, Any]] | None:
        """Return the arrays of a key and what its file says of itself, or None; set a damaged file aside."""
        path = self.path(kind, key)
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise StoreError(f"the run store must be readable. Received: {str(path)!r} ({error.strerror})") from error
        if (whole := _unless_damaged(content)) is None:
            self._set_aside(path)
        return whole

    def write(self, kind: str, key: str, arrays: Arrays, about: Mapping[str, Any]) -> None:
        """Write a file in one step; if that fails or is interrupted, leave nothing."""
        path = self.path(kind, key)
        labels = {"about": json.dumps(about, sort_keys=True), "checksum": _checksum(arrays, about)}
        with _writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=path.parent, prefix=".part-") as folder:
                part = Path(folder) / path.name
                with part.open("xb") as file:
                    np.savez(file, allow_pickle=False, **arrays, **labels)
                    file.flush()
                    os.fsync(file.fileno())
                part.replace(path)

    def oldest(self) -> int | None:
        """Return when the oldest stored run was written, in nanoseconds of the file system's clock, if there is one."""
        return min((path.stat().st_mtime_ns for path in (self.root / RUNS).glob("??/*.npz")), default=None)

    def entries(self) -> Iterator[Entry]:
        """Yield what is stored, in the order of the keys; of unreadable files an empty description."""
        for kind in (RUNS, MEASUREMENTS):
            for path in sorted((self.root / kind).glob("??/*.npz")):
                yield Entry(kind, path.stem, path, path.stat().st_size, self._about(path) or {})

    def verify(self) -> list[Path]:
        """Read every file; set the damaged ones aside and return where they were."""
        found = [(entry.kind, entry.key, entry.path) for entry in self.entries()]
        return [path for kind, key, path in found if self.read(kind, key) is None]

    def delete(self, entries: Iterable[Entry]) -> None:
        """Delete some of what is stored."""
        for entry in entries:
            with _writing(entry.path):
                entry.path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Delete everything in the store."""
        for kind in (RUNS, MEASUREMENTS, DAMAGED):
            if (self.root / kind).exists():
                with _writing(self.root / kind):
                    shutil.rmtree(self.root / kind)

    def _set_aside(self, path: Path) -> None:
        with _writing(path):
            (self.root / DAMAGED).mkdir(exist_ok=True)
            path.replace(self.root / DAMAGED / path.name)

    @staticmethod
    def _about(path: Path) -> dict[str, Any] | None:
        """Return what a file says of itself, without reading its arrays."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                about: dict[str, Any] = json.loads(str(archive["about"]))
                return about
        except Exception:  # what a missing or damaged file raises is open-ended, as below
            return None


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Name the path in the error if it cannot be written."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"the run store must be writable. Received: {str(path)!r} ({error.strerror})") from error


def _unless_damaged(content: bytes) -> tuple[dict[str, NDArray[Any]], dict[str, Any]] | None:
    """Return the arrays of a file and what it says of itself, or None if its checksum is another."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files if name not in ("about", "checksum")}
            about, stated = json.loads(str(archive["about"])), str(archive["checksum"])
        return (arrays, about) if stated == _checksum(arrays, about) else None
    except Exception:  # what damage raises is open-ended: BadZipFile, zlib.error, struct.error, RuntimeError, …
        return None


def _checksum(arrays: Arrays, about: Mapping[str, Any]) -> str:
    """Return a hash of names, types, shapes and bytes."""
    total = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        total.update(f"{name}|{array.dtype.str}|{array.shape}|".encode())
        total.update(array.data)
    return total.hexdigest()


def _whole(spec: RunSpec, about: Mapping[str, Any]) -> RunSpec:
    """Return the spec that was trained, which is of the same trajectory as `spec`."""
    stored = about["spec"]
    return dataclasses.replace(spec, epochs=stored["epochs"], snapshots=tuple(stored["snapshots"]))


def _unpack(spec: RunSpec, arrays: Arrays, about: Mapping[str, Any]) -> Run:
    """Return the run that `put` took apart."""

    def parts(prefix: str) -> Weights:
        return tuple(arrays[f"{prefix}/{i}"] for i in range(sum(name.startswith(f"{prefix}/") for name in arrays)))

    snapshots: Iterator[Weights] = zip(*parts("snapshots"), strict=True)
    return Run(
        spec=spec,
        history=dict(zip(about["history"], arrays["history"], strict=True)),
        weights=parts("weights"),
        snapshots=dict(zip(about["snapshots"], snapshots, strict=True)),
        best_epoch=about["best_epoch"],
        provenance=Provenance(**about["provenance"]),
    )
