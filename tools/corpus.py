"""Read, play and, of some, hear every MIDI file of a folder, and say what became of each.

    python tools/corpus.py [FOLDER ...] [--limit N] [--sound-every 50] [--refusals 30] [--json FILE]

Without a folder: MIDI files and scores of music21's corpus (a development extra), the scores as music21 writes them in
MIDI. A file counts as MIDI by its first bytes or by its suffix. It is read by a process of its own, within 5 s of
processor time and a gigabyte of memory. What comes of it is

- played: its notes become curves that are finite; of every fiftieth the first 10 s become sound, heard where the curve
  is, and silent where it is silent;
- refused: one sentence that names the file (`ValueError` or `FileNotFoundError`);
- failed: anything else. The exit status is 1 if any failed.
"""
import argparse, collections, contextlib, functools, itertools, json, multiprocessing, random, re, resource, signal, sys
import tempfile, time, warnings
from multiprocessing.connection import wait
from pathlib import Path

import numpy as np
import torch
from ald.core import FRAME_RATE, file_kind
from ald.curves import Curves, envelope
from ald.midi import read_midi, tune_curves
from ald.violin import Violin

SCORES, LARGE = {".mxl", ".xml", ".krn", ".abc"}, 20_000 # bytes; music21 takes minutes for a larger one
SUFFIXES = {".mid", ".midi", ".kar", ".rmi", ".smf"}
READING, SOUNDING = 5, 60 # seconds of processor time
WAITING = 120 # seconds on the clock, for either
GIGABYTE = 2**30


# Processes that may hang, crash or be killed: `fuzz.py` uses them too

def limit(
    seconds: float, # of processor time from now on, after which the process is ended; 0 for no end
    memory: int | None = GIGABYTE # bytes of address space beyond what is taken now; None for no bound
):
    "Set what this process may still take."
    signal.setitimer(signal.ITIMER_PROF, seconds)
    now = int(Path("/proc/self/statm").read_text().split()[0])*resource.getpagesize()
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY if memory is None else now + memory, hard))


def serve(
    work, # function of a job
    pipe # jobs come in by it, results go out
):
    "Do jobs until there are no more: the life of a worker."
    torch.set_num_threads(1)
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True: pipe.send(work(pipe.recv()))


def start(work):
    "A worker: (its process, our end of its pipe)."
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=serve, args=(work, theirs), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def cause(process):
    "Why a worker ended, in words."
    process.join(5)
    why = {-signal.SIGPROF: "more processor time than allowed", -signal.SIGKILL: "hangs, or was killed for memory"}
    return why.get(process.exitcode, f"the process ended with {process.exitcode}")


def watched(
    work, # function of a job; what it returns must pickle
    jobs, # one at a time for each worker
    workers: int = 2,
    seconds: float = WAITING # on the clock; a worker that takes longer for a job is killed
): # yields (job, result, None), or (job, None, why the worker ended)
    "Do jobs in forked processes; a process that ends or hangs is replaced, and its job told."
    jobs, busy, idle = iter(jobs), {}, [start(work) for _ in range(workers)]
    while True:
        for job in itertools.islice(jobs, len(idle)):
            process, pipe = idle.pop()
            pipe.send(job)
            busy[pipe] = process, job, time.monotonic() + seconds
        if not busy: break
        wait(busy, max(0, min(end for *_, end in busy.values()) - time.monotonic()))
        for pipe, (process, job, end) in list(busy.items()):
            if not pipe.poll():
                if time.monotonic() < end: continue
                process.kill()
            del busy[pipe]
            try: yield job, pipe.recv(), None
            except (EOFError, ConnectionError):
                yield job, None, cause(process)
                process, pipe = start(work)
            idle.append((process, pipe))
    for process, _ in idle: process.kill(); process.join()


def is_sentence(error): return str(error).strip() and "\n" not in str(error).strip()


# What becomes of one file

def examine(
    job, # (path, whether to make sound)
): # outcome, reason, warnings
    "Read one file, make curves, and sound if asked."
    path, sound = job
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try: outcome, reason = "played", play(path, sound)
        except (ValueError, FileNotFoundError) as e:
            good = is_sentence(e) and str(path) in str(e)
            outcome, reason = ("refused", str(e)) if good else ("failed", f"not a sentence about the file: {e!r}")
        except Exception as e: outcome, reason = "failed", f"{type(e).__name__}: {e}"
    limit(0, None)
    return outcome, reason, [str(w.message) for w in heard]


def play(path, sound):
    "Raises `ValueError` for what is refused, `AssertionError` for what is wrong."
    limit(READING)
    if (kind := file_kind(path)) != "midi": raise ValueError(f"{path}: is {kind}, not MIDI")
    tune = read_midi(path)
    try: curves = tune_curves(tune)
    except ValueError as e: raise AssertionError(f"curves: {e}") from e # what was read must be playable
    assert np.isfinite([curves.envelope, curves.pitch]).all(), "curves are not finite"
    if not sound: return f"{curves.duration:.1f} s"
    limit(SOUNDING, None)
    curves = curves[:round(10*FRAME_RATE)]
    try: return check_sound(curves, violin().render(curves).samples)
    except ValueError as e: raise AssertionError(f"sound: {e}") from e


@functools.cache
def violin(): return Violin.from_pretrained(device="cpu")


AUDIBLE, SILENT = .03, 1e-3 # asked envelope, full scale 1: -30 and -60 dBFS

