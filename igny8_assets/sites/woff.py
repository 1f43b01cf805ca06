"""Packs a TrueType font as WOFF 1.0 (W3C Recommendation, 2012), which halves what a reader downloads.

Written out here because it is a table of offsets around zlib, and the library that would do it is larger than the site.
"""

import struct
import zlib

_SFNT_HEADER = 12
_SFNT_ENTRY = struct.Struct(">4sLLL")
_WOFF_HEADER = struct.Struct(">4sLLHHLHHLLLLL")
_WOFF_ENTRY = struct.Struct(">4sLLLL")


def pack_woff(font: bytes) -> bytes:
    """The WOFF file of a TrueType or OpenType font; the same font gives the same bytes."""
    flavour, count = struct.unpack(">LH", font[:6])
    offset = _WOFF_HEADER.size + count * _WOFF_ENTRY.size
    directory, body = b"", b""
    sfnt_size = _SFNT_HEADER + count * _SFNT_ENTRY.size
    for index in range(count):
        tag, checksum, start, length = _SFNT_ENTRY.unpack_from(font, _SFNT_HEADER + index * _SFNT_ENTRY.size)
        table = font[start : start + length]
        packed = min(table, zlib.compress(table, 9), key=len)  # equal lengths mean: not compressed
        directory += _WOFF_ENTRY.pack(tag, offset + len(body), len(packed), length, checksum)
        body += packed + b"\0" * (-len(packed) % 4)
        sfnt_size += length + (-length % 4)
    header = _WOFF_HEADER.pack(
        b"wOFF", flavour, offset + len(body), count, 0, sfnt_size, 1, 0, 0, 0, 0, 0, 0
    )  # no metadata, no private block
    return header + directory + body
