"""Feed damaged files to everything that reads files.

    python tools/fuzz.py [--midi N] [--sound N] [--curves N] [--weights N] [--seed S] [--keep FOLDER] [--seeds FOLDER]

Small whole files are made here (those of `--seeds` are added), damaged at random or put together wrongly on purpose,
and read. Right is a result that is finite, or an error of one sentence (`ValueError`, `FileNotFoundError`, `OSError`)
that names the file. Wrong is anything else: another exception, more than 5 s of processor time, more than a gigabyte, a
process that dies. What went wrong is counted by place; the smallest file of each is kept. The exit status is 1 if
anything did. A file depends on the seed and its number alone, so a run can be repeated.

`--curves` includes the editor's projects. `--weights` includes everything that training reads and leaves behind:
weights, checkpoints, logs, caches, results, notes.
"""
import argparse, collections, functools, io, json, os, random, re, struct, sys, tempfile, traceback, warnings, zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
import soundfile as sf
import torch
from corpus import is_sentence, limit, watched

from ald.baselines import Results
from ald.core import SAMPLE_RATE, file_kind, load_weights, read_audio, save_weights
from ald.curves import Curves, load_curves
from ald.data import Cache, audio_folder, build_cache, read_notes
from ald.editor import Draft, write_project
from ald.edm import EDMConfig
from ald.kaggle import check_weights
from ald.midi import Note, read_midi, tune_curves, voices
from ald.run import load_checkpoint, read_log, save_checkpoint
from ald.unet import UNet, UNetConfig
from ald.vae import VAE, VAEConfig

SECONDS = 5 # of processor time for a file
BATCH = 50  # files a worker is given at once


# Damage that any file can suffer

MAGIC = [0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]

def place(rng, b):
    "A place in a file; half of the time near its beginning, where headers are."
    return rng.randrange(min(len(b), 128) if rng.random() < .5 else len(b)) if b else 0

def flip(rng, b):
    for _ in range(rng.choice((1, 1, 2, 8))): b[place(rng, b)] ^= 1 << rng.randrange(8)

def poke(rng, b): b[place(rng, b)] = rng.choice(MAGIC) & 255

def field(rng, b): # a number where a length may stand
    form, at = rng.choice((">H", "<H", ">I", "<I", ">Q", "<Q")), place(rng, b)
    b[at:at + struct.calcsize(form)] = struct.pack(form, rng.choice(MAGIC) & 256**struct.calcsize(form) - 1)

def cut(rng, b): del b[place(rng, b):]

def drop(rng, b): at = place(rng, b); del b[at:at + rng.choice((1, 2, 4, 16, 256))]

def double(rng, b): at = place(rng, b); b[at:at] = b[at:at + rng.choice((1, 4, 64, 1024))]*rng.choice((1, 2, 50))

def insert(rng, b): at = place(rng, b); b[at:at] = rng.randbytes(rng.choice((1, 2, 4, 64)))

def splice(rng, b, other):
    at, of = place(rng, b), place(rng, other)
    b[at:] = other[of:] if rng.random() < .5 else other[of:of + 200] + b[at + 200:]

def damaged(
    rng: random.Random,
    seeds: list[bytes] # whole files
) -> bytes:
    "One of them, damaged once to four times."
    b = bytearray(rng.choice(seeds))
    for _ in range(rng.choice((1, 1, 2, 4))):
        if not b: break
        how = rng.choice((flip, poke, field, cut, drop, double, insert, splice))
        how(rng, b, rng.choice(seeds)) if how is splice else how(rng, b)
    return bytes(b)


# MIDI put together wrongly

def size(rng, n):
    "A number in MIDI's variable length: mostly this one, in as many bytes as it needs."
    if rng.random() < .03: return rng.randbytes(rng.choice((1, 4, 6))) # of any length
    n = rng.choice((n, n, n, n, n, 0, 127, 128, 2**21, 2**28 - 1)) if rng.random() < .1 else n
    out = [n & 127]
    while n := n >> 7: out.append(n & 127 | 128)
    return bytes(out[::-1])

