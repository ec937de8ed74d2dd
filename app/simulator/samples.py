"""Small files that are what they say they are, so that players, viewers and type checks take them."""

from __future__ import annotations

import struct
import zlib

OPUS_SILENCE = b"\xf8\xff\xfe"  # one frame of 20 ms
OGG_POLYNOMIAL = 0x04C11DB7
VOICE_SECONDS = 3
PDF_OBJECTS = (
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 240]/Contents 5 0 R/Resources<</Font<</F 4 0 R>>>>>>",
    b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
)


def picture(width: int = 320, height: int = 240) -> bytes:
    """A PNG of an evening sky (RFC 2083)."""
    rows = bytearray()
    for y in range(height):
        dusk = y * 255 // height
        sun = [(x - width * 2 // 3) ** 2 + (y - height * 3 // 5) ** 2 < (height // 7) ** 2 for x in range(width)]
        sky = bytes((60 + dusk * 180 // 255, 90 + dusk * 70 // 255, 130 - dusk * 60 // 255))
        rows += b"\x00" + b"".join(b"\xfd\xee\xc8" if lit else sky for lit in sun)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def sticker(side: int = 512) -> bytes:
    """A lossless WebP of one colour: five codes of one symbol each, so its pixels take no bits at all (RFC 9649)."""
    bits, length = 0, 0
    fields = [(0x2F, 8), (side - 1, 14), (side - 1, 14), (0, 1), (0, 3), (0, 1), (0, 1), (0, 1)]
    for symbol in (0x5A, 0xEE, 0x2A, 0xFF):  # green, red, blue, opacity: sealing wax
        fields += [(1, 1), (0, 1), (1, 1), (symbol, 8)]
    fields += [(1, 1), (0, 1), (0, 1), (0, 1)]
    for value, width in fields:
        bits |= value << length
        length += width
    image = bits.to_bytes(length // 8 + 1, "little")
    image += b"\x00" * (len(image) % 2)
    chunk = b"WEBPVP8L" + struct.pack("<I", len(image)) + image
    return b"RIFF" + struct.pack("<I", len(chunk)) + chunk


def voice() -> bytes:
    """Three quiet seconds of Opus in Ogg, mono (RFC 7845)."""
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 1, 312, 48000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 6) + b"recado" + struct.pack("<I", 0)
    frames = [OPUS_SILENCE] * (VOICE_SECONDS * 50)
    pages = [ogg_page(0, 2, 0, [head]), ogg_page(1, 0, 0, [tags]), ogg_page(2, 4, VOICE_SECONDS * 48000, frames)]
    return b"".join(pages)


def ogg_page(number: int, flags: int, position: int, packets: list[bytes]) -> bytes:
    sizes = bytes(len(packet) for packet in packets)
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, position, 1, number, 0, len(sizes)) + sizes
    page = head + b"".join(packets)
    return page[:22] + struct.pack("<I", ogg_checksum(page)) + page[26:]


def ogg_checksum(page: bytes) -> int:
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ OGG_POLYNOMIAL if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


def document() -> bytes:
    """A PDF of one page with one line."""
    line = b"BT /F 20 Tf 40 120 Td (Presupuesto A-17: 749 EUR) Tj ET"
    file, places = b"%PDF-1.4\n", []
    for number, content in enumerate((*PDF_OBJECTS, b"<</Length %d>>stream\n%s\nendstream" % (len(line), line)), 1):
        places.append(len(file))
        file += b"%d 0 obj%sendobj\n" % (number, content)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(places) + 1
    return file + b"xref\n0 %d\n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, table, size, len(file))


def video() -> bytes:
    """The outside of an MP4: recognised as one, with nothing to play."""
    return struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"mp42", 0, b"mp42", b"isom") + struct.pack(">I4s", 8, b"mdat")


MIMES = {
    "image": "image/png", "audio": "audio/ogg; codecs=opus", "video": "video/mp4", "document": "application/pdf",
    "sticker": "image/webp",
}  # fmt: skip
FILES = {"image": picture, "audio": voice, "video": video, "document": document, "sticker": sticker}
