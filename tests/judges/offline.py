"""Our own offline verifier, through the binary: `amnat verify`.

    offline.py AMNAT FOLDER ROOT.pem [CHANGES]

A certificate as issued is accepted; without a trust root the answer is withheld; every changed
byte, and a signature by a stranger who bears the issuer's names, is refused without a crash.
"""

import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import broken
import reading
import stranger
from table import Table

ACCEPTED, REFUSED, UNANSWERED = 0, 1, 3
SEED = 20261124


def verify(amnat: str, path: Path, root: Path | None) -> tuple[int, str]:
    """Exit status and what was said."""
    trust = ["--trust", str(root)] if root else []
    done = subprocess.run(
        [amnat, "verify", str(path), *trust], capture_output=True, text=True, timeout=60
    )
    return done.returncode, (done.stdout + done.stderr).strip()


def expect(table: Table, amnat: str, what: str, path: Path, root: Path | None, status: int) -> None:
    """One file, one expected exit status."""
    got, said = verify(amnat, path, root)
    crashed = "panicked" in said or got < 0
    last = said.splitlines()[-1][:70] if said else "said nothing"
    table.row("verify", what, got == status and not crashed, f"exit {got}; {last}")


def main(amnat: str, folder: Path, root: Path, count: int) -> None:
    """Runs all of it on the first certificate of the folder."""
    table = Table()
    good = reading.certificates(folder)[0]
    data = good.read_bytes()
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        for path in reading.issued(folder):
            expect(table, amnat, f"{path.name} as issued", path, root, ACCEPTED)
        for path in reading.altered(folder):
            expect(table, amnat, path.name, path, root, REFUSED)
        expect(table, amnat, "without a trust root", good, None, UNANSWERED)
        other_root = place / "other-root.pem"
        forged = place / "forged.pdf"
        stranger.sign_again(good, forged, other_root)
        expect(table, amnat, "trusting another root", good, other_root, REFUSED)
        expect(table, amnat, "signed again by a stranger", forged, root, REFUSED)
        painted = place / "painted.pdf"
        broken.added_page_text(good, painted)
        expect(table, amnat, "painted over in a later revision", painted, root, REFUSED)
        (place / "after.pdf").write_bytes(data + b"% more\n")
        expect(table, amnat, "text after the end", place / "after.pdf", root, REFUSED)
        (place / "short.pdf").write_bytes(data[: len(data) // 2])
        expect(table, amnat, "half of the file", place / "short.pdf", root, REFUSED)
        (place / "empty.pdf").write_bytes(b"")
        expect(table, amnat, "an empty file", place / "empty.pdf", root, REFUSED)

        def changed(numbered: tuple[int, tuple[str, bytes]]) -> tuple[str, int, bool]:
            number, (name, copy) = numbered
            path = place / f"changed-{number}.pdf"
            path.write_bytes(copy)
            status, said = verify(amnat, path, root)
            path.unlink()
            return name, status, "panicked" in said

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(changed, enumerate(broken.random_changes(data, count, SEED))))
    wrong = [(name, status) for name, status, crashed in answers if status != REFUSED or crashed]
    for name, status in wrong[:10]:
        table.row("verify", name, False, f"exit {status}")
    statuses = dict(Counter(status for _, status, _ in answers))
    table.row("verify", f"{count} single changed bytes", not wrong, f"exit statuses {statuses}")
    table.summary(f"single changed bytes refused by amnat verify: {len(answers) - len(wrong)} of {count}")
    table.close()


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int((sys.argv + ["200"])[4]))