KEYS = 60, 62, 67, 76
CONTROLS = 0, 1, 6, 7, 11, 38, 64, 96, 98, 99, 100, 101, 120, 121, 123, 126
METAS = 1, 3, 4, 5, 0x20, 0x21, 0x2f, 0x51, 0x51, 0x54, 0x58, 0x58, 0x59, 0x7f

def event(rng):
    "Any event, well formed or not."
    channel, a = rng.choice((0, 0, 0, 1, 9, 15)), rng.randrange(128)
    b = rng.choice((0, 1, 64, 100, 127, rng.randrange(256)))
    kind = rng.choice("on on on on off off off control control program bend touch meta meta sysex odd running".split())
    match kind:
        case "on": return bytes([0x90 | channel, rng.choice((*KEYS, a)), b])
        case "off": return bytes([0x80 | channel, rng.choice((*KEYS, a)), b])
        case "control": return bytes([0xb0 | channel, rng.choice((*CONTROLS, a)), b])
        case "program": return bytes([0xc0 | channel, rng.choice((40, a, b))])
        case "bend": return bytes([0xe0 | channel, a, b])
        case "touch": return bytes([rng.choice((0xa0, 0xd0)) | channel, a, b])
        case "running": return bytes([a, b & 127])
        case "odd": return bytes([rng.randrange(0xf1, 0xff), a, b][:rng.choice((1, 2, 3))])
    data = rng.randbytes(rng.choice((0, 1, 2, 3, 4, 5, 20)))
    if rng.random() < .5: data = bytes(rng.choice(MAGIC) & 255 for _ in data)
    start = bytes([rng.choice((0xf0, 0xf7))]) if kind == "sysex" else bytes([0xff, rng.choice((*METAS, b))])
    return start + size(rng, len(data)) + data

def odd_track(rng):
    "A track of random events; its length and end may be wrong."
    wait = lambda: 10**6 if rng.random() < .003 else rng.choice((0, 0, 1, 10, 48, 96, 480)) # ticks
    body = b"".join(size(rng, wait()) + event(rng) for _ in range(rng.randrange(60)))
    body += rng.choice((b"\x00\xff\x2f\x00", b"\x00\xff\x2f\x00", b"", b"\x00\xff"))
    length = len(body) if rng.random() < .9 else rng.choice(MAGIC)
    return (b"MTrk" if rng.random() < .9 else b"XTrk") + struct.pack(">I", length & 0xffffffff) + body

DIVISIONS = 480, 480, 96, 1, 0, 0x7fff, 0xe728, 0xe250, 0x8000, 0xffff # 0xe728 is 25 film frames of 40 ticks

def odd_midi(rng, _=None):
    "A file of random events, with a head that may be wrong."
    tracks = [odd_track(rng) for _ in range(rng.choice((1, 1, 2, 3, 0)))]
    n = rng.choice((len(tracks),)*3 + (len(tracks) + 1, 0, 65535))
    length, form, division = rng.choice((6, 6, 6, 6, 6, 8, 0)), rng.choice((0, 1, 1, 1, 2, 7)), rng.choice(DIVISIONS)
    head = struct.pack(">4sIHHH", b"MThd", length, form, n, division)
    file = head + b"".join(tracks)
    if rng.random() < .95: return file
    return b"RIFF" + struct.pack("<I", len(file) + 12) + b"RMIDdata" + struct.pack("<I", len(file)) + file


# Numbers and text put together wrongly

ODD_VALUES = (None, True, -1, 0, 1, 2**31, 2**63, 2**70, -2**63, 1e308, -1e308, float("nan"), float("inf"), .5, "", "a",
              "\0", "é"*200, "../x", "9"*5000, [], {}, [[]], [None], {"a": 1}, [1, 2, 3], [1e6]*9,
              json.loads("["*60 + "]"*60))

def odd_json(rng, value):
    "A value with something in it changed, left out or added; the new one is what JSON can hold and few expect."
    if isinstance(value, (dict, list)) and value and rng.random() < .85:
        value = value.copy()
        k = rng.choice(list(value) if isinstance(value, dict) else range(len(value)))
        if rng.random() < .15: value.pop(k)
        elif rng.random() < .1 and isinstance(value, dict): value[k + "x"] = rng.choice(ODD_VALUES)
        else: value[k] = odd_json(rng, value[k])
        return value
    return rng.choice(ODD_VALUES)

