"""Reports as a browser lays them out, light and dark, wide and narrow: not blank, nothing overflows, no two texts of a drawing overlap.
Skips where there is no Chromium."""
import html
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import zlib

import pytest

BUILD = pathlib.Path(os.environ["RAO"]).resolve().parent
PAGES = {"example": BUILD / "examples" / "report", "hard": BUILD / "tests" / "report_test_page"}
WIDTHS = (360, 400, 768, 1280)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine"),
    pytest.mark.skipif(not all(p.exists() for p in PAGES.values()), reason="the programs that write the pages are not built"),
]

# Runs in a page of its own that holds every page at every width in a frame.
MEASURE = """
function measure(frame) {
  const page = frame.contentDocument, width = page.documentElement.clientWidth, seen = [];
  const faults = [];
  if (page.documentElement.scrollWidth > width) faults.push('scrolls sideways: ' + page.documentElement.scrollWidth);
  for (const e of page.querySelectorAll('h1,h2,p,pre,dl,figcaption,figure,div.scroll')) {
    const box = e.getBoundingClientRect();
    if (box.right > width + 0.5 || box.left < -0.5) faults.push(e.tagName + ' overflows: ' + e.textContent.slice(0, 30));
  }
  let drawings = 0;
  for (const svg of page.querySelectorAll('svg[role=img]')) {
    const frame_box = svg.getBoundingClientRect();
    if (!frame_box.width) continue;
    drawings++;
    const texts = [...svg.querySelectorAll('text')].map(t => [t.getBoundingClientRect(), t.textContent]);
    for (const [a, s] of texts) {
      if (a.right > width + 0.5 || a.left < frame_box.left - 3) faults.push('text leaves the drawing: ' + s);
      for (const [b, t] of texts) {
        const dx = Math.min(a.right, b.right) - Math.max(a.left, b.left), dy = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        /* line boxes are taller than letters: a third of one may be shared */
        if (s !== t && dx > 1 && dy > 0.34 * Math.min(a.height, b.height)) faults.push('texts overlap: ' + s + ' | ' + t);
      }
    }
  }
  return {width: width, drawings: drawings, faults: [...new Set(faults)], ink: getComputedStyle(page.body).color, ground: getComputedStyle(page.body).backgroundColor};
}
window.onload = () => {
  const out = {};
  for (const f of document.querySelectorAll('iframe')) out[f.title] = measure(f);
  document.body.innerHTML = '<pre id="out"></pre>';
  document.getElementById('out').textContent = 'RESULT' + JSON.stringify(out) + 'END';
};
"""


def chromium(tmp_path, *arguments):
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={tmp_path / 'profile'}", *arguments]
    done = subprocess.run(command, capture_output=True, timeout=100)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.decode()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for name, program in PAGES.items():
        subprocess.run([program, folder / f"{name}.html"], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module", params=["light", "dark"])
def measured(request, pages, tmp_path_factory):
    frames = ""
    for name in PAGES:
        source = html.escape((pages / f"{name}.html").read_text())
        frames += "".join(f'<iframe title="{name} {width}" srcdoc="{source}" style="width:{width}px;height:900px;border:0"></iframe>' for width in WIDTHS)
    (pages / "measure.html").write_text(f"<!DOCTYPE html><html><head><meta charset='utf-8'><meta name='color-scheme' content='light dark'></head><body>{frames}<script>{MEASURE}</script></body></html>")
    dark = ["--blink-settings=preferredColorScheme=0"] if request.param == "dark" else []
    dom = chromium(tmp_path_factory.mktemp("run"), *dark, "--window-size=1400,1000", "--dump-dom", (pages / "measure.html").as_uri())
    return request.param, json.loads(html.unescape(re.search("RESULT(.*)END", dom, re.S).group(1)))


def luminance(colour):
    return sum(w * float(c) for w, c in zip((0.2126, 0.7152, 0.0722), re.findall(r"[\d.]+", colour))) / 255


def test_layout(measured):
    for name, result in measured[1].items():
        assert result["width"] == int(name.split()[1])
        assert result["drawings"] >= 4, name
        assert result["faults"] == [], name


def test_colours_follow_the_reader(measured):
    scheme, results = measured
    for result in results.values():
        ink, ground = luminance(result["ink"]), luminance(result["ground"])
        assert (ink > 0.7 and ground < 0.2) if scheme == "dark" else (ink < 0.2 and ground > 0.9)


def read_png(data):
    """Rows of bytes of an 8-bit RGB or RGBA picture, and bytes a pixel."""
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert depth == 8 and colour in (2, 6)
            pixel = 3 if colour == 2 else 4
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    raw, stride, rows = zlib.decompress(packed), width * pixel, []
    last = bytearray(stride)
    for y in range(height):
        how, row = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for i in range(stride if how else 0):
            a, b, c = (row[i - pixel] if i >= pixel else 0), last[i], (last[i - pixel] if i >= pixel else 0)
            if how == 4:
                nearest = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            row[i] = (row[i] + (a if how == 1 else b if how == 2 else (a + b) // 2 if how == 3 else nearest)) & 255
        rows.append(row)
        last = row
    return rows, pixel


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_not_blank(pages, tmp_path, scheme):
    dark = ["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
    chromium(tmp_path, *dark, "--window-size=400,620", f"--screenshot={tmp_path / 'shot.png'}", (pages / "example.html").as_uri())
    rows, pixel = read_png((tmp_path / "shot.png").read_bytes())
    ground = bytes(rows[2][:pixel])
    other = sum(bytes(row[i:i + pixel]) != ground for row in rows[::2] for i in range(0, len(row), 2 * pixel))
    assert (ground[0] < 60) == (scheme == "dark")
    assert 0.02 < other / (len(rows[::2]) * len(rows[0]) / (2 * pixel)) < 0.5
