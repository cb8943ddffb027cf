#!/usr/bin/env python3
"""picture.py REPORT.html PICTURE.svg: the first two charts of a report side by side, as one drawing that stands alone.

The picture of the README:
    ./run demo && tools/picture.py build/rao-race.html docs/pictures/race.svg
"""
import pathlib
import re
import sys

WIDTH, HEIGHT, HEAD, GAP, EDGE = 540, 350, 44, 44, 24
TEXT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"


def main():
    page = pathlib.Path(sys.argv[1]).read_text()
    rules = re.search(r"<style>(.*?)</style>", page, re.S).group(1).splitlines()
    style = [rule for rule in rules if rule.startswith((".rao", ".c", ":root", "@media screen and (prefers-color-scheme"))]
    captions = re.findall(r"<figcaption><b>(.*?)</b><span>(.*?)</span>", page)[:2]
    charts = re.findall(r"<svg [^>]*class='rao wide'.*?</svg>", page, re.S)[:2]
    if len(charts) < 2 or len(captions) < 2:
        sys.exit(f"{sys.argv[1]}: want a report with two charts")
    width, height = 2 * WIDTH + GAP + 2 * EDGE, HEIGHT + HEAD + 2 * EDGE
    out = [f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}' role='img'>",
           f"<title>{captions[0][0]}; {captions[1][0]}</title>", "<style>", *style, "</style>",
           f"<rect width='{width}' height='{height}' rx='8' fill='var(--bg)'/>"]
    for i, (chart, (title, under)) in enumerate(zip(charts, captions)):
        x = EDGE + i * (WIDTH + GAP)
        out.append(f"<text x='{x}' y='{EDGE + 12}' style=\"{TEXT};font-size:17px;font-weight:650;fill:var(--ink)\">{title}</text>")
        out.append(f"<text x='{x}' y='{EDGE + 31}' style=\"{TEXT};font-size:14px;fill:var(--soft)\">{under}</text>")
        out.append(chart.replace("<svg ", f"<svg x='{x}' y='{EDGE + HEAD}' width='{WIDTH}' height='{HEIGHT}' overflow='visible' ", 1))
    pathlib.Path(sys.argv[2]).write_text("\n".join(out + ["</svg>"]) + "\n")


if __name__ == "__main__":
    main()