def odd_text(rng, text): # JSON
    changed = json.dumps(odd_json(rng, json.loads(text)))
    text = rng.choice((changed, changed, changed, "["*100_000, changed*2, changed + "\ud800"))
    return text.encode("utf-8", "surrogatepass")

SHAPES = ("(-1,)", "(10**9,)", "(1000000000,)", "(0,)", "()", "(3, 3)", "(99999999999999999999,)", "('a',)", "None",
          "[4]", "(True,)", "(2.5,)", "((", "(1,)*9", "(" + "1,"*70 + ")")
TYPES = ("'<f8'", "'|O'", "'<U9999'", "'V8'", "'<c16'", "'<M8[s]'", "'|b1'", "'<i8'", "[('a','<f4')]", "'>f4'", "'<f2'",
         "'zz'", "7", "None", "''")

def odd_npy(rng, b):
    "An array whose header says something else; mostly its shape, its type or its numbers are right."
    start = 10 + int.from_bytes(b[8:10], "little")
    shape, kind = (rng.choice(odd) if rng.random() < .3 else good for odd, good in ((SHAPES, "(4,)"), (TYPES, "'<f4'")))
    head = f"{{'descr': {kind}, 'fortran_order': {rng.choice(('False',)*5 + ('True', '3'))}, 'shape': {shape}, }}"
    if rng.random() < .2: head = rng.choice(("{" + "'a':["*50, "__import__('os')", "1"*50, "\n" + head, head[:-3]))
    text, numbers = head.encode().ljust(start - 11) + b"\n", b[start:]
    if rng.random() < .3: numbers = damaged(rng, [numbers])
    return b[:6] + bytes([rng.choice((1,)*9 + (2, 3, 9)), 0]) + struct.pack("<H", len(text)) + text + numbers

def rezipped(rng, b, change):
    "A zip archive with its checksums right and the content of one file changed."
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(b)) as z:
        files = [(n, z.read(n)) for n in z.namelist()]
    i = rng.randrange(len(files))
    files[i] = files[i][0], change(rng, files[i][1])
    if rng.random() < .1: files.append((rng.choice((files[0][0], "../up", "envelope.npy", "a/")), rng.choice(files)[1]))
    how = rng.choice((0, 0, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)) # 0: stored as it is
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", how) as z:
        warnings.simplefilter("ignore")
        for name, data in files: z.writestr(name, data)
    return out.getvalue()

def odd_npz(rng, b):
    if rng.random() < .01: return bomb()
    return rezipped(rng, b, lambda rng, f: odd_npy(rng, f) if f[:6] == b"\x93NUMPY" else damaged(rng, [f]))

def odd_project(rng, b):
    def change(rng, part): return odd_text(rng, part) if part[:1] == b"{" else odd_npz(rng, part)
    return rezipped(rng, b, change)

def odd_checkpoint(rng, b): return rezipped(rng, b, lambda rng, f: damaged(rng, [f]))

def odd_safetensors(rng, b):
    "Weights whose header says something else."
    n = int.from_bytes(b[:8], "little")
    head, rest = json.loads(b[8:8 + n]), b[8 + n:]
    inner = rng.choice(("config", "extra"))
    if rng.random() < .4 and inner in head.get("__metadata__", {}):
        meta = head["__metadata__"]
        meta[inner] = odd_text(rng, meta[inner]).decode("utf-8", "replace")
    else: head = odd_json(rng, head)
    text = json.dumps(head).encode()
    return struct.pack("<Q", len(text) if rng.random() < .95 else rng.choice(MAGIC)) + text + rest

def odd_lines(rng, b):
    "A log one of whose lines is wrong."
    lines = b.splitlines()
    i = rng.randrange(len(lines))
    lines[i] = odd_text(rng, lines[i]) if rng.random() < .8 else damaged(rng, [lines[i]])
    return b"\n".join(lines) + b"\n"


# Whole files, small ones

def made(write, suffix=""):
    "What a function writes to the path that it is given."
    with tempfile.TemporaryDirectory() as d:
        write(path := Path(d)/f"seed{suffix}")
        return path.read_bytes()

