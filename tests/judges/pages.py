"""The pages in a browser, as a person sees them.

    pages.py AMNAT PICTURES

Reads each page as it is served (what a reader without scripts gets) and as it stands in headless
Chromium: the words it must show are there, it names its language and title, labels what it shows
and asks, and loads nothing from elsewhere. Then takes a picture of it.
"""

import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import reading
from demo import running
from table import Table

WIDE, PHONE = (1280, 1400), (390, 1200)


@dataclass(frozen=True)
class Page:
    """A page, and what must be seen on it."""

    name: str
    url: str
    words: tuple[str, ...]
    size: tuple[int, int] = WIDE
    ours: bool = True


@dataclass
class Seen(HTMLParser):
    """What the document holds after the browser is done with it."""

    language: str = ""
    titles: int = 0
    headings: int = 0
    text: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    labelled: set[str] = field(default_factory=set)
    inputs: list[dict[str, str | None]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _inside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = dict(attrs)
        self._inside.append(tag)
        if tag == "html":
            self.language = a.get("lang") or ""
        elif tag == "title":
            self.titles += 1
        elif tag == "h1":
            self.headings += 1
        elif tag == "label" and a.get("for"):
            self.labelled.add(a["for"] or "")
        elif tag in {"input", "select", "textarea"} and a.get("type") not in {"hidden", "submit", "button"}:
            named = bool(a.get("aria-label") or a.get("aria-labelledby")) or "label" in self._inside
            self.inputs.append(a | {"named": "yes" if named else None})
        elif tag == "img" and "alt" not in a:
            self.faults.append(f"a picture without words: {a.get('src')}")
        if tag == "a" and a.get("href"):
            self.links.append(a["href"] or "")
        if tag in {"script", "img", "iframe"} and a.get("src"):
            self.loads.append(a["src"] or "")
        if tag == "link" and a.get("href"):
            self.loads.append(a["href"] or "")
        if tag in {"input", "img", "link", "meta", "br", "hr", "source", "path", "rect", "use"}:
            self._inside.pop()

    def handle_endtag(self, tag: str) -> None:
        while tag in self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self._inside):
            self.text.append(data)


class Browser:
    """Chromium without a window and with a profile that is thrown away."""

    def __init__(self, profile: str) -> None:
        self.base = [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--no-first-run",
            "--disable-background-networking",
            f"--user-data-dir={profile}",
            "--virtual-time-budget=8000",
        ]

    def _run(self, page: Page, *arguments: str) -> bytes:
        size = f"--window-size={page.size[0]},{page.size[1]}"
        done = subprocess.run(
            [*self.base, size, *arguments, page.url], capture_output=True, timeout=120
        )
        return done.stdout

    def dom(self, page: Page) -> str:
        """The document as it stands when nothing moves any more."""
        return self._run(page, "--dump-dom").decode("utf-8", errors="replace")

    def picture(self, page: Page, out: Path) -> int:
        """Takes a picture; its size in bytes."""
        out.unlink(missing_ok=True)
        self._run(page, f"--screenshot={out}")
        return out.stat().st_size if out.is_file() else 0


def served(url: str) -> str:
    """The page as the service sends it, whatever its status."""
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.read().decode("utf-8")
    except urllib.error.HTTPError as refusal:
        return refusal.read().decode("utf-8")


def faults(page: Page, html: str) -> list[str]:
    """What is wrong with a page."""
    seen = Seen()
    seen.feed(html)
    text = reading.folded("".join(seen.text))
    found = [f"does not say {word}" for word in page.words if reading.folded(word) not in text]
    host = urlsplit(page.url).netloc
    found += [
        f"loads {load} from elsewhere"
        for load in seen.loads
        if not load.startswith("data:") and urlsplit(urljoin(page.url, load)).netloc != host
    ]
    if page.ours:
        found += seen.faults
        if f"lang={seen.language}" != urlsplit(page.url).query:
            found.append(f"is in another language: {seen.language}")
        if seen.titles != 1 or seen.headings != 1:
            found.append(f"has {seen.titles} titles and {seen.headings} first headings")
        found += [
            f"asks without a label: {field.get('name')}"
            for field in seen.inputs
            if not field["named"] and field.get("id") not in seen.labelled
        ]
    return found


def pages(url: str, verify_url: str, facts: dict[str, list[str]]) -> list[Page]:
    """Every page that is looked at, with what it must say."""
    number, name = facts["number"][0], facts["name"][0]
    english = facts.get("nameEnglish", [name])[0]
    verify = f"{url}{urlsplit(verify_url).path}"
    sandbox = "SANDBOX"
    unknown = f"{url}/verify/v00000000000000000000000000"
    return [
        Page("home", f"{url}/?lang=th", ("อำนาจ", sandbox)),
        Page("home-en", f"{url}/?lang=en", ("Amnat", sandbox)),
        Page("verify", f"{verify}?lang=th", (number, name, sandbox)),
        Page("verify-en", f"{verify}?lang=en", (number, english, sandbox)),
        Page("verify-phone", f"{verify}?lang=th", (number, name, sandbox), size=PHONE),
        Page("verify-unknown", f"{unknown}?lang=th", (sandbox,)),
        Page("verify-upload", f"{url}/verify?lang=th", ("PDF", sandbox)),
        Page("sign-in", f"{url}/me/sign-in?lang=th", ("ThaiD", sandbox)),
        Page("sign-in-en", f"{url}/me/sign-in?lang=en", ("ThaiD", sandbox)),
        Page("docs", f"{url}/docs/", ("Amnat", "/v1/verifications", "/v1/certificates"), ours=False),
    ]


def main(amnat: str, pictures: Path) -> None:
    """Opens every page."""
    table = Table()
    pictures.mkdir(parents=True, exist_ok=True)
    with running(amnat) as demo, tempfile.TemporaryDirectory() as profile:
        xml = reading.attachment(reading.certificates(demo.folder)[0], reading.CERTIFICATE_XML)
        facts = reading.stated_facts(xml)
        browser = Browser(profile)
        for page in pages(demo.url, facts["verificationUrl"][0], facts):
            html = browser.dom(page)
            found = faults(page, html)
            if page.ours:
                found += [f"without scripts: {fault}" for fault in faults(page, served(page.url))]
            size = browser.picture(page, pictures / f"{page.name}.png")
            if size < 5000:
                found.append("could not be pictured")
            detail = "; ".join(found) or f"{len(html)} characters, {page.name}.png"
            table.row("chromium", page.url.removeprefix(demo.url)[:44], not found, detail)
    table.summary(f"pages in Chromium: {table.rows - table.failures} of {table.rows}")
    table.close()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], Path(sys.argv[2]))
