"""Plain text as HTML: apostrophes, minus signs, and values that no line breaks."""

from __future__ import annotations

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundations.typeset import NO_BREAK, capitalized, joined, minus, numbered, typeset
from markup import tagless


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.97 ± 0.01", '<span class="unbroken">0.97 ± 0.01</span>'),
        ("λ = 1e-4, late", '<span class="unbroken">λ = 1e-4</span>, late'),
        ("< 0.0001", '<span class="unbroken">&lt; 0.0001</span>'),
        (
            "+0.03 points [−0.13, +0.20]",
            '<span class="unbroken">+0.03 points</span> <span class="unbroken">[−0.13, +0.20]</span>',
        ),
        ("a < b & 12 units", "a &lt; b &amp; 12 units"),
        ("-0.5 to 784-128-10", "−0.5 to 784-128-10"),
        ("Adam's and the networks' 'own'", "Adam’s and the networks’ &#x27;own’"),
    ],
)
def test_values_are_set(text: str, expected: str) -> None:
    """A number stays with its name, exponent, deviation and unit; an interval is whole; negative ones have a minus."""
    assert expected == typeset(text)


@given(st.text())
def test_other_characters_are_kept(text: str) -> None:
    """Without its tags the HTML reads as the text, but for apostrophes and minus signs."""
    found = unescape(tagless(typeset(text)))
    assert text.replace("'", "’").replace("-", "−") == found.replace("'", "’").replace("-", "−")


def test_capital_is_the_first_letter_alone() -> None:
    """Only the first letter changes, and an empty text has none."""
    assert ["Momentum", "AdamW", "Not evaluated in SGD", ""] == [
        *map(capitalized, ("momentum", "AdamW", "not evaluated in SGD", ""))
    ]


def test_minus_leaves_exponents() -> None:
    """A hyphen before a digit is a minus, but not that of an exponent or within a word."""
    assert "−0.5, 1e-05, t-test" == minus("-0.5, 1e-05, t-test")


def test_words_stay_with_the_numbers_after_them() -> None:
    """Of a name neither a number before a word nor a sign before a number is joined."""
    assert numbered("patience 3, 8 units, λ = 1e-4") == f"patience{NO_BREAK}3, 8 units, λ = 1e-4"


def test_names_stay_with_their_numbers() -> None:
    """A word that a number belongs to is not parted from it; other spaces stay."""
    assert joined("Task 3 of Sun et al., Figure T1.5, a task 3") == (
        f"Task{NO_BREAK}3 of Sun et{NO_BREAK}al., Figure{NO_BREAK}T1.5, a task 3"
    )
