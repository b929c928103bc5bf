#!/usr/bin/env python3
"""Makes an overlay of a GOROOT's runtime: proc.go with waits at three places.

usage: overlay.py GOROOT FOLDER [--mend]

Writes FOLDER/overlay.json, for go build -overlay, and FOLDER/proc.go. With --mend, wakep also undoes its
increment of nmspinning before it sets needspinning. Fails if the GOROOT is not of go1.27.3, or if a place is
not there exactly once.
"""

import json
import pathlib
import sys

RELEASE = "go1.27.3"
HERE = pathlib.Path(__file__).resolve().parent

# What the place is; lines of proc.go that follow each other there, without indentation; what they become.
WAITS = [
    (
        "an M that has passed the spin limit becomes spinning",
        ["if !mp.spinning {", "mp.becomeSpinning()"],
        ["if !mp.spinning {", "WaitsPlace1()", "mp.becomeSpinning()"],
    ),
    (
        "wakep has found no P",
        ["pp, _ = pidlegetSpinning(0)", "if pp == nil {"],
        ["pp, _ = pidlegetSpinning(0)", "if pp == nil {", "WaitsPlace2()"],
    ),
    (
        "an M takes the lock to drop its P",
        ["lock(&sched.lock)", "if sched.gcwaiting.Load() || pp.runSafePointFn != 0 {"],
        ["WaitsPlace3()", "lock(&sched.lock)", "if sched.gcwaiting.Load() || pp.runSafePointFn != 0 {"],
    ),
]

MEND = [
    (
        "wakep does not set needspinning yet",
        ["pp, _ = pidlegetSpinning(0)", "if pp == nil {", "WaitsPlace2()"],
        ["pp, _ = pidleget(0)", "if pp == nil {", "WaitsPlace2()"],
    ),
    (
        "wakep has undone its increment",
        ['throw("wakep: negative nmspinning")', "}", "unlock(&sched.lock)"],
        ['throw("wakep: negative nmspinning")', "}", "sched.needspinning.Store(1)", "unlock(&sched.lock)"],
    ),
]


def edited(lines, what, before, after):
    """`lines` with the one place that reads `before` made to read `after`; a line that stays is not touched."""
    n = len(before)
    found = [i for i in range(len(lines)) if [line.strip() for line in lines[i:i + n]] == before]
    if len(found) != 1:
        sys.exit(f"proc.go: where {what}: {len(found)} such places, expected 1")
    at = found[0]
    kept = {line.strip(): line for line in lines[at:at + n]}
    return lines[:at] + [kept.get(line, line + "\n") for line in after] + lines[at + n:]


def main():
    args = [arg for arg in sys.argv[1:] if arg != "--mend"]
    if len(args) != 2:
        sys.exit(__doc__)
    goroot, folder = (pathlib.Path(arg).resolve() for arg in args)
    version = goroot / "VERSION"
    release = version.read_text().split()[0] if version.exists() else "no GOROOT"
    if release != RELEASE:
        sys.exit(f"{goroot}: this is {release}, expected {RELEASE}")
    proc = goroot / "src/runtime/proc.go"
    lines = proc.read_text().splitlines(keepends=True)
    for edit in WAITS + (MEND if "--mend" in sys.argv else []):
        lines = edited(lines, *edit)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "proc.go").write_text("".join(lines))
    replace = {
        str(proc): str(folder / "proc.go"),
        str(goroot / "src/runtime/waits.go"): str(HERE / "waits/waits.go"),
    }
    (folder / "overlay.json").write_text(json.dumps({"Replace": replace}, indent=1) + "\n")


if __name__ == "__main__":
    main()
