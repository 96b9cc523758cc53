"""Are the notes that a file asks for heard in its sound?

    python tools/heard.py FOLDER ... [--files 50] [--seconds 20] [--steps 18] [--seed S] [--json FILE]

Files that play are taken at random. The violin plays 20 s of each, from its first note on. The project's own tracker
turns the sound into notes, and these are compared with the notes of the file that end within that time: F1, where an
onset within 50 ms and a pitch within half a semitone are right (`ald.metrics.note_scores`). For each file below 0.9
it prints which kinds of notes were missed, and the F1 of the requested curves: what is lost there already is not the
sound's fault.
"""
import argparse, json, random, statistics, sys, warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from corpus import midi_files, violin, watched

from ald.core import FRAME_RATE
from ald.curves import extract_curves
from ald.metrics import note_scores
from ald.midi import note_hz, notes_from_curves, read_midi, tune_curves

ENOUGH = .9


def asked(path, seconds):
    "The tune of a file, its notes those that end within so many seconds of its first, and the curves of that time."
    tune = read_midi(path, transpose="auto")
    first = int(tune.notes[0].start*FRAME_RATE)
    notes = [n for n in tune.notes if n.end <= first/FRAME_RATE + seconds]
    if not notes: raise ValueError(f"{path}: its first note lasts longer than {seconds:g} s")
    curves = tune_curves(replace(tune, notes=notes))[first:first + round(seconds*FRAME_RATE)]
    return [replace(n, start=n.start - first/FRAME_RATE, end=n.end - first/FRAME_RATE) for n in notes], curves


def missed(got, want):
    "Which notes of `want` have no match in `got`, by mir_eval."
    from mir_eval.transcription import match_notes
    if not got: return list(range(len(want)))
    spans = lambda notes: np.array([(n.start, n.end) for n in notes])
    hz = lambda notes: note_hz(np.array([n.pitch for n in notes]))
    hit = {i for i, _ in match_notes(spans(want), hz(want), spans(got), hz(got), offset_ratio=None)}
    return [i for i in range(len(want)) if i not in hit]


def traits(notes, i, curves):
    "What may make a note hard to hear."
    n, before = notes[i], notes[i-1] if i else None
    frames = slice(int(n.start*FRAME_RATE), max(int(n.end*FRAME_RATE), int(n.start*FRAME_RATE) + 1))
    peak = curves.envelope[frames].max(initial=0)
    if n.duration < .06: yield "shorter than 60 ms"
    elif n.duration < .12: yield "60 to 120 ms long"
    if peak < 10**(-40/20): yield "below -40 dBFS"
    if before and before.pitch == n.pitch and n.start - before.end < .1: yield "repeated without a rest"
    if before and n.start - before.start < .1: yield "within 100 ms of the one before"
    if n.pitch > 88: yield "above E6"


def listen(job):
    "Play and transcribe one file: its figures, or why it is not played."
    path, seconds, steps = job
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try: notes, curves = asked(path, seconds)
        except (ValueError, FileNotFoundError) as e: return str(e)
        got = notes_from_curves(extract_curves(violin().render(curves, steps=steps).samples))
    lost = missed(got, notes)
    kinds = {}
    for i in lost:
        for t in traits(notes, i, curves): kinds[t] = kinds.get(t, 0) + 1
    return dict(path=path, asked=len(notes), heard=len(got), lost=len(lost), kinds=kinds, **note_scores(got, notes),
                curves_f1=note_scores(notes_from_curves(curves), notes)["note_f1"])


def first_that_play(paths, a):
    "Results of the first files that play, as many as were asked for."
    rows = []
    for job, row, why in watched(listen, ((str(p), a.seconds, a.steps) for p in paths), seconds=600):
        if isinstance(row, dict):
            rows.append(row)
            print(f"{row['note_f1']:6.3f}  precision {row['note_precision']:.3f}  recall {row['note_recall']:.3f}  "
                  f"curves {row['curves_f1']:.3f}  {row['asked']:4} notes  {Path(row['path']).name}", flush=True)
        elif why: print(f"{job[0]}: {why}")
        if len(rows) >= a.files: break
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="+", type=Path)
    parser.add_argument("--files", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--steps", type=int, default=18)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="write the figures of each file to this file")
    a = parser.parse_args()
    torch.set_num_threads(1)
    violin() # before the workers fork, so that each has it
    paths = list(midi_files(a.folder))
    rows = first_that_play(random.Random(a.seed).sample(paths, len(paths)), a)
    if not rows: sys.exit("none of the files plays")
    f1 = [r["note_f1"] for r in rows]
    print(f"\n{len(rows)} files: note F1 {statistics.median(f1):.3f} in the median, {min(f1):.3f} at least, "
          f"{sum(f >= .95 for f in f1)} of them 0.95 or more")
    for r in sorted(rows, key=lambda r: r["note_f1"]):
        if r["note_f1"] >= ENOUGH: continue
        of = ", ".join(f"{n} {kind}" for kind, n in sorted(r["kinds"].items(), key=lambda k: -k[1]))
        print(f"{r['note_f1']:6.3f}  {r['path']}: curves {r['curves_f1']:.3f}; {r['lost']} of {r['asked']} missed "
              f"({of or 'none of a hard kind'}), {r['heard'] - r['asked'] + r['lost']} heard that were not asked for")
    if a.json: a.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__": main()