def tune(path, kind):
    "A flute, and in format 1 a violin as well, with everything in it that a reader looks at."
    mid, message = mido.MidiFile(type=kind, ticks_per_beat=96), mido.Message
    for name, channel, program in (("Flute", 0, 73), ("Violin", 1, 40))[:kind + 1]:
        track = [mido.MetaMessage("track_name", name=name), mido.MetaMessage("set_tempo", tempo=400_000),
                 mido.MetaMessage("time_signature", numerator=3), mido.MetaMessage("key_signature", key="Eb"),
                 message("program_change", channel=channel, program=program)]
        for number, value in ((101, 0), (100, 0), (6, 12), (7, 90), (1, 40), (64, 127), (64, 0), (121, 0)):
            track.append(message("control_change", channel=channel, control=number, value=value, time=3))
        for pitch in (67, 69, 71, 72, 76, 81):
            track += [message("note_on", channel=channel, note=pitch, velocity=80),
                      message("pitchwheel", channel=channel, pitch=pitch*20),
                      message("note_off", channel=channel, note=pitch, time=60)]
        mid.tracks.append(mido.MidiTrack([*track, message("sysex", data=(126, 127, 9, 1))]))
    mid.save(path)

def midi_seeds(): return [made(lambda p: tune(p, kind)) for kind in (0, 1)]

SOUNDS = ("WAV PCM_16", "WAV FLOAT", "WAV ULAW", "WAV IMA_ADPCM", "WAVEX PCM_24", "W64 PCM_16", "RF64 PCM_16",
          "FLAC PCM_16", "OGG VORBIS", "OGG OPUS", "MP3 MPEG_LAYER_III", "AIFF PCM_16", "AIFF FLOAT", "CAF PCM_16",
          "CAF ALAC_16", "AU PCM_16")

def sound_seeds():
    "A tone, and one whose channels cancel, in each format."
    x = (.3*np.sin(2*np.pi*440*np.arange(3000)/SAMPLE_RATE)).astype(np.float32)
    def write(path, sound, form, code):
        sf.write(path, sound, 48000 if code == "OPUS" else SAMPLE_RATE, format=form, subtype=code)
    return [made(lambda p: write(p, sound, *name.split())) for name in SOUNDS for sound in (x, np.stack([x, -x], 1))]

def curve_seeds():
    c = Curves([0, .1, .2, .1], [0, 440, 441, 0])
    single = made(lambda p: np.save(p, c.pitch), ".npy") # not what is wanted
    return [made(c.save, ".npz"), made(lambda p: np.savez(p, envelope=c.envelope), ".npz"),
            made(lambda p: np.savez(p, pitch=c.pitch.astype(float)), ".npz"), single]

def project_seeds():
    "What the editor saves of curves, and of notes that were changed."
    plain, changed = Draft(Curves([.1]*9, [440]*9)), Draft([Note(0, .5, 69), Note(.5, 1, 71)])
    changed.nudge(0, semitones=1)
    return [made(lambda p: write_project(draft, p), ".ald") for draft in (plain, changed)]

@functools.cache
def bomb():
    "Curves of 400 MB in a file of 400 kB."
    out, head = io.BytesIO(), made(lambda p: np.save(p, np.zeros(0, np.float32)), ".npy")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z, z.open("envelope.npy", "w", force_zip64=True) as f:
        f.write(head.replace(b"(0,)         ", b"(100000000,) "))
        for _ in range(400): f.write(bytes(1_000_000))
    return out.getvalue()

def layer(): return torch.nn.Linear(3, 2)

def run_parts():
    "A model and its optimiser, a step into training."
    model = layer()
    opt = torch.optim.AdamW(model.parameters())
    model(torch.ones(1, 3)).sum().backward()
    opt.step()
    return dict(model=model, opt=opt)

UNET, AUTOENCODER = UNetConfig(widths=(8,), blocks=1, embedding=8), VAEConfig(width=2, strides=(4,), units=(0, 1))

def weight_seeds(): return [made(lambda p: save_weights(p, layer(), EDMConfig(), steps=3))]

