"""What the judges need to know about a file before they judge it: claims, places, attachments."""

import re
import subprocess
import tempfile
from pathlib import Path
from xml.etree import ElementTree


CERTIFICATE_XML = "amnat-certificate.xml"


def issued(folder: Path) -> list[Path]:
    """The documents of a demo as they were issued."""
    return [path for path in sorted(folder.glob("*.pdf")) if not path.stem.endswith("-altered")]


def altered(folder: Path) -> list[Path]:
    """The copies that a demo changed on purpose."""
    return [path for path in sorted(folder.glob("*.pdf")) if path.stem.endswith("-altered")]


def certificates(folder: Path) -> list[Path]:
    """The issued documents that carry a certificate's facts."""
    return [path for path in issued(folder) if CERTIFICATE_XML in attachments(path)]


def claimed_flavour(data: bytes) -> str:
    """The PDF/A flavour that the XMP claims, as veraPDF names it: "3a", "3u", "3b"; "" for none."""
    part = re.search(rb"pdfaid:part[=>\"\s']*(\d)", data)
    conformance = re.search(rb"pdfaid:conformance[=>\"\s']*([ABUabu])", data)
    if not part:
        return ""
    return (part[1] + (conformance[1].lower() if conformance else b"")).decode()


def signature_hole(data: bytes) -> tuple[int, int]:
    """Start and end of the hexadecimal digits of the last signature's Contents, without < and >."""
    ranges = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", data)
    if not ranges:
        raise ValueError("no signature")
    start, length, second, _ = (int(number) for number in ranges[-1])
    return start + length + 1, second - 1


def attachment(path: Path, name: str) -> bytes:
    """An embedded file, taken out by qpdf."""
    return subprocess.run(
        ["qpdf", f"--show-attachment={name}", str(path)], capture_output=True, check=True
    ).stdout


def attachments(path: Path) -> list[str]:
    """The names of the embedded files."""
    listed = subprocess.run(
        ["qpdf", "--list-attachments", str(path)], capture_output=True, text=True, check=True
    ).stdout
    return [line.split(" -> ")[0].strip() for line in listed.splitlines() if " -> " in line]


def page_text(path: Path) -> str:
    """The text of all pages as poppler reads it."""
    with tempfile.NamedTemporaryFile(suffix=".txt") as out:
        subprocess.run(["pdftotext", "-enc", "UTF-8", str(path), out.name], check=True)
        return Path(out.name).read_text(encoding="utf-8")


def folded(text: str) -> str:
    """Text for comparison: no spaces, Thai digits as Arabic ones, one form of sara am."""
    text = text.translate(str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789"))
    text = text.replace("\u0e4d\u0e32", "\u0e33")
    return re.sub(r"[\s\u200b\u00a0]+", "", text)


def stated_facts(xml: bytes) -> dict[str, list[str]]:
    """The facts a certificate's embedded XML states that its pages must state too."""
    root = ElementTree.fromstring(xml)
    facts: dict[str, list[str]] = {"number": [root.attrib["number"]]}
    for element in root:
        tag = element.tag.split("}")[-1]
        if tag in {"registrationNumber", "name", "nameEnglish", "authority", "headOffice", "verificationUrl"}:
            facts[tag] = [element.text or ""]
        elif tag in {"officers", "managingPartners", "liquidators"}:
            facts[tag] = [person.text or "" for person in element]
    return facts
