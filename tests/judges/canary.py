"""Judge the judge first: files known to conform or to fail, with the answer in their names."""

import os
from pathlib import Path

import vera
from table import Table


def corpus() -> Path | None:
    """The folder of outside files, when there is one."""
    here = Path(__file__).resolve().parents[2]
    data = Path(os.environ.get("AMNAT_TEST_DATA") or here.parent / "shared" / "data")
    folder = data / "pdfa-3b-corpus"
    return folder if folder.is_dir() else None


def run(table: Table) -> bool:
    """True when the judge is right on every outside file; False when there are none to ask."""
    folder = corpus()
    if folder is None:
        table.note("canary: no outside files here; the broken copies of our own take their place")
        return False
    files = sorted(folder.glob("*.pdf"))
    right = 0
    for path in files:
        expected = "-pass-" in path.name
        told = vera.judge(path)
        right += told.conforms == expected
        if told.conforms != expected:
            table.row("canary", path.name, False, str(told))
    table.row("canary", f"{len(files)} outside files", right == len(files) > 0, f"{right} of {len(files)} judged right")
    table.summary(f"canary {right} of {len(files)}")
    return True
