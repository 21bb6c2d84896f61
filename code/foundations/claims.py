"""Claims: sentences bound to results, and what the results say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from foundations import profiles
from foundations.effects import Effect, Measured
from foundations.errors import VerdictError
from foundations.statistics import UNDECIDED, Judgement, Verdict, holm
from foundations.typeset import capitalized, typeset

TOLERATED = 0.1
"""The share of verdicts that may differ on another processor: about twice what was seen on one."""


class HasClaims(Protocol):
    """A study, as far as claims go."""

    @property
    def claims(self) -> Sequence[Claim]:
        """The study's conclusions."""
        ...


class Judged(Measured, Protocol):
    """A study's results."""

    @property
    def study(self) -> HasClaims:
        """Whose results they are."""
        ...


@dataclass(frozen=True)
class Claim:
    """A conclusion of a chapter, bound to results.

    Attributes
    ----------
    id
        Lower case with hyphens; the claim's address.
    sentence
        What is claimed. It stands here and nowhere else.
    effect
        What it is judged by.
    predicted
        The verdict expected before the reporting seeds were run; None for a claim that was added after they were.
    recorded
        The verdict that the prose was written for.
    reason
        Of a refuted claim, the reason that the prose relies on, such as "the opposite"; empty if on none.
    margin_reason
        Why the margin is not the book-wide one.
    folklore
        Whether the sentence is what tutorials usually say, rather than what the chapter concludes.
    elsewhere
        The verdict that the same seeds are known to get on another processor, if it is not the recorded one; the prose
        holds for both.
    """

    id: str
    sentence: str
    effect: Effect
    predicted: Verdict | None
    recorded: Verdict
    reason: str = ""
    margin_reason: str = ""
    folklore: bool = False
    elsewhere: Verdict | None = None

    @property
    def expectation(self) -> str:
        """The predicted verdict in a word."""
        return self.predicted or "none"

    @property
    def record(self) -> str:
        """What the prose was written for, in words."""
        return in_words(self.recorded, self.reason)

    def judge(self, results: Measured) -> Outcome:
        """Return what the results say; in a preview that is nothing."""
        judged = profiles.current() is profiles.Profile.FULL
        return Outcome(self, self.effect.judge(results) if judged else None)


def in_words(verdict: Verdict, reason: str) -> str:
    """Return a verdict, with its reason if it has one."""
    return f"{verdict} ({reason})" if reason else str(verdict)


@dataclass(frozen=True)
class Outcome:
    """A claim with its judgement, which is None in a preview; a chapter shows it as a card."""

    claim: Claim
    judgement: Judgement | None

    @property
    def differs(self) -> bool:
        """Whether the verdict, or the reason that counts, is another than the prose was written for."""
        if self.judgement is None or self.judgement.verdict == self.claim.elsewhere:
            return False
        reason = self.claim.reason
        return self.judgement.verdict != self.claim.recorded or bool(reason and self.judgement.reason != reason)

    @property
    def contradicts(self) -> bool:
        """Whether the verdict is decided, and otherwise than a known one is.

        Another processor rounds differently, which is as good as other seeds: an effect near an edge may then be
        decided in one build and left open in the other, but hardly ever decided in opposite ways.
        """
        if not self.differs or self.judgement is None:
            return False
        found = self.judgement.verdict
        decided = {self.claim.recorded, self.claim.elsewhere} - {None, Verdict.INCONCLUSIVE}
        if found is Verdict.INCONCLUSIVE or not decided:
            return False
        return found not in decided or UNDECIDED not in (self.claim.reason, self.judgement.reason)

    def enforce(self) -> Outcome:
        """Return the outcome; in a strict build raise if the verdict contradicts a known one.

        Raises
        ------
        VerdictError
            Naming the claim, both verdicts and the effect.
        """
        if self.contradicts and profiles.strict():
            raise VerdictError(
                f"claim {self.claim.id!r} is recorded as {self.claim.record}, "
                f"but the results say: {self.verdict}, {self.effect}"
            )
        return self

    @property
    def verdict(self) -> str:
        """The verdict in words, with the reason of a refutation."""
        if self.judgement is None:
            return "not evaluated in a preview"
        return in_words(self.judgement.verdict, self.judgement.reason)

    @property
    def effect(self) -> str:
        """The effect with its interval and unit, in words."""
        if self.judgement is None:
            return ""
        return self.claim.effect.show_estimate(self.judgement.estimate)

    @property
    def basis(self) -> str:
        """What the effect is, its margin, how many seeds, and what was predicted, in words."""
        effect = self.claim.effect
        margin = f"margin {effect.show(effect.margin, signed=False)} {effect.unit}"
        if self.claim.margin_reason:
            margin += f" ({self.claim.margin_reason})"
        parts = [effect.label, margin]
        if self.judgement is not None:
            parts.append(f"{self.judgement.estimate.count} seeds, 95% interval")
        added = " (added after the results)" if self.claim.predicted is None else ""
        parts.append(f"predicted: {self.claim.expectation}{added}")
        if self.differs:
            parts.append(f"differs on this machine: recorded as {self.claim.record}")
        elif self.judgement is not None and self.claim.elsewhere:
            here = self.judgement.verdict == self.claim.elsewhere
            parts.append(f"on another processor: {self.claim.record if here else self.claim.elsewhere}")
        return "; ".join(parts)

    def _repr_html_(self) -> str:
        state = "unevaluated" if self.judgement is None else self.judgement.verdict
        kind = "Folklore" if self.claim.folklore else "Claim"
        verdict = capitalized(self.verdict)
        link = f'<a class="claim-link" href="#claim-{self.claim.id}" aria-label="Link to this claim">#</a>'
        return (
            f'<aside class="claim claim-{state}" id="claim-{self.claim.id}" aria-label="{kind}">'
            f'<p class="claim-sentence">{typeset(self.claim.sentence)} {link}</p>'
            f'<p class="claim-verdict"><strong>{typeset(verdict)}.</strong> {typeset(self.effect)}</p>'
            f'<p class="claim-details">{typeset(self.basis)}.</p></aside>'
        )


def enforce_all(outcomes: Sequence[Outcome]) -> None:
    """In a strict build raise if a verdict contradicts the recorded one, or if many differ from it.

    Raises
    ------
    VerdictError
        Naming the first claim that contradicts its record, or all that differ where they are more than a tenth.
    """
    different = [outcome.enforce().claim.id for outcome in outcomes if outcome.differs]
    if len(different) > TOLERATED * len(outcomes) and profiles.strict():
        raise VerdictError(
            f"{len(different)} of {len(outcomes)} verdicts differ from the recorded ones, more than another processor "
            f"explains: {', '.join(different)}"
        )


def evaluate_all(studies: Sequence[Judged]) -> list[tuple[Outcome, float | None]]:
    """Return every claim's outcome with its p value, adjusted over all of them (Holm); in a preview without."""
    outcomes = [claim.judge(results) for results in studies for claim in results.study.claims]
    judged = [outcome.judgement.p for outcome in outcomes if outcome.judgement is not None]
    adjusted = iter(holm(judged).tolist())
    return [(outcome, next(adjusted) if outcome.judgement else None) for outcome in outcomes]
