"""The documents of a demo before the outside judges.

    documents.py FOLDER ROOT.pem

Judges every issued PDF in FOLDER: PDF/A conformance at the flavour it claims (veraPDF), file structure
(qpdf), signature and time-stamp (pyHanko, offline), digest (pdfsig), and that its pages
state what its embedded XML states (poppler). Then breaks copies of the first certificate; each
must be refused.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import broken
import canary
import reading
import signature
import vera
from table import Table

def structure(path: Path) -> tuple[bool, str]:
    """qpdf's opinion of the file's structure; a warning counts as failure."""
    done = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return done.returncode == 0, "structure sound" if done.returncode == 0 else lines[-1][:90]


def text(table: Table, path: Path) -> None:
    """Every fact of the embedded XML stands on the pages."""
    if reading.CERTIFICATE_XML not in reading.attachments(path):
        pages = reading.folded(reading.page_text(path))
        table.row("pdftotext", path.name, len(pages) > 100, f"{len(pages)} characters of text")
        return
    facts = reading.stated_facts(reading.attachment(path, reading.CERTIFICATE_XML))
    pages = reading.folded(reading.page_text(path))
    # The address is in the QR code, and may stand beside it in a shorter form.
    wanted = [(tag, v) for tag, values in facts.items() if tag != "verificationUrl" for v in values]
    missing = [f"{tag} {value}" for tag, value in wanted if reading.folded(value) not in pages]
    detail = f"{len(wanted)} facts on the pages" if not missing else f"not found: {missing[:3]}"
    table.row("pdftotext", path.name, bool(wanted) and not missing, detail)


def judge_good(table: Table, path: Path, root: Path, levels: set[str]) -> None:
    """All judges on a document that must please them all."""
    conformance = vera.judge(path)
    table.row("veraPDF", path.name, conformance.conforms, str(conformance))
    sound, detail = structure(path)
    table.row("qpdf", path.name, sound, detail)
    opinion = signature.pades(path, root)
    levels.add(str(opinion).split()[-1] if opinion.valid else "none")
    table.row("pyHanko", path.name, opinion.valid, str(opinion))
    opinion = signature.second_opinion(path)
    table.row("pdfsig", path.name, opinion.valid, str(opinion))
    text(table, path)


def judge_broken(table: Table, good: Path, root: Path) -> None:
    """Broken copies: refused, by the judges whose business it is."""
    flavour = reading.claimed_flavour(good.read_bytes())
    refused = 0
    with tempfile.TemporaryDirectory() as folder:
        for breakage in broken.BREAKAGES:
            copy = Path(folder) / "broken.pdf"
            try:
                copy.write_bytes(breakage.change(good.read_bytes()))
            except ValueError as error:
                table.row("broken", breakage.name, False, str(error))
                continue
            by = []
            if not vera.judge(copy, flavour).conforms:
                by.append("veraPDF")
            if not signature.untouched(copy, root).valid:
                by.append("pyHanko")
            if not structure(copy)[0]:
                by.append("qpdf")
            needed = {"pyHanko"} | ({"veraPDF"} if breakage.by_conformance else set())
            right = needed <= set(by)
            refused += right
            table.row("broken", breakage.name, right, f"refused by {', '.join(by) or 'nobody'}")
        painted = Path(folder) / "painted.pdf"
        broken.added_page_text(good, painted)
        opinion = signature.untouched(painted, root)
        refused += not opinion.valid
        table.row("broken", "painted over in a later revision", not opinion.valid, str(opinion))
    table.summary(f"broken copies refused: {refused} of {len(broken.BREAKAGES) + 1}")


def main(folder: Path, root: Path) -> None:
    """Judges a folder."""
    table = Table()
    canary.run(table)
    documents, certificates = reading.issued(folder), reading.certificates(folder)
    if not certificates:
        table.row("demo", str(folder), False, "no certificate to judge")
        table.close()
    before = table.failures
    levels: set[str] = set()
    for path in documents:
        judge_good(table, path, root, levels)
    verdict = "pleases every judge" if table.failures == before else "REFUSED"
    flavours = ", ".join(sorted({f"PDF/A-{reading.claimed_flavour(p.read_bytes())}" for p in documents}))
    claims = f"{flavours}, PAdES {', '.join(sorted(levels))}"
    table.summary(f"{len(documents)} documents ({claims}) before veraPDF, qpdf, pyHanko, pdfsig: {verdict}")
    for path in reading.altered(folder):
        opinion = signature.untouched(path, root)
        table.row("pyHanko", f"{path.name}, refused", not opinion.valid, str(opinion))
    judge_broken(table, certificates[0], root)
    table.close()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