def check_sound(
    asked: Curves,
    samples # (t,)
) -> str: # what was heard
    "Raises `AssertionError` unless the sound is finite, heard where asked, and silent in rests."
    assert samples.isfinite().all(), "the sound is not finite"
    got, env = envelope(samples)[:asked.frames].numpy(), asked.envelope
    loud = env > AUDIBLE
    if loud.any():
        share = (got[loud] > .25*env[loud]).mean() # a model is not exact: 12 dB
        assert share > .8, f"the sound is heard in {share:.0%} of the frames that ask for it"
    rest = np.convolve(env >= SILENT, np.ones(9), "same") == 0 # four frames of grace for a note's edges
    worst = got[rest].max(initial=0)
    assert worst < SILENT, f"rests sound at {20*np.log10(worst):.0f} dBFS"
    return f"heard: {len(samples)/22050:.1f} s, loudest {got.max():.2f}, rests {rest.mean():.0%}"


# Where the files come from

def midi_files(folders):
    "Files that are MIDI by their first bytes or their suffix, by name."
    for folder in folders:
        for path in sorted(p for p in Path(folder).rglob("*") if p.is_file()):
            with open(path, "rb") as f: head = f.read(12)
            if head[:4] == b"MThd" or head[8:] == b"RMID" or path.suffix.lower() in SUFFIXES: yield path


def convert(job):
    "Have music21 write a score in MIDI; an empty file where it cannot."
    import music21
    score, path = job
    with warnings.catch_warnings(), contextlib.redirect_stderr(None):
        warnings.simplefilter("ignore")
        with contextlib.suppress(Exception): music21.converter.parse(score).write("midi", fp=path)


def music21_files(folder, n, seed):
    "MIDI files of music21, and scores of its corpus, written in MIDI to `folder`, until there are `n`."
    try: import music21
    except ImportError: sys.exit("music21 is not installed: pip install music21, or give a folder of MIDI files")
    home = Path(music21.__file__).parent
    ready = list(midi_files([home]))
    scores = [p for p in sorted((home/"corpus").rglob("*")) if p.suffix in SCORES and p.stat().st_size < LARGE]
    lack = len(scores) if n is None else max(0, n - len(ready))
    chosen = random.Random(seed).sample(scores, min(lack, len(scores)))
    jobs = [(p, folder/f"{i}-{p.stem}.mid") for i, p in enumerate(chosen)]
    for (score, path), _, why in watched(convert, jobs):
        if path.is_file(): ready.append(path)
        else: print(f"music21 does not write {score.name} ({why or 'an error of its own'})")
    return ready


# The table

PARTICULAR = ((r"(?<!\w)'[^']*'", "'...'"), (r"\b[A-G]#?-?\d+\b", "NOTE"), (r"[-+]?\b\d[\d.,:]*(e[-+]\d+)?", "N"),
              (r"\([^()]*\)", "(...)"))

def pattern(sentence, path):
    "A sentence without what is particular to one file."
    sentence = sentence.replace(str(path), "FILE").split("; it has ")[0]
    for what, general in PARTICULAR: sentence = re.sub(what, general, sentence)
    return sentence[:160]


def table(results):
    "Counts of what became of the files, and of what was said of them, each with a file for an example."
    for outcome in ("played", "refused", "failed"):
        some = [r for r in results if r["outcome"] == outcome]
        print(f"\n{len(some):6} {outcome}")
        if outcome == "played":
            heard, warned = sum(r["reason"].startswith("heard") for r in some), sum(bool(r["warnings"]) for r in some)
            print(f"{heard:6} of them heard, {warned} with a warning")
        said, first = collections.Counter(), {}
        for r in some:
            for sentence in r["warnings"] if outcome == "played" else [r["reason"]]:
                said[p := pattern(sentence, r["path"])] += 1
                first.setdefault(p, Path(r["path"]).name)
        for sentence, n in said.most_common(): print(f"{n:6}   {sentence}   [{first[sentence]}]")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="*", type=Path)
    parser.add_argument("--limit", type=int, help="of the files, this many, at random")
    parser.add_argument("--sound-every", type=int, default=50, help="make sound of every so manieth file; 0 for none")
    parser.add_argument("--refusals", type=int, default=0, help="show this many, at random, whole")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="write what became of each file to this file")
    a = parser.parse_args()
    violin() # before the workers fork, so that each has it
    with tempfile.TemporaryDirectory() as made:
        files = list(midi_files(a.folder)) if a.folder else music21_files(Path(made), a.limit, a.seed)
        if a.limit and a.limit < len(files): files = sorted(random.Random(a.seed).sample(files, a.limit))
        jobs = [(str(p), bool(a.sound_every) and i % a.sound_every == 0) for i, p in enumerate(files)]
        results = []
        for (path, _), result, why in watched(examine, jobs):
            outcome, reason, warned = result or ("failed", why, [])
            results.append(dict(path=path, outcome=outcome, reason=reason, warnings=warned))
            if outcome == "failed": print(f"{path}: {reason}", flush=True) # at once; the table comes at the end
    results.sort(key=lambda r: r["path"])
    table(results)
    refused = [r for r in results if r["outcome"] == "refused"]
    for r in random.Random(a.seed).sample(refused, min(a.refusals, len(refused))): print(f"\n{r['reason']}")
    if a.json: a.json.write_text(json.dumps(results, indent=1))
    print(f"\n{len(results)} files")
    sys.exit(not results or any(r["outcome"] == "failed" for r in results))


if __name__ == "__main__": main()
