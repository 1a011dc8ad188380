"""The running service against its own OpenAPI document.

    contract.py AMNAT SECONDS LOGS

schemathesis calls every operation with good and with bad requests, as the demo's bank over mutual
TLS, and without credentials. No answer may be a server error, undocumented, of another shape than
documented, or friendly to a request that is wrong or comes from nobody.
"""

import json
import ssl
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path
from xml.etree import ElementTree

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


def token(demo: Demo) -> str:
    """An access token for the bank, bound to its certificate (RFC 8705)."""
    context = ssl.create_default_context(cafile=str(demo.folder / "sandbox-root.pem"))
    context.load_cert_chain(demo.folder / "bank-client.pem", demo.folder / "bank-client.key")
    form = {"grant_type": "client_credentials", "client_id": "bank"}
    request = urllib.request.Request(
        f"{demo.tls_url}/oauth2/token", data=urllib.parse.urlencode(form).encode()
    )
    with urllib.request.urlopen(request, context=context, timeout=20) as answer:
        return json.load(answer)["access_token"]


def call_everything(demo: Demo, seconds: int, report: Path) -> tuple[int, str]:
    """Runs schemathesis; exit status and what it printed."""
    program = Path(sys.executable).parent / "schemathesis"
    done = subprocess.run(
        [
            str(program),
            "run",
            f"{demo.tls_url}/openapi.json",
            f"--checks={','.join(CHECKS)}",
            f"--header=Authorization: Bearer {token(demo)}",
            f"--tls-verify={demo.folder / 'sandbox-root.pem'}",
            f"--request-cert={demo.folder / 'bank-client.pem'}",
            f"--request-cert-key={demo.folder / 'bank-client.key'}",
            f"--max-time={seconds}",
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
    )
    return done.returncode, done.stdout


def main(amnat: str, seconds: int, logs: Path) -> None:
    """Calls every operation of a running demo."""
    table = Table()
    report = logs.resolve() / "schemathesis.xml"
    report.unlink(missing_ok=True)
    with running(amnat) as demo:
        status, output = call_everything(demo, seconds, report)
    print(output)
    operations = failed = 0
    if report.is_file():
        cases = list(ElementTree.parse(report).iter("testcase"))
        operations = len(cases)
        failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    good = status == 0 and operations > 0 and failed == 0
    table.row("schemathesis", f"{operations} operations", good, f"{failed} with failures, exit {status}")
    table.summary(f"schemathesis: {operations - failed} of {operations} operations keep the OpenAPI document")
    table.close()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
