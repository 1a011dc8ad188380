#!/usr/bin/env python3
"""Judge: the published schema of our own feed accepts and refuses what the table beside it says.

The reader is held to the same table by a unit test, so that the two agree wherever a schema can speak.
Usage: feeds.py [FILE.jsonl ...]: each further file is a generated feed, every line of which must fit.
"""

import copy
import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator
from table import Table

ROOT = Path(__file__).resolve().parents[2]


def changed(base: dict, case: dict) -> dict:
    """The base row with what the case sets (JSON pointers) and without what it removes."""
    row = copy.deepcopy(base)
    steps = [(pointer, False, value) for pointer, value in case.get("set", {}).items()]
    steps += [(pointer, True, None) for pointer in case.get("remove", [])]
    for pointer, removes, value in steps:
        *way, last = [int(part) if part.isdigit() else part for part in pointer.split("/")[1:]]
        place = row
        for part in way:
            place = place[part]
        if removes:
            del place[last]
        else:
            place[last] = value
    return row


def main() -> None:
    schema = json.loads((ROOT / "openapi/register-feed.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    base = json.loads((ROOT / "tests/feeds/base.json").read_text("utf-8"))
    table = Table()
    for line in (ROOT / "tests/feeds/own.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        fits = validator.is_valid(changed(base, case))
        table.row("jsonschema", case["why"], fits == case["schema"], "fits" if fits else "refused")
    for header, expected in [({"format": "amnat-register-feed/1"}, True), ({"format": "other"}, False)]:
        fits = validator.is_valid(header)
        table.row("jsonschema", "a header", fits == expected, "fits" if fits else "refused")
    for path in sys.argv[1:]:
        rows = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]
        bad = sum(not validator.is_valid(row) for row in rows)
        table.row("jsonschema", f"{Path(path).name}: {len(rows)} generated rows", bad == 0 and bool(rows), f"{bad} refused")
    table.summary(f"feeds: {table.rows} verdicts of the schema")
    table.close()


if __name__ == "__main__":
    main()
