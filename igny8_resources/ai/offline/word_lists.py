"""How the word lists of this package are written: plain words between spaces."""


def words_of(text: str) -> frozenset[str]:
    """The words of a list written as running text."""
    return frozenset(text.split())
