#!/usr/bin/env python3
"""Holds every #include under src/ to src/ROOMS.

Three rules, each broken line named as file:line:
  1. a room includes private headers of itself and of the rooms it may use, and no others;
  2. a public header of a room below is out of bounds too (<rao/NAME.h> belongs to room NAME);
  3. the program (cli) includes public headers only, apart from its own files.
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def read_rooms(path):
    closure = {}
    for line in path.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        room, *uses = line.split()
        allowed = {"base", room}
        for used in uses:
            if used not in closure:
                sys.exit(f"{path}: {room} uses {used}, which does not stand above it")
            allowed |= closure[used]
        closure[room] = allowed
    return closure


def check_file(path, room, closure, faults):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        quote, name = found.groups()
        parts = name.split("/")
        where = f"{path}:{number}"
        if parts[0] == "rao":
            owner = pathlib.PurePath(parts[-1]).stem
            if owner in closure and owner not in closure[room] and room != "cli":
                faults.append(f"{where}: {room} may not include <{name}>")
        elif quote == '"':
            owner = parts[0] if len(parts) > 1 else room
            if owner not in closure or owner not in closure[room]:
                faults.append(f"{where}: {room} may not include \"{name}\"")
            elif room == "cli" and owner != "cli":
                faults.append(f"{where}: the program sees <rao/...> only, not \"{name}\"")


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    closure = read_rooms(root / "src" / "ROOMS")
    faults = []
    files = sorted((root / "src").glob("*/*.[ch]"))
    for path in files:
        check_file(path, path.parent.name, closure, faults)
    for header in sorted((root / "include" / "rao").glob("*.h")):
        room = header.stem
        if room != "rao":
            if room not in closure:
                faults.append(f"{header}: no room of that name in src/ROOMS")
            else:
                check_file(header, room, closure, faults)
    print("\n".join(faults) if faults else f"{len(files)} files, {len(closure)} rooms: no include runs upward")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
