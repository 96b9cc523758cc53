"""How much longer `ald play` takes beside three busy programs than alone.

    python tools/busy.py data/midi/lullaby.mid [--rounds N] [--most R] [options of ald play]

It plays the file alone and beside three programs that compute without end, by turns, and prints the seconds of each, by
the clock. On two cores a fair share, two threads of five, takes 2.5 times as long. Exit code 1 if the ratio of the
medians is above 4. It means something only if nothing else runs.
"""
import argparse, os, statistics, subprocess, sys, tempfile, time
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
BUSY = [sys.executable, "-c", "while True: pass"]


def seconds(file, options):
    "How long `ald play` takes, from its start to its end."
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ, PYTHONPATH=str(TOP))
        command = [sys.executable, "-m", "ald.cli", "play", str(file), "-o", f"{folder}/x.wav", *options]
        begin = time.monotonic()
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
        return time.monotonic() - begin


def beside(programs, file, options):
    "The same, beside so many busy programs."
    busy = [subprocess.Popen(BUSY) for _ in range(programs)]
    try: return seconds(file, options)
    finally:
        for p in busy: p.kill(); p.wait()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("file", type=Path, help="a MIDI file")
    p.add_argument("--rounds", type=int, default=3, help="of alone and beside (3)")
    p.add_argument("--most", type=float, default=4, help="largest ratio that is right (4)")
    args, options = p.parse_known_args()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    alone, busy = [], []
    before = f", {os.getloadavg()[0]:.1f} programs ran in the last minute" if hasattr(os, "getloadavg") else ""
    print(f"{args.file} on {cores} cores{before}")
    for _ in range(args.rounds):
        alone.append(beside(0, args.file, options))
        busy.append(beside(3, args.file, options))
        print(f"alone {alone[-1]:6.1f} s, beside three busy programs {busy[-1]:6.1f} s", flush=True)
    ratio = statistics.median(busy)/statistics.median(alone)
    print(f"{ratio:.2f} times as long; at most {args.most:g} is right")
    sys.exit(ratio > args.most)


if __name__ == "__main__": main()
