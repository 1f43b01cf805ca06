"""Embedding vectors by the text that they stand for: computed once, whoever asks."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from igny8_resources.warehouse.tables.columns import Moment, Table


class TextVector(Table):
    """The vector of one text under one model; ``digest`` is a hash of the text, so no text of a tenant stands here."""

    __tablename__ = "text_vectors"

    model: Mapped[str] = mapped_column(String(120), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Moment]
