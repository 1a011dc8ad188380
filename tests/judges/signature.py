"""Signatures by pyHanko, and by poppler as a second opinion on the digest alone."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PYHANKO = Path(sys.executable).parent / "pyhanko"


@dataclass(frozen=True)
class Opinion:
    """What a judge says of a signature, in a word or two."""

    valid: bool
    words: str

    def __str__(self) -> str:
        return self.words


def _pyhanko(*arguments: str) -> tuple[bool, str]:
    done = subprocess.run(
        [str(PYHANKO), "sign", *arguments], capture_output=True, text=True, timeout=120
    )
    output = (done.stdout + done.stderr).strip()
    return done.returncode == 0, output


def long_term(path: Path, root: Path) -> Opinion:
    """PAdES B-LT or better: everything needed is in the file, nothing is fetched."""
    valid, output = _pyhanko("adesverify", "--trust", str(root), "--trust-replace", str(path))
    return Opinion(valid, "B-LT valid" if valid else f"B-LT refused ({_last(output)})")


def baseline(path: Path, root: Path) -> Opinion:
    """Integrity, coverage, later changes and chain, whatever the level."""
    valid, output = _pyhanko(
        "validate", "--soft-revocation-check", "--trust", str(root), "--trust-replace", str(path)
    )
    summary = next((line for line in output.splitlines() if "UNTOUCHED" in line or "INTACT" in line), "")
    valid = valid and ":VALID" in output.replace(" ", "")
    return Opinion(valid, "signature valid" if valid else f"refused ({summary[:90] or _last(output)})")


def _last(output: str) -> str:
    lines = [line for line in output.splitlines() if line.strip()]
    return (lines[-1] if lines else "no answer")[:90]


def second_opinion(path: Path) -> Opinion:
    """pdfsig on the digest; it knows nothing of our root and never judges alone."""
    done = subprocess.run(
        ["pdfsig", "-nocert", str(path)], capture_output=True, text=True, timeout=120
    )
    told = re.findall(r"Signature Validation:\s*(.+)", done.stdout)
    valid = bool(told) and all(line.strip() == "Signature is Valid." for line in told)
    return Opinion(valid, told[-1].strip() if told else "no signature seen")
