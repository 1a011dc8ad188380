"""Broken copies of a good document: each must be refused, and each says by whom."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reading import signature_hole


@dataclass(frozen=True)
class Breakage:
    """A way to break a file. `by_conformance`: the PDF/A judge must refuse it as well."""

    name: str
    change: Callable[[bytes], bytes]
    by_conformance: bool


def _replaced(data: bytes, pattern: bytes, replacement: bytes) -> bytes:
    """Replaces the first match by text of the same length, so that every offset stays right."""
    match = re.search(pattern, data, re.DOTALL)
    if match is None:
        raise ValueError(f"nothing to break: {pattern!r} does not occur")
    start, end = match.span(1)
    if end - start != len(replacement):
        raise ValueError(f"{replacement!r} is not as long as {match[1]!r}")
    return data[:start] + replacement + data[end:]


def without_relationship(data: bytes) -> bytes:
    """The key that ties the attachment to the document is gone."""
    return _replaced(data, rb"(/AFRelationship)", b"/XFRelationship")


def another_part(data: bytes) -> bytes:
    """The XMP claims another part of the standard."""
    return _replaced(data, rb"pdfaid:part[=>\"\s']*(\d)", b"1")


def _stream_bit(data: bytes, reference: bytes, what: str) -> bytes:
    """Changes one bit in the middle of the first stream that `reference` (one group: its number) leads to."""
    for match in re.finditer(reference, data, re.DOTALL):
        stream = re.search(
            rb"(?:^|[\r\n])" + match[1] + rb" 0 obj.*?stream\r?\n(.*?)endstream", data, re.DOTALL
        )
        if stream and len(stream[1]) > 8:
            place = stream.start(1) + len(stream[1]) // 2
            return data[:place] + bytes([data[place] ^ 0x01]) + data[place + 1 :]
    raise ValueError(f"nothing to break: no {what} was found")


def page_bit(data: bytes) -> bytes:
    """One bit of a page's content is another."""
    return _stream_bit(data, rb"/Contents\s*\[?\s*(\d+) 0 R", "page content")


def embedded_bit(data: bytes) -> bytes:
    """One bit of the embedded facts is another."""
    return _stream_bit(data, rb"/EF\s*<<\s*/U?F (\d+) 0 R", "embedded file")


BREAKAGES = [
    Breakage("AFRelationship removed", without_relationship, by_conformance=True),
    Breakage("XMP claims another part", another_part, by_conformance=True),
    Breakage("one bit of the page changed", page_bit, by_conformance=False),
    Breakage("one bit of the embedded facts changed", embedded_bit, by_conformance=False),
]


def added_page_text(path: Path, out: Path) -> None:
    """A later revision paints over the first page; the signed bytes stay as they were."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    with path.open("rb") as source:
        writer = IncrementalPdfFileWriter(source)
        paint = generic.StreamObject(stream_data=b"q 1 0 0 rg 100 400 300 100 re f Q")
        writer.add_stream_to_page(0, writer.add_object(paint))
        with out.open("wb") as target:
            writer.write(target)


def random_changes(data: bytes, count: int, seed: int) -> list[tuple[str, bytes]]:
    """Places where one byte is another: some chosen for their meanness, the rest by chance."""
    first, last = signature_hole(data)
    digits = data[first:last]
    used = len(digits.rstrip(b"0"))
    letter = next(i for i, byte in enumerate(digits) if chr(byte) in "abcdef")
    chosen = [
        ("first byte", 0, data[0] ^ 0x01),
        ("last byte", len(data) - 1, data[-1] ^ 0x01),
        ("case of a digit of the signature", first + letter, digits[letter] ^ 0x20),
        ("padding of the signature", first + used + (len(digits) - used) // 2, ord("1")),
        ("last digit of the hole", last - 1, ord("1")),
        ("middle of the signature", first + used // 2, _other_digit(digits[used // 2])),
        ("end of the signature", first + used - 4, _other_digit(digits[used - 4])),
    ]
    chance = random.Random(seed)
    while len(chosen) < count:
        place = chance.randrange(len(data))
        value = chance.randrange(256)
        if value != data[place]:
            chosen.append((f"byte {place}", place, value))
    changed = []
    for name, place, value in chosen:
        copy = bytearray(data)
        copy[place] = value
        changed.append((f"{name}: {data[place]:#04x} -> {value:#04x}", bytes(copy)))
    return changed


def _other_digit(digit: int) -> int:
    return ord("0") if chr(digit) != "0" else ord("1")
