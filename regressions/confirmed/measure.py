#!/usr/bin/env python3
"""Builds the program of a case with a GOROOT of go1.27.3, with and without the waits, and runs it.

usage: measure.py CASE GOROOT FOLDER [RUNS]

Prints the table of CASE/README.md. CASE is a folder next to this file. RUNS is the number of runs of each row, 15 by
default; the rows take turns, each without asynchronous preemption and with it.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def build(case, goroot, folder, name):
    env = dict(os.environ, GOROOT=str(goroot), GOTOOLCHAIN="local", GOFLAGS="-mod=mod")
    command = [str(goroot / "bin/go"), "build", "-o", str(folder / name)]
    sources = [HERE / "program/busy.go", case / "program/main.go"]
    if name == "free":
        sources.append(case / "program/free.go")
    else:
        overlay = [sys.executable, str(HERE / "overlay.py"), str(case), str(goroot), str(folder / f"{name}-overlay")]
        subprocess.run(overlay + (["--mend"] if name == "mended" else []), check=True)
        command += ["-overlay", str(folder / f"{name}-overlay/overlay.json")]
        sources.append(case / "program/forced.go")
    # Go wants the files of a program in one folder.
    program = folder / f"{name}-program"
    program.mkdir(exist_ok=True)
    files = [shutil.copy(source, program) for source in sources]
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
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    case, goroot, folder = (pathlib.Path(arg).resolve() for arg in sys.argv[1:4])
    runs = int(sys.argv[4]) if len(sys.argv) == 5 else 15
    described = json.loads((case / "case.json").read_text())
    # Row, what the program is built with, whether preemption is asynchronous.
    rows = [(what, name, preempts) for what, name in described["rows"] for preempts in (False, True)]
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("forced", "mended", "free"):
        build(case, goroot, folder, name)
    results = [[] for _ in rows]
    for _ in range(runs):
        for (_, name, preempts), row_results in zip(rows, results):
            row_results.append(run(folder, name, preempts))
    print(f"| what | asynchronous preemption | runs | {described['late']} | else it ran after | schedule missed |")
    print("|---|---|---|---|---|---|")
    for (what, _, preempts), row_results in zip(rows, results):
        print(row(what, preempts, row_results))


if __name__ == "__main__":
    main()
