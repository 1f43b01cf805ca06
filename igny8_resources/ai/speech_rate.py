"""How fast a voice is asked to speak, for providers that know a factor and not words a minute."""

NATURAL_WORDS_PER_MINUTE = 160.0  # about what neural voices speak English at when nobody asks for anything
_NOT_WORTH_ASKING = 0.05  # stretching sound costs quality; so little is not heard


def speed_for(words_per_minute: float, least: float, most: float) -> float:
    """The factor on a voice's own speed, between ``least`` and ``most``; 1.0 where its own will do."""
    factor = words_per_minute / NATURAL_WORDS_PER_MINUTE
    return 1.0 if abs(factor - 1) <= _NOT_WORTH_ASKING else round(min(max(factor, least), most), 2)
