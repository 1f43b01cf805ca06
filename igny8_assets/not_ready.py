"""The one refusal that every domain shares."""


class NotReady(Exception):
    """The work cannot be done as things stand; the message says what is missing and what to do."""
