"""The errors that a reader can cause, and so should be able to read."""


class FoundationsError(ValueError):
    """A value that cannot be used; the message names it and what would be right."""


class DataError(FoundationsError):
    """A data file that is missing, damaged or not shaped like MNIST."""


class StoreError(FoundationsError):
    """A run store that cannot be read or written."""


class CheckError(AssertionError):
    """An exact fact that the book states does not hold; the build must stop."""


class VerdictError(AssertionError):
    """A claim's verdict differs from the one that the prose was written for."""
