"""A document that an article may rest on, as checks and renderers see it; what a model sees of it is ``writer.Source``."""

from igny8_resources.contracts.values import Value


class CitableSource(Value):
    """A source with all of its text; ``url`` is empty for a file that somebody handed in."""

    id: str
    title: str
    url: str
    text: str = ""

    @property
    def name(self) -> str:
        """What to call it: its title, else its address, else its id."""
        return self.title or self.url or self.id
