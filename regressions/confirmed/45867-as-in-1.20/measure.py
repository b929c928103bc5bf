#!/usr/bin/env python3
"""Builds the program with a GOROOT of go1.27.3, with and without the waits, and runs it.

usage: measure.py GOROOT FOLDER [RUNS]

Prints the table of README.md. RUNS is the number of runs of each row, 15 by default; the rows take turns.
"""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent

# Row, what the program is built with, whether preemption is asynchronous.
ROWS = [
    ("Go's order, schedule forced", "forced", False),
    ("Go's order, schedule forced", "forced", True),
    ("increment undone first, schedule forced", "mended", False),
    ("increment undone first, schedule forced", "mended", True),
    ("unchanged runtime, nothing forced", "free", False),
    ("unchanged runtime, nothing forced", "free", True),
]


def build(goroot, folder, name):
    env = dict(os.environ, GOROOT=str(goroot), GOTOOLCHAIN="local", GOFLAGS="-mod=mod")
    command = [str(goroot / "bin/go"), "build", "-o", str(folder / name)]
    program = HERE / "program"
    if name == "free":
        files = [program / "main.go", program / "free.go"]
    else:
        overlay = [sys.executable, str(HERE / "overlay.py"), str(goroot), str(folder / f"{name}-overlay")]
        subprocess.run(overlay + (["--mend"] if name == "mended" else []), check=True)
        command += ["-overlay", str(folder / f"{name}-overlay/overlay.json")]
        files = [program / "main.go", program / "forced.go"]
    subprocess.run(command + [str(file) for file in files], check=True, env=env, cwd=folder)


def run(folder, name, preempts):
    """One run: "ran" or "waited", milliseconds, the stage."""
    env = dict(os.environ, GOMAXPROCS="2", GODEBUG="" if preempts else "asyncpreemptoff=1")
    done = subprocess.run([str(folder / name)], check=True, env=env, capture_output=True, text=True)
    how, micros, stage = done.stdout.split()
    return how, int(micros) / 1000, stage


def row(what, preempts, results):
    """Runs whose schedule was missed show nothing and are counted apart."""
    kept = [(how, ms) for how, ms, stage in results if stage != "missed"]
    ran = sorted(ms for how, ms in kept if how == "ran")
    times = f"{ran[0]:.2f} to {ran[-1]:.2f} ms" if ran else "–"
    waited = sum(how == "waited" for how, _ in kept)
    missed = len(results) - len(kept)
    return f"| {what} | {'on' if preempts else 'off'} | {len(kept)} | {waited} | {times} | {missed} |"


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    goroot, folder = (pathlib.Path(arg).resolve() for arg in sys.argv[1:3])
    runs = int(sys.argv[3]) if len(sys.argv) == 4 else 15
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("forced", "mended", "free"):
        build(goroot, folder, name)
    results = [[] for _ in ROWS]
    for _ in range(runs):
        for (_, name, preempts), row_results in zip(ROWS, results):
            row_results.append(run(folder, name, preempts))
    print("| what | asynchronous preemption | runs | G3 not run after 2 s | else it ran after | schedule missed |")
    print("|---|---|---|---|---|---|")
    for (what, _, preempts), row_results in zip(ROWS, results):
        print(row(what, preempts, row_results))


if __name__ == "__main__":
    main()
