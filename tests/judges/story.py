"""What a demo leaves behind.

    story.py FOLDER

Every file that the README and later stages count on is there and has the right shape.
"""

import json
import sys
from pathlib import Path

import reading
from table import Table

# Keys of addresses.json that the stages after this one use.
ADDRESSES = ["service_url", "service_tls_url"]
PEM = {
    "sandbox-root.pem": "CERTIFICATE",
    "bank-client.pem": "CERTIFICATE",
    "bank-client.key": "PRIVATE KEY",
}


def main(folder: Path) -> None:
    """Looks through the folder."""
    table = Table()
    for name, kind in PEM.items():
        path = folder / name
        good = path.is_file() and f"{kind}-----" in path.read_text(encoding="ascii")
        table.row("demo", name, good, f"a PEM file with a {kind.lower()}" if good else "missing or of another kind")
    path = folder / "addresses.json"
    addresses = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    missing = [key for key in ADDRESSES if not str(addresses.get(key, "")).startswith("http")]
    table.row("demo", "addresses.json", not missing, f"missing: {missing}" if missing else f"{len(addresses)} addresses")
    documents, certificates = reading.issued(folder), reading.certificates(folder)
    table.row("demo", "documents", bool(certificates), f"{len(documents)}, of which {len(certificates)} certificates")
    receipts = [p for p in folder.iterdir() if "receipt" in p.name and p.stat().st_size > 100]
    table.row("demo", "receipts", bool(receipts), ", ".join(p.name for p in receipts) or "none")
    table.summary(f"demo: {len(documents)} documents, {len(receipts)} receipts")
    table.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