def unet_seeds(): return [made(lambda p: save_weights(p, UNet(UNET), UNET, step=3))]

def vae_seeds(): return [made(lambda p: save_weights(p, VAE(AUTOENCODER), AUTOENCODER, step=3))]

def checkpoint_seeds(): return [made(lambda p: save_checkpoint(p, 3, EDMConfig(), **run_parts()), ".pt")]

def log_seeds(): return [b'{"step": 1, "loss": 0.5}\n{"step": 2, "loss": 0.4, "held_out": {"log_mel": 0.2}}\n']

def result_seeds():
    rows = {"sine": {"note_f1_50": .5, "log_mel": None}, "sawtooth": {}}
    return [json.dumps(dict(rows=rows, missing={"sawtooth": "no notes"}, about={"steps": 4})).encode()]

def note_seeds(): return [b"start,end,pitch,velocity\n0,0.5,69,80\n0.5,1,71,64\n"]

def cache_seed(folder):
    "A cache of two recordings in a folder; its index."
    for i in (1, 2): sf.write(folder/f"{i}.wav", .1*i*np.sin(np.arange(3000)/9), SAMPLE_RATE)
    build_cache(audio_folder(folder), folder, "stft", workers=0, progress=False)
    return (folder/"index.json").read_bytes()

def cache_seeds():
    with tempfile.TemporaryDirectory() as d: return [cache_seed(Path(d))]


# What reads them

def with_sentences(read, path):
    "Read a file. Warnings must be sentences as well."
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        read(path)
    for w in said:
        if not is_sentence(w.message): raise AssertionError(f"a warning of several lines: {str(w.message)!r}")

def hear_midi(path):
    file_kind(path)
    for v in voices(path): str(v)
    tune_curves(read_midi(path, transpose="auto")) # `Curves` refuses what is not finite, without the file's name

def hear_sound(path):
    file_kind(path)
    if not read_audio(path).isfinite().all(): raise AssertionError("samples are not finite")

def see_curves(path): file_kind(path); load_curves(path)

def see_cache(path):
    cache = Cache(path.parent)
    repr(cache)
    cache.split()
    for i in range(len(cache)): cache.audio(i); cache.curves(i)

@dataclass
class Format:
    "One kind of file."
    file: str # its name while it is read
    seeds: Callable # () -> whole files
    odd: Callable | None # (random numbers, a whole file) -> one that is put together wrongly
    read: Callable # of a path

WEIGHTS = "a.safetensors"
KINDS = { # option -> {name: format}
    "midi": dict(midi=Format("a.mid", midi_seeds, odd_midi, hear_midi)),
    "sound": dict(sound=Format("a.wav", sound_seeds, None, hear_sound)),
    "curves": dict(
        curves=Format("a.npz", curve_seeds, odd_npz, see_curves),
        project=Format("a.ald", project_seeds, odd_project, Draft)),
    "weights": dict(
        weights=Format(WEIGHTS, weight_seeds, odd_safetensors, lambda p: load_weights(p, EDMConfig)),
        unet=Format(WEIGHTS, unet_seeds, odd_safetensors, UNet.load),
        vae=Format(WEIGHTS, vae_seeds, odd_safetensors, VAE.load),
        checked=Format(WEIGHTS, unet_seeds, odd_safetensors, check_weights),
        checkpoint=Format("a.pt", checkpoint_seeds, odd_checkpoint,
                          lambda p: load_checkpoint(p, EDMConfig(), **run_parts())),
        log=Format("log.jsonl", log_seeds, odd_lines, lambda p: json.dumps(read_log(p))),
        cache=Format("index.json", cache_seeds, odd_text, see_cache),
        results=Format("results.json", result_seeds, odd_text, lambda p: repr(Results.load(p.parent))),
        notes=Format("a.csv", note_seeds, None, read_notes))}


# Doing it

