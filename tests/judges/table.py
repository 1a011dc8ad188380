"""One line for each verdict, and the lines that the closing summary repeats."""

import sys
from dataclasses import dataclass, field

# `tests/run` repeats lines that start so in its closing summary.
SUMMARY = "= "


@dataclass
class Table:
    """Verdicts as they come; `failures` counts those that were not as they must be."""

    failures: int = 0
    rows: int = 0
    refused_by: dict[str, set[str]] = field(default_factory=dict)

    def row(self, judge: str, what: str, good: bool, detail: str) -> None:
        """One verdict: `good` says whether it is the expected one."""
        self.rows += 1
        self.failures += not good
        print(f"{'ok  ' if good else 'FAIL'}  {judge:<10} {what:<44} {detail}", flush=True)

    def note(self, text: str) -> None:
        """A remark that is no verdict."""
        print(f"      {text}", flush=True)

    def summary(self, text: str) -> None:
        """A line for the closing summary."""
        print(f"{SUMMARY}{text}", flush=True)

    def close(self) -> None:
        """Ends the program: 0 when every verdict was as it must be and there was at least one."""
        if self.rows == 0:
            print("FAIL  nothing was judged")
        sys.exit(0 if self.rows and not self.failures else 1)
