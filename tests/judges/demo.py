"""A demo that stays up while something looks at it."""

import json
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 180


@dataclass(frozen=True)
class Demo:
    """Where a running demo keeps its files, and where it answers."""

    folder: Path
    addresses: dict[str, str]

    @property
    def url(self) -> str:
        """The service without TLS, on loopback."""
        return self.addresses["service_url"].rstrip("/")

    @property
    def tls_url(self) -> str:
        """The service with TLS, where machine clients show their certificates."""
        return self.addresses["service_tls_url"].rstrip("/")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def running(amnat: str) -> Iterator[Demo]:
    """Starts `amnat demo` on free ports, waits for its story's end, and stops it afterwards."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "demo"
        log = Path(place) / "log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [amnat, "demo", "--out", str(folder), "--port", "0", "--tls-port", "0"],
                stdout=out,
                stderr=subprocess.STDOUT,
            )
            try:
                yield _await(process, folder, log)
                if process.poll() is not None:
                    raise SystemExit(f"the demo ended by itself:\n{log.read_text(errors='replace')[-4000:]}")
            finally:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _await(process: subprocess.Popen, folder: Path, log: Path) -> Demo:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            addresses = json.loads((folder / "addresses.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            addresses = {}
        if "service_url" in addresses and (folder / "log.jsonl").is_file():
            demo = Demo(folder, addresses)
            if _answers(demo.url):
                return demo
        time.sleep(0.3)
    raise SystemExit(f"the demo did not come up:\n{log.read_text(errors='replace')[-4000:]}")
