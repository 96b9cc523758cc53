"""Measure the sampler: how well few passes of the network follow a recording that was not trained on.

    python tools/solvers.py RECORDING --real FOLDER -o data/runs/trials-unet-solvers.csv [--only GROUP] [--weights DIR]

Each row is a way to draw: solver, steps, noise levels, guidance interval. `passes` counts the network's passes, one for
each part of the guidance in each call. The scores are means over four passages of 8 s; the Fréchet distance is to
the other recordings in FOLDER. The rows of the group `recording` are the whole recording.
"""
import argparse, csv, functools, math, time, warnings
from dataclasses import dataclass
from pathlib import Path
import numpy as np
import ald # before torch: it lets torch's threads sleep while they wait
import torch
from ald.baselines import frechet_distance, log_mel_frames, reference_statistics, statistics
from ald.core import FRAME_RATE, HOP
from ald.edm import EDMConfig, dpm_solver, euler, heun, unipc
from ald.metrics import evaluate_sound
from ald.render import QUALITIES, Quality, Sampling
from ald.violin import Violin, analyse

ALL = (0., math.inf)
PAPER = .002, 80., 7. # sigma_min, sigma_max, rho
SHORT = .07, 10., 100. # evenly in ln(sigma), or nearly so
SOLVERS = dict(Heun=heun, Euler=euler, DPM2=dpm_solver, DPM3=functools.partial(dpm_solver, order=3), UniPC2=unipc,
               UniPC3=functools.partial(unipc, order=3))
STARTS, SECONDS = (20, 60, 100, 124), 8 # of the passages
SCORES = "pitch_accuracy", "envelope_correlation", "log_mel", "harmonics_to_noise"
FURTHER = "vibrato_depth_ratio", "vibrato_correlation" # of the whole recording; a passage has too few long notes


@dataclass
class Trial:
    "A row: how to draw, and the name of its group."
    group: str
    solver: str # in `SOLVERS`
    quality: Quality
    name: str = "" # of a quality

    @property
    def about(self):
        q = self.quality
        return dict(group=self.group, name=self.name, solver=self.solver, steps=q.steps, sigma_min=q.sigma_min,
                    sigma_max=q.sigma_max, rho=q.rho, lo=q.interval[0], hi=q.interval[1])


def trial(group, solver, steps, levels, interval=ALL, **more):
    return Trial(group, solver, Quality(steps, *levels, SOLVERS[solver], interval), **more)


def trials():
    "All rows, the cheap ones first."
    for n in (5, 6, 8, 12, 18): yield trial("levels of the paper", "Heun", n, PAPER)
    for s in ("Euler", "DPM2", "UniPC2"):
        for n in (6, 10, 18): yield trial("levels of the paper", s, n, PAPER)
    for s in ("Euler", "DPM2", "UniPC2"):
        for n in (5, 6, 8, 10): yield trial("short levels", s, n, SHORT)
    for s in ("DPM3", "UniPC3"):
        yield trial("levels of the paper", s, 10, PAPER)
        yield trial("short levels", s, 8, SHORT)
    for lo in (0., .2, .4):
        for hi in (3., math.inf): yield trial("interval", "DPM2", 8, SHORT, (lo, hi))
    for name, q in QUALITIES.items(): yield Trial("qualities", "DPM2", q, name)
    yield trial("recording", "Heun", 18, PAPER, name="before")
    for name, q in QUALITIES.items(): yield Trial("recording", "DPM2", q, name)


def passages(x, curves, whole):
    "(sound, curves) of what is scored."
    if whole: return [(x, curves)]
    spans = [(round(s*FRAME_RATE), round((s + SECONDS)*FRAME_RATE)) for s in STARTS]
    return [(x[a*HOP:b*HOP], curves[a:b]) for a, b in spans]


def scores(violin, t, parts, real):
    "One row."
    sampling = t.quality.sampling(edm=violin.edm)
    rows, frames, spent = [], [], 0.
    for x, curves in parts:
        begin = time.process_time()
        z = violin.sample(curves, sampling).z
        spent += time.process_time() - begin
        y = violin.decode(z, curves.envelope)[0][:len(x)]
        rows.append(evaluate_sound(y, curves, x))
        frames.append(log_mel_frames(y))
    keep = SCORES + FURTHER if len(parts) == 1 else SCORES
    mean = {k: round(float(np.mean([r[k] for r in rows])), 4) for k in keep}
    return dict(t.about, calls=sampling.calls, passes=sampling.passes, seconds=round(spent, 2), **mean,
                frechet=round(frechet_distance(statistics(*frames), real), 2))


def write(path, rows):
    "The table, whole after each row."
    names = list(dict.fromkeys(k for r in rows for k in r))
    with open(path, "w", newline="", encoding="utf-8") as f:
        w = csv.DictWriter(f, names, restval="", lineterminator="\n")
        w.writeheader()
        w.writerows(rows)


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("recording", type=Path)
    p.add_argument("--real", type=Path, required=True, metavar="FOLDER", help="other recordings, for the distance")
    p.add_argument("-o", "--out", type=Path, required=True)
    p.add_argument("--only", action="append", metavar="GROUP", help="these groups of rows alone")
    p.add_argument("--weights", type=Path, metavar="FOLDER")
    a = p.parse_args()
    warnings.simplefilter("ignore") # vibrato is not defined in some passages
    others = sorted(f for f in a.real.iterdir() if f.name != a.recording.name)
    violin, (x, curves) = Violin.from_pretrained(a.weights, "cpu"), analyse(a.recording)
    real, rows = reference_statistics(others, lambda *_: None)[0], []
    for t in trials():
        if a.only and t.group not in a.only: continue
        rows.append(scores(violin, t, passages(x, curves, t.group == "recording"), real))
        write(a.out, rows)
        print(*(f"{k} {v}" for k, v in rows[-1].items()), flush=True)


if __name__ == "__main__": main()
