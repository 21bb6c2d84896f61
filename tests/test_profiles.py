"""The two profiles of a build, and strictness."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundations import profiles
from foundations.errors import FoundationsError
from foundations.profiles import Profile
from foundations.runs import trajectory
from foundations.specs import RunSpec, baseline

SMALL = baseline.vary(train_size=64)  # two steps an epoch


@st.composite
def specs(draw: st.DrawFn) -> RunSpec:
    """Draw a run of any length, with snapshots anywhere in it."""
    every = draw(st.integers(1, 5))
    spec = SMALL.vary(epochs=every * draw(st.integers(1, 12)), evaluate_every=every)
    return spec.vary(snapshots=tuple(draw(st.sets(st.integers(0, spec.steps)))))


@given(specs(), st.integers(1, 100))
def test_the_full_profile_changes_nothing(spec: RunSpec, seeds: int) -> None:
    """In the full profile all seeds and epochs are trained."""
    assert (spec, seeds) == (Profile.FULL.shorten(spec), Profile.FULL.seeds(seeds))


@given(st.integers(1, 100))
def test_a_preview_has_two_seeds(seeds: int) -> None:
    """In a preview two seeds are trained, or the one that there is."""
    assert min(seeds, 2) == Profile.PREVIEW.seeds(seeds)


@given(specs())
def test_a_preview_is_the_first_quarter(spec: RunSpec) -> None:
    """A preview trains a quarter of the evaluations, rounded up, of the same trajectory, and keeps what falls in it."""
    short = Profile.PREVIEW.shorten(spec)
    assert trajectory(spec).vary(evaluate_images=500) == trajectory(short)
    evaluations, quarter = spec.epochs // spec.evaluate_every, short.epochs // spec.evaluate_every
    assert 4 * (quarter - 1) < evaluations <= 4 * quarter
    assert [step for step in spec.snapshots if step <= short.steps] == [*short.snapshots]


@pytest.mark.parametrize(("size", "expected"), [(50_000, 1_000), (1_001, 1_000), (1_000, 1_000), (64, 64)])
def test_a_preview_trains_on_fewer_images(size: int, expected: int) -> None:
    """A preview trains on the first thousand images, and at least a batch."""
    spec = baseline.vary(train_size=size, snapshots=(0, 2))
    short = Profile.PREVIEW.shorten(spec)
    assert (expected, 5) == (short.data.train_size, short.epochs)
    assert (0, 2) == short.snapshots
    assert spec == Profile.FULL.shorten(spec)
    large = Profile.PREVIEW.shorten(baseline.vary(batch_size=20_000))
    assert (20_000, 20_000) == (large.batch_size, large.data.train_size)


@pytest.mark.parametrize(("depth", "expected"), [(0, 0), (1, 1), (4, 4), (16, 4)])
def test_a_preview_has_shallower_networks(depth: int, expected: int) -> None:
    """A deep network has its first four hidden layers in a preview."""
    widths = tuple(range(100, 100 - depth, -1))
    assert widths[:expected] == Profile.PREVIEW.shorten(baseline.vary(hidden=widths)).model.hidden


def test_widths_of_a_preview() -> None:
    """Layers wider than the baseline's have its width in a preview, those of few units 32, and others their own."""
    assert (128, 32, 32, 64) == Profile.PREVIEW.shorten(baseline.vary(hidden=(512, 8, 32, 64))).model.hidden


@pytest.mark.parametrize(("count", "expected"), [(5_000, 250), (500, 50), (50, 50), (30, 30)])
def test_a_preview_measures_on_fewer_images(count: int, expected: int) -> None:
    """A costly measurement reads a twentieth of its images in a preview, or fifty, or all if there are fewer."""
    assert (count, expected) == (Profile.FULL.images(count), Profile.PREVIEW.images(count))


@pytest.mark.parametrize(("epochs", "every", "expected"), [(1, 1, 1), (5, 1, 2), (20, 1, 5), (40, 5, 10), (5, 5, 5)])
def test_epochs_of_a_preview(epochs: int, every: int, expected: int) -> None:
    """Twenty epochs become five; a short run keeps an evaluation."""
    assert expected == Profile.PREVIEW.shorten(SMALL.vary(epochs=epochs, evaluate_every=every)).epochs


@pytest.mark.parametrize(("name", "expected"), [("full", Profile.FULL), ("preview", Profile.PREVIEW)])
def test_profile_is_named_by_the_environment(name: str, expected: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    """FOUNDATIONS_PROFILE chooses the profile."""
    monkeypatch.setenv("FOUNDATIONS_PROFILE", name)
    assert expected is profiles.current()


def test_profile_is_full_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without FOUNDATIONS_PROFILE everything is trained."""
    monkeypatch.delenv("FOUNDATIONS_PROFILE", raising=False)
    assert Profile.FULL is profiles.current()


@pytest.mark.parametrize("name", ["", "Full", "quick", "full "])
def test_unknown_profile_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another name is refused, with what would be right."""
    monkeypatch.setenv("FOUNDATIONS_PROFILE", name)
    with pytest.raises(FoundationsError) as caught:
        profiles.current()
    assert f"FOUNDATIONS_PROFILE must be one of full, preview. Received: {name!r}" == str(caught.value)


@pytest.mark.parametrize(("value", "expected"), [(None, False), ("", False), ("0", False), ("1", True), ("yes", True)])
def test_strictness(value: str | None, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build is strict if STRICT is set, to anything but 0 or nothing."""
    monkeypatch.delenv("STRICT", raising=False)
    if value is not None:
        monkeypatch.setenv("STRICT", value)
    assert expected == profiles.strict()
