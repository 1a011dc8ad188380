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


def _pyhanko(*arguments: str) -> Opinion:
    done = subprocess.run(
        [str(PYHANKO), "sign", *arguments], capture_output=True, text=True, timeout=120
    )
    # One line a signature: field, fingerprint, then the verdict's words.
    told = re.findall(r"^[^:\s]+:[0-9a-f]{64}:(\S+)$", done.stdout, re.MULTILINE)
    lines = (done.stdout + done.stderr).strip().splitlines() or ["no answer"]
    return Opinion(done.returncode == 0 and bool(told), told[-1] if told else lines[-1][:90])


def pades(path: Path, root: Path) -> Opinion:
    """Integrity, coverage, later changes, chain and time-stamp; the words end with the level reached.

    At least B-T is asked for. B-LT holds where everything needed is in the file: nothing is fetched.
    """
    opinion = untouched(path, root)
    if not opinion.valid:
        return opinion
    if "TIMESTAMP_TOKEN<INTACT:TRUSTED>" not in opinion.words:
        return Opinion(False, f"B-B, without a time-stamp: {opinion.words}")
    evidence = _pyhanko("adesverify", "--trust", str(root), "--trust-replace", str(path))
    level = "B-LT" if evidence.valid else "B-T"
    return Opinion(True, f"{opinion.words} {level}")


def untouched(path: Path, root: Path) -> Opinion:
    """The same without asking for a level: what a broken copy must not pass."""
    return _pyhanko(
        "validate", "--soft-revocation-check", "--trust", str(root), "--trust-replace", str(path)
    )


def second_opinion(path: Path) -> Opinion:
    """pdfsig on the digest; it knows nothing of our root and never judges alone."""
    done = subprocess.run(
        ["pdfsig", "-nocert", str(path)], capture_output=True, text=True, timeout=120
    )
    told = re.findall(r"Signature Validation:\s*(.+)", done.stdout)
    valid = bool(told) and all(line.strip() == "Signature is Valid." for line in told)
    return Opinion(valid, told[-1].strip() if told else "no signature seen")
