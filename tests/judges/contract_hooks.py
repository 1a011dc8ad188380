"""What schemathesis does not know by itself: PDF files, sent and received."""

import os
from pathlib import Path

import schemathesis
from hypothesis import strategies as st

CERTIFICATE = Path(os.environ["AMNAT_CERTIFICATE"]).read_bytes()

schemathesis.openapi.media_type(
    "application/pdf",
    st.one_of(
        st.just(CERTIFICATE),
        st.integers(0, len(CERTIFICATE)).map(lambda end: CERTIFICATE[:end]),
        st.binary(max_size=4096),
    ),
)


@schemathesis.serializer("application/pdf")
def sent(_context, value):
    """The bytes as they are."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.deserializer("application/pdf")
def received(_context, response):
    """A PDF file as text, byte for byte; anything else is refused."""
    if not response.content.startswith(b"%PDF-"):
        raise ValueError("not a PDF file")
    return response.content.decode("latin-1")
