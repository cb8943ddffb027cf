#!/usr/bin/env python3
"""Holds every relative link of the Markdown files to a file that exists, and every page under docs/ to a page that links to it."""
import pathlib
import re
import sys

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
SKIPPED = {"build", ".git"}


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    files = [path for path in sorted(root.rglob("*.md")) if not SKIPPED & set(path.relative_to(root).parts)]
    links, faults, reached = 0, [], set()
    for path in files:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for target in LINK.findall(line):
                if "://" in target:
                    continue
                links += 1
                reached.add((path.parent / target).resolve())
                if not (path.parent / target).exists():
                    faults.append(f"{path}:{number}: no {target}")
    faults += [f"{path}: no page links to it; docs/README.md is the index" for path in files
               if path.is_relative_to(root / "docs") and path not in reached]
    print("\n".join(faults) if faults else f"{links} links in {len(files)} files lead somewhere")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
