"""What test images that networks like to misread look like to the authors of this book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from foundations import data


class Opinion(StrEnum):
    """Whether we would have given an image its label."""

    CLEAR = "label clear"
    ODD = "label right, writing odd"
    ARGUABLE = "label arguable"
    NONE = "none"


@dataclass(frozen=True)
class Look:
    """What one test image looks like.

    Attributes
    ----------
    opinion
        Whether we would have given it its label.
    words
        What we saw, without having seen what the writer meant.
    """

    opinion: Opinion
    words: str


_CLEAR, _ODD, _ARGUABLE, _NONE = Opinion
UNSEEN = Look(_NONE, "we have not looked at it")
SEEN: Mapping[int, Look] = {
    247: Look(_ODD, "looks like a 4 leaning to the right, its foot thin"),
    321: Look(_ODD, "looks like a 2 whose foot is very short"),
    340: Look(_ARGUABLE, "looks like a 5 without its upper bar, or the lower part of a 3"),
    495: Look(_CLEAR, "looks like a thick 8"),
    582: Look(_ODD, "looks like an 8 that is open at the top and at the bottom"),
    619: Look(_ODD, "looks like one very thick stroke, hence a 1"),
    720: Look(_CLEAR, "looks like a 5 whose bowl nearly closes"),
    947: Look(_ARGUABLE, "looks like a 9: what would be the lower loop of an 8 is solid ink"),
    1014: Look(_ODD, "looks like a 6 lying on its side"),
    1112: Look(_ODD, "looks like a thick 4 whose strokes have run together"),
    1226: Look(_ODD, "looks like a 7 crossed at its very foot"),
    1242: Look(_ARGUABLE, "looks like a 4 closed at the top, or a pointed 9"),
    1247: Look(_ODD, "looks like a 9 with a small loop and a long curl"),
    1319: Look(_ODD, "looks like an 8 with a small upper loop"),
    1393: Look(_ARGUABLE, "looks like one curved stroke, half of a 5 or of a 3"),
    1395: Look(_ODD, "looks like a 2 in double lines"),
    1530: Look(_ARGUABLE, "looks like a 7 with a short second stroke, or an 8 filled with ink"),
    1681: Look(_ODD, "looks like a 3 with a small lower bowl"),
    1901: Look(_ARGUABLE, "looks like a 4, because the loop of a 9 is open"),
    2053: Look(_ARGUABLE, "looks like a 4 closed at the top, or a 9"),
    2387: Look(_CLEAR, "looks like a narrow 9"),
    2654: Look(_ARGUABLE, "looks like a 6 whose loop is missing, or a letter"),
    3073: Look(_ODD, "looks like a 1 with a long flag and a long foot, nearly a 2"),
    3117: Look(_ODD, "looks like an angular 5"),
    3503: Look(_CLEAR, "looks like a narrow 9"),
    3520: Look(_ODD, "looks like a 6 lying on its back, its loop filled"),
    3558: Look(_ARGUABLE, "looks like a blotted 5 closed to an 8 or a 0"),
    4199: Look(_ARGUABLE, "looks like a 7 with a short bar, or a 1 with a flag"),
    4201: Look(_ARGUABLE, "looks like a 1 with a flag, or a 7"),
    4248: Look(_CLEAR, "looks like a narrow 2"),
    4289: Look(_CLEAR, "looks like a wide 2"),
    4807: Look(_CLEAR, "looks like an 8 with a small upper loop"),
    4880: Look(_ODD, "looks like a 0 with a blot inside"),
    5676: Look(_ODD, "looks like a 4 beside stray ink"),
    5749: Look(_ODD, "looks like an 8 that is open at the top, its lower loop filled"),
    5937: Look(_ODD, "looks like a 5 whose upper half is filled with ink"),
    5973: Look(_CLEAR, "looks like a 3 with curled ends"),
    6597: Look(_ODD, "looks like a 0 whose left side has faded"),
    6755: Look(_ARGUABLE, "looks like a 9, or an 8 whose lower loop is a stroke"),
    8527: Look(_ARGUABLE, "looks like a blot with a hole, a 4 or a 9"),
    9009: Look(_CLEAR, "looks like a crossed 7"),
    9015: Look(_ODD, "looks like a 7 crossed low by a long bar"),
    9024: Look(_CLEAR, "looks like a crossed 7"),
    9587: Look(_CLEAR, "looks like a 9 below a speck of ink"),
    9679: Look(_ODD, "looks like a 6 broken into three strokes"),
    9729: Look(_ARGUABLE, "looks like a 6, with a small loop at its foot"),
    9745: Look(_ODD, "looks like a slanted 4 of nearly parallel strokes"),
    9770: Look(_ODD, "looks like a 5 that curls into a loop at its foot"),
}
"""By the image's number in the test set, counted from 0. We looked at the labels while we wrote this."""


def look(index: int) -> Look:
    """Return what we saw in a test image, or `UNSEEN` if we did not look, or if the test set is not MNIST's."""
    packaged = data.checksum(data.source()) == data.PACKAGED_SHA256
    return SEEN.get(index, UNSEEN) if packaged else UNSEEN
