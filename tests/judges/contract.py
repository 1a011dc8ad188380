"""The running service against its own OpenAPI document.

    contract.py AMNAT SECONDS LOGS

schemathesis calls every operation with good and with bad requests, as the demo's bank and agency
over mutual TLS, and without credentials. No answer may be a server error, undocumented, of another shape than
documented, or friendly to a request that is wrong or comes from nobody.
"""

import json
import os
import ssl
import subprocess
import sys
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import reading
from demo import Demo, running
from table import Table

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "ignored_auth",
]
SEED = 20261124


@dataclass(frozen=True)
class Caller:
    """A machine client of the demo, its share of the time, and which operations it calls."""

    client_id: str
    share: float
    selection: str

    def certificate(self, demo: Demo) -> Path:
        """Its client certificate."""
        return demo.folder / f"{self.client_id}-client.pem"

    def key(self, demo: Demo) -> Path:
        """Its private key."""
        return demo.folder / f"{self.client_id}-client.key"


# Each operation is called by somebody who may: the bank asks, the agency orders certificates.
CALLERS = [
    Caller("bank", 0.75, "--exclude-path-regex=^/v1/certificates"),
    Caller("agency", 0.25, "--include-path-regex=^/v1/certificates"),
]


def token(demo: Demo, caller: Caller) -> str:
    """An access token bound to the caller's certificate (RFC 8705)."""
    context = ssl.create_default_context(cafile=str(demo.folder / "sandbox-root.pem"))
    context.load_cert_chain(caller.certificate(demo), caller.key(demo))
    form = {"grant_type": "client_credentials", "client_id": caller.client_id}
    request = urllib.request.Request(
        f"{demo.tls_url}/oauth2/token", data=urllib.parse.urlencode(form).encode()
    )
    with urllib.request.urlopen(request, context=context, timeout=20) as answer:
        return json.load(answer)["access_token"]


def call_everything(demo: Demo, caller: Caller, seconds: int, report: Path) -> tuple[int, str]:
    """Runs schemathesis; exit status and what it printed."""
    program = Path(sys.executable).parent / "schemathesis"
    here = Path(__file__).resolve().parent
    surroundings = os.environ | {
        "PYTHONPATH": str(here),
        "SCHEMATHESIS_HOOKS": "contract_hooks",
        "AMNAT_CERTIFICATE": str(reading.certificates(demo.folder)[0]),
    }
    done = subprocess.run(
        [
            str(program),
            "run",
            f"{demo.tls_url}/openapi.json",
            f"--checks={','.join(CHECKS)}",
            caller.selection,
            f"--header=Authorization: Bearer {token(demo, caller)}",
            f"--tls-verify={demo.folder / 'sandbox-root.pem'}",
            f"--request-cert={caller.certificate(demo)}",
            f"--request-cert-key={caller.key(demo)}",
            f"--max-time={max(10, round(seconds * caller.share))}",
            "--request-timeout=20",
            "--rate-limit=auto",
            f"--seed={SEED}",
            "--generation-database=none",
            "--continue-on-failure",
            "--report=junit",
            f"--report-junit-path={report}",
            "--no-color",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds * 3 + 120,
        cwd=report.parent,
        env=surroundings,
    )
    return done.returncode, done.stdout


def verdicts(report: Path) -> tuple[set[str], set[str]]:
    """The operations that were called, and those that broke the document."""
    if not report.is_file():
        return set(), set()
    cases = [case for case in ElementTree.parse(report).iter("testcase") if "/" in case.get("name", "")]
    broken = {
        case.get("name", "")
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    }
    return {case.get("name", "") for case in cases}, broken


def main(amnat: str, seconds: int, logs: Path) -> None:
    """Calls every operation of a running demo."""
    table = Table()
    called: set[str] = set()
    broken: set[str] = set()
    with running(amnat) as demo:
        document = json.loads(subprocess.run([amnat, "openapi"], capture_output=True, check=True).stdout)
        for caller in CALLERS:
            report = logs.resolve() / f"schemathesis-{caller.client_id}.xml"
            report.unlink(missing_ok=True)
            status, output = call_everything(demo, caller, seconds, report)
            print(output)
            operations, failed = verdicts(report)
            called |= operations
            broken |= failed
            good = status == 0 and bool(operations) and not failed
            detail = f"{len(operations)} operations, exit {status}; broken: {sorted(failed) or 'none'}"
            table.row("schemathesis", f"as the demo's {caller.client_id}", good, detail)
    promised = {
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method in item
        if method in {"get", "put", "post", "delete", "patch"}
    }
    missed = promised - called
    table.row("schemathesis", "every operation was called", not missed, f"missed: {sorted(missed) or 'none'}")
    table.summary(f"schemathesis: {len(called - broken)} of {len(promised)} operations keep the OpenAPI document")
    table.close()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
