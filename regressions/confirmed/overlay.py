#!/usr/bin/env python3
"""Makes an overlay of a GOROOT's runtime: proc.go with the waits of a case at their places.

usage: overlay.py CASE GOROOT FOLDER [--mend]

Writes FOLDER/overlay.json, for go build -overlay, and FOLDER/proc.go. CASE is a folder next to this file; its case.json
has the places ("waits": lines of proc.go that follow each other there, without indentation, and what they become). With
--mend, its mend is made as well. Fails if the GOROOT is not of go1.27.3, or if a place is not there exactly once.
"""

import json
import pathlib
import sys

RELEASE = "go1.27.3"
HERE = pathlib.Path(__file__).resolve().parent


def edited(lines, edit):
    """`lines` with the one place of this edit changed; a line that stays is not touched."""
    what, before, after = edit["where"], edit["lines"], edit["become"]
    n = len(before)
    found = [i for i in range(len(lines)) if [line.strip() for line in lines[i:i + n]] == before]
    if len(found) != 1:
        sys.exit(f"proc.go: where {what}: {len(found)} such places, expected 1")
    at = found[0]
    kept = {line.strip(): line for line in lines[at:at + n]}
    return lines[:at] + [kept.get(line, line + "\n") for line in after] + lines[at + n:]


def main():
    args = [arg for arg in sys.argv[1:] if arg != "--mend"]
    if len(args) != 3:
        sys.exit(__doc__)
    case, goroot, folder = (pathlib.Path(arg).resolve() for arg in args)
    edits = json.loads((case / "case.json").read_text())
    version = goroot / "VERSION"
    release = version.read_text().split()[0] if version.exists() else "no GOROOT"
    if release != RELEASE:
        sys.exit(f"{goroot}: this is {release}, expected {RELEASE}")
    proc = goroot / "src/runtime/proc.go"
    lines = proc.read_text().splitlines(keepends=True)
    for edit in edits["waits"] + (edits["mend"] if "--mend" in sys.argv else []):
        lines = edited(lines, edit)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "proc.go").write_text("".join(lines))
    replace = {
        str(proc): str(folder / "proc.go"),
        str(goroot / "src/runtime/waits.go"): str(HERE / "waits/waits.go"),
        str(goroot / "src/runtime/places.go"): str(case / "waits/places.go"),
    }
    (folder / "overlay.json").write_text(json.dumps({"Replace": replace}, indent=1) + "\n")


if __name__ == "__main__":
    main()