class Fuzzer:
    "The files of one kind, and what becomes of each."
    def __init__(self, kind, seed, folder, more=()):
        self.kind, self.seed, self.folder = kind, seed, folder
        self.formats = [(name, f, f.seeds() + [b for b in more if len(b) < 200_000]) for name, f in KINDS[kind].items()]

    def make(self, n):
        "File number `n`: (name of its format, the format, its bytes)."
        rng = random.Random(f"{self.seed} {self.kind} {n}")
        name, form, seeds = self.formats[n % len(self.formats)]
        if not form.odd or rng.random() < .4: return name, form, damaged(rng, seeds)
        whole = rng.choice(seeds)
        try: data = form.odd(rng, whole)
        except (ValueError, KeyError, zipfile.BadZipFile): data = whole # of another build than `odd` takes
        return name, form, damaged(rng, [data]) if rng.random() < .3 else data

    @functools.cached_property
    def home(self):
        "A worker's own folder, with the files of a cache in it."
        home = Path(tempfile.mkdtemp(dir=self.folder))
        if self.kind == "weights": cache_seed(home)
        return home

    def batch(self, numbers):
        "What became of these files: [(number, place, message)], the place empty where nothing went wrong."
        with open(os.devnull, "w") as nothing: os.dup2(nothing.fileno(), 2) # libraries in C complain there
        return [(n, *self.one(n)) for n in numbers]

    def one(self, n):
        limit(SECONDS)
        _, form, data = self.make(n)
        path = self.home/form.file
        path.write_bytes(data)
        try: with_sentences(form.read, path)
        except (ValueError, OSError) as e: # FileNotFoundError is an OSError
            own = not re.search(r"^\[Errno|alloc|memory", str(e)) # and not a library's words
            good = is_sentence(e) and form.file in str(e) and own
            return ("", "refused") if good else (where(e), f"not a sentence about the file: {e!r}")
        except Exception as e: return where(e), f"{type(e).__name__}: {e}"
        finally: limit(0, None)
        return "", "read"


def where(e):
    "The last line of this package in an exception's traceback."
    frames = [f for f in traceback.extract_tb(e.__traceback__) if "/ald/" in f.filename.replace("\\", "/")]
    return f"{type(e).__name__} in {Path(frames[-1].filename).name}: {frames[-1].line}" if frames else type(e).__name__


def faults(fuzzer, n):
    "Yields (number, place, message) for each of `n` files."
    batches = [range(i, min(i + BATCH, n)) for i in range(0, n, BATCH)]
    for numbers, wrong, why in watched(fuzzer.batch, batches, seconds=BATCH*SECONDS):
        if why is None: yield from wrong; continue
        for (i,), wrong, why in watched(fuzzer.batch, [(i,) for i in numbers], 1, 4*SECONDS): # one ended the worker
            yield from wrong if why is None else [(i, why, why)]


def fuzz(kind, n, seed, keep, more):
    "Read `n` files of a kind; print and keep what went wrong. Returns how many did."
    wrong, found, refused = collections.Counter(), {}, 0
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        fuzzer = Fuzzer(kind, seed, folder, more)
        for i, place, message in faults(fuzzer, n):
            refused += message == "refused"
            if not place: continue
            name, _, data = fuzzer.make(i)
            wrong[name, place] += 1
            least = found.setdefault((name, place), (i, data, message))
            if len(data) < len(least[1]): found[name, place] = i, data, message
    fine = n - refused - wrong.total()
    print(f"{n} {kind}: {fine} read, {refused} refused, {wrong.total()} wrong", flush=True)
    for (name, place), times in wrong.most_common():
        i, data, message = found[name, place]
        print(f"{times:7} {name}, {place}\n        {message[:300]}   [number {i}]")
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            (keep/f"{name}-{seed}-{i}-{KINDS[kind][name].file}").write_bytes(data)
    return wrong.total()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for kind in KINDS: parser.add_argument(f"--{kind}", type=int, default=0, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for the smallest file of each thing that went wrong")
    parser.add_argument("--seeds", type=Path, help="folder of whole files, taken for each kind as seeds")
    a = parser.parse_args()
    more = {k: [] for k in KINDS}
    for p in sorted(a.seeds.rglob("*")) if a.seeds else []:
        try: more[file_kind(p)].append(p.read_bytes())
        except (ValueError, OSError, KeyError): pass
    sys.exit(any([fuzz(k, n, a.seed, a.keep, more[k]) for k in KINDS if (n := getattr(a, k))]))


if __name__ == "__main__": main()
