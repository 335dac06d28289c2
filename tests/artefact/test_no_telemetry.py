"""Nothing that is built reports to anybody: newer MediaPipe versions, Python's and the web's, tell Google of their use,
and newer versions of ONNX Runtime, which the container image has, tell Microsoft.

What compiled code could call stands in it as text. Python's own files name hundreds of addresses in comments and
licences; there only those of known collectors are looked for.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.speed import sizes
from lab.speed.sizes import LAYERS
from tests.support.builds import builds

pytestmark = pytest.mark.skipif(not sizes.BUILT.is_dir(), reason="nothing built: make build")

_HOST = re.compile(rb"https?://([A-Za-z0-9.-]+\.[A-Za-z]{2,})")
# Who collects what programs report: Clearcut (MediaPipe), OneCollector (ONNX Runtime), analytics, crash reports.
_COLLECTORS = (
    "play.googleapis.com",
    "clearcut",
    "events.data.microsoft.com",
    "firebaselogging",
    "google-analytics.com",
    "app-measurement",
    "crashlytics",
    "sentry.io",
    "api.segment.io",
    "mixpanel.com",
    "onecollector",
    "browser-intake",
)
# Papers, licences, XML names and error messages: nobody calls these.
_NAMED_IN_COMPILED_CODE = {
    "aggregate.ee.engr.uky.edu",
    "arxiv.org",
    "brighton-webs.co.uk",
    "bugs.python.org",
    "caffe.berkeleyvision.org",
    "campar.in.tum.de",
    "cffi.readthedocs.io",
    "cryptography.io",
    "dashif.org",
    "datatracker.ietf.org",
    "devblogs.nvidia.com",
    "docs.nvidia.com",
    "docs.python.org",
    "docs.rs",
    "docs.scipy.org",
    "en.wikipedia.org",
    "errors.pydantic.dev",
    "gcc.gnu.org",
    "gist.github.com",
    "github.com",
    "graphics.stanford.edu",
    "homepages.inf.ed.ac.uk",
    "huggingface.co",
    "ieeexplore.ieee.org",
    "mathworld.wolfram.com",
    "netron.app",
    "ns.adobe.com",
    "numpy.org",
    "onnx.ai",
    "onnxruntime.ai",
    "papers.nips.cc",
    "personal.math.ubc.ca",
    "pjreddie.com",
    "pracrand.sourceforge.net",
    "pytorch.org",
    "software.intel.com",
    "standards.iso.org",
    "stat.ethz.ch",
    "static.aminer.org",
    "streams.videolan.org",
    "tinyurl.com",
    "tools.ietf.org",
    "torch.ch",
    "underdestruction.com",
    "web.archive.org",
    "www.brighton-webs.co.uk",
    "www.cs.hmc.edu",
    "www.dai.ed.ac.uk",
    "www.gdal.org",
    "www.inference.org.uk",
    "www.ipol.im",
    "www.itl.nist.gov",
    "www.learnopencv.com",
    "www.math.sci.hiroshima-u.ac.jp",
    "www.microsoft.com",
    "www.numpy.org",
    "www.pcg-random.org",
    "www.python.org",
    "www.rfc-editor.org",
    "www.tensorflow.org",
    "www.w3.org",
}


def collectors(content: bytes) -> set[str]:
    """The collectors that a file names."""
    small = content.lower()
    return {name for name in _COLLECTORS if name.encode() in small}


def hosts(content: bytes) -> set[str]:
    """The hosts whose addresses a file names."""
    return {found.group(1).decode().lower() for found in _HOST.finditer(content)}


def built() -> Iterator[Path]:
    for layer in (*LAYERS, sizes.BUILT / "TokensLayer", sizes.BUILT / "WebLayer"):
        yield from (path for path in layer.rglob("*") if path.is_file())
    for build in builds().values():
        yield from (path for path in (build.image / "opt/python/onnxruntime").rglob("*") if path.is_file())


def test_no_built_file_names_a_collector() -> None:
    found = {str(path): named for path in built() if (named := collectors(path.read_bytes()))}
    assert found == {}


def test_compiled_code_names_no_address_that_was_not_looked_at() -> None:
    libraries = [path for path in built() if ".so" in path.suffixes]
    assert len(libraries) > 25
    unknown = {path.name: more for path in libraries if (more := hosts(path.read_bytes()) - _NAMED_IN_COMPILED_CODE)}
    assert unknown == {}


def test_what_would_report_is_found() -> None:
    code = b"\x00\x01post\x00https://play.googleapis.com/log?format=json\x00CLEARCUT_EVENT\x00"
    assert collectors(code) == {"play.googleapis.com", "clearcut"}
    assert hosts(code) == {"play.googleapis.com"}
    assert collectors(b"https://mobile.events.data.microsoft.com/OneCollector/1.0") == {
        "events.data.microsoft.com",
        "onecollector",
    }
    assert hosts(b"https://collect.example.org/v1 http://www.w3.org/2000/svg") == {"collect.example.org", "www.w3.org"}
