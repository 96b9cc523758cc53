"""What `.ci/run` demands of a result; exit 1 with a sentence if something is wrong.

    check.py SOUND.wav TUNE.mid [SCORES.json]   length, level, picture and curves of a played tune; `ald evaluate`'s scores
    check.py --wheel FILE.whl                   a wheel holds every module, the weights, tunes, recipes, results, logs and
                                                the editor's drawing code, and nothing else
    check.py --alone VENV REPO                  `ald` comes from VENV, weights too, and nothing of REPO can be imported
"""
import functools, json, subprocess, sys, zipfile
from pathlib import Path

PITCH, ENVELOPE = .8, .8 # raw pitch accuracy within 50 cents, envelope correlation: what a result must at least reach
WEIGHTS = {f"ald/weights/{name}.safetensors" for name in ("vae", "unet", "student", "expression")}


def demand(ok, sentence):
    print(("ok: " if ok else "WRONG: ") + sentence)
    if not ok: sys.exit(1)


def played(sound, tune, scores=None):
    import mido, numpy as np, soundfile as sf
    x, rate = sf.read(sound)
    length, peak, rms = mido.MidiFile(tune).length, abs(x).max(), (x**2).mean()**.5
    demand((rate, x.ndim) == (22050, 1), f"mono at 22,050 Hz: {rate} Hz, {x.ndim} channel(s)")
    demand(-.1 <= len(x)/rate - length <= 3,
           f"as long as the tune ({length:.2f} s) and at most 3 s of release: {len(x)/rate:.2f} s")
    demand(.05 < rms < .5 and (abs(x) > .999).mean() < 1e-3,
           f"level: rms {20*np.log10(rms+1e-9):.1f} dBFS, peak {peak:.3f}, hardly a sample clipped")
    picture = Path(sound).with_suffix(".png")
    demand(picture.is_file() and picture.read_bytes()[:4] == b"\x89PNG", f"a picture beside it: {picture.name}")
    curves = Path(sound).with_suffix(".npz")
    demand(curves.is_file() and {"envelope", "pitch"} <= set(np.load(curves).files),
           f"the curves that it was to follow beside it: {curves.name}")
    if scores:
        s = json.loads(Path(scores).read_text())
        demand(s["pitch_accuracy"] >= PITCH, f"raw pitch accuracy {s['pitch_accuracy']:.3f}, at least {PITCH}")
        demand(s["envelope_correlation"] >= ENVELOPE,
               f"envelope correlation {s['envelope_correlation']:.3f}, at least {ENVELOPE}")


def wheel(path):
    got = {n for n in zipfile.ZipFile(path).namelist() if ".dist-info/" not in n}
    tracked = subprocess.check_output(["git", "ls-files", "ald/*.py", "ald/*.js", "ald/*.css", "data/midi/*.mid",
                                       "data/results/*.json", "data/results/*.mp3", "data/runs/*.csv",
                                       "data/recipes/*.json"], text=True).split()
    homes = (("data/midi/", "ald/tunes/"), ("data/results/", "ald/results/"), ("data/runs/", "ald/logs/"),
             ("data/recipes/", "ald/recipes/"))
    want = {functools.reduce(lambda n, home: n.replace(*home), homes, n) for n in tracked} | WEIGHTS
    demand(want <= got,
           f"the wheel lacks nothing: {sorted(want - got) or 'all ' + str(len(want)) + ' files are there'}")
    demand(got <= want, f"the wheel holds nothing else: {sorted(got - want) or 'nothing'}")


def alone(venv, repo):
    import ald
    package = Path(ald.__file__).resolve().parent
    demand(package.is_relative_to(Path(venv).resolve()), f"ald is imported from the wheel: {package}")
    demand(all((package.parent/w).is_file() for w in WEIGHTS), "the weights are beside it")
    from ald.violin import tunes
    demand(tunes() and all(p.is_relative_to(package) for p in tunes().values()), f"so are {len(tunes())} tunes")
    # sys.path[0] is this script's folder
    inside = [p for p in sys.path[1:] if Path(p or ".").resolve().is_relative_to(Path(repo).resolve())]
    demand(not inside, f"nothing of the checkout on sys.path: {inside or 'nothing'}")


if __name__ == "__main__":
    {"--wheel": wheel, "--alone": alone}.get(sys.argv[1], played)(*sys.argv[2 if sys.argv[1].startswith("--") else 1:])
