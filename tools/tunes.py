"""Write the tunes in data/midi from the text below, and the table in its README: `python tools/tunes.py`.

To add a tune, add a `Tune` to `TUNES`. Tokens of its text, separated by spaces:

    F#5      a note of one unit (`unit`, a fraction of a whole note); middle C is C4
    F#5:3    three units; F#5:1/2 is half of one
    F#5~     tied to the next note, which has the same pitch: marks between the two take effect while it sounds
    F#5'     staccato (half its length); F#5! is accented (a louder note)
    D4+A4+F5 a chord, from its lowest note; length, bow and marks as for one note: D4+A4+F5:3!
    .:2      a rest of two units
    ( )      a slur: the notes touch; elsewhere each is a bow of its own, with a little air after it
    pp p mp mf f ff   level from here on; `<` or `>` after one: a gradual change until the next one
    vib=60   width of the vibrato from here on, CC1 0 to 127
    tempo=80 quarter notes a minute from here on
    |        a bar line: the bar before it must be full (the first and last may not be)

A note's velocity is the loudest level within it, and CC11 says how it gets there and away.
"""
import re, sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
import mido

PPQ = 480 # ticks in a quarter note
DYNAMICS = dict(pp=48, p=58, mp=68, mf=80, f=94, ff=110) # velocities; 48 to 118 span the middle 90 % of notes in the recordings of nbs/76_playing
STEP = Fraction(1, 32) # of a whole note, between the points of a gradual change
STEPS = dict(C=0, D=2, E=4, F=5, G=7, A=9, B=11, **{"#": 1, "b": -1})

@dataclass
class Tune:
    file: str       # name without .mid
    title: str
    origin: str     # who made it and when, and why it is free
    exercises: str
    meter: tuple
    unit: Fraction  # of a whole note
    tempo: int      # quarter notes a minute
    text: str

E8, Q4 = Fraction(1, 8), Fraction(1, 4)

TUNES = [
    Tune("ode_to_joy", "Ode to Joy", "Ludwig van Beethoven, Symphony No. 9, 1824; public domain", "plain bowing, a syncopation, four levels", (4, 4), Q4, 112, """
        mf F#5 F#5 (G5 A5) | A5 G5 F#5 E5 | D5 D5 (E5 F#5) | F#5:3/2 E5:1/2 E5:2 |
        F#5 F#5 (G5 A5) | A5 G5 F#5 E5 | D5 D5 (E5 F#5) | E5:3/2 D5:1/2 D5:2 |
        p < E5 E5 (F#5 D5) | E5 (F#5:1/2 G5:1/2 F#5) D5 | mf E5 (F#5:1/2 G5:1/2 F#5) E5 | < D5 E5 A4 f F#5!~ |
        F#5 F#5 (G5 A5) | A5 G5 F#5 E5 | D5 D5 (E5 F#5) | > E5:3/2 D5:1/2 D5:2 p |"""),

    Tune("ah_vous_dirai_je", "Ah ! vous dirai-je, maman (Twinkle, twinkle)", "French song, first printed 1761; public domain", "repeated notes", (4, 4), Q4, 132, """
        mf A4 A4 E5 E5 | F#5 F#5 E5:2 | D5 D5 C#5 C#5 | B4 B4 A4:2 |
        p E5' E5' D5' D5' | C#5' C#5' B4:2 | E5' E5' D5' D5' | < C#5' C#5' B4:2 |
        f A4 A4 E5 E5 | F#5 F#5 E5:2 | > D5 D5 C#5 C#5 | B4 B4 A4:2 p |"""),

    Tune("greensleeves", "Greensleeves", "English ballad, registered 1580; public domain", "dotted rhythm, slurs in pairs and threes, swells over each phrase", (6, 8), E8, 92, """
        mp A4 | < (C5:2 D5) (E5:3/2 F#5:1/2 E5) | mf > (D5:2 B4) (G4:3/2 A4:1/2 B4) | mp (C5:2 A4) (A4:3/2 G#4:1/2 A4) | > (B4:2 G#4) E4:2 p A4 |
        mp < (C5:2 D5) (E5:3/2 F#5:1/2 E5) | mf > (D5:2 B4) (G4:3/2 A4:1/2 B4) | mp > (C5:3/2 B4:1/2 A4) (G#4:3/2 F#4:1/2 G#4) | A4:6 p |
        f G5:3 (G5:3/2 F#5:1/2 E5) | > (D5:2 B4) (G4:3/2 A4:1/2 B4) | mp (C5:2 A4) (A4:3/2 G#4:1/2 A4) | < (B4:2 G#4) E4:3 |
        f G5:3 (G5:3/2 F#5:1/2 E5) | > (D5:2 B4) (G4:3/2 A4:1/2 B4) | mp > (C5:3/2 B4:1/2 A4) tempo=80 (G#4:3/2 F#4:1/2 G#4) | p > tempo=69 A4:6 pp |"""),

    Tune("amazing_grace", "Amazing Grace (New Britain)", "American hymn tune, printed 1829; public domain", "the G string, long notes that swell", (3, 4), Q4, 84, """
        p G3 | < C4:2 (E4:1/2 C4:1/2) | mf E4:2 D4 | > C4:2 A3 | p G3:2 G3 |
        < C4:2 (E4:1/2 C4:1/2) | mf E4:2 D4 | < G4:3~ | f > G4:2 mf E4 |
        f G4:2 (E4:1/2 C4:1/2) | > E4:2 D4 | mf C4:2 A3 | > G3:2 p G3 |
        < C4:2 (E4:1/2 C4:1/2) | mf > E4:2 tempo=74 D4 | mp > tempo=66 C4:3~ | C4:2 pp |"""),

    Tune("lullaby", "Lullaby (Wiegenlied)", "Johannes Brahms, Op. 49 No. 4, 1868; public domain", "soft playing, slurs, octave leaps, vibrato by CC1", (3, 4), E8, 80, """
        p vib=40 (A4 A4) | (C5:3 A4) A4:2 | C5:4 (A4 C5) | < F5:2 mp > (E5:3 D5) | (D5:2 C5:2) p (G4 A4) |
        (Bb4:2 G4:2) (G4 A4) | Bb4:4 < (G4 Bb4) | mp (E5 D5) C5:2 E5:2 | > F5:4 p (F4 F4) |
        mp vib=80 < F5:4 mf > (D5 Bb4) | mp C5:4 (A4 F4) | < Bb4:2 C5:2 D5:2 | mf > C5:4 p (F4 F4) |
        mp < F5:4 mf > (D5 Bb4) | mp > C5:4 (A4 F4) | p tempo=72 Bb4:2 A4:2 tempo=63 G4:2 | > vib=50 F4:4 pp |"""),

    Tune("jesu_joy", "Jesu, joy of man's desiring", "Johann Sebastian Bach, BWV 147, 1723; public domain", "unbroken legato in triplets", (9, 8), E8, 102, """
        mp < . (G4 A4 B4 D5 C5) (C5 E5 D5) | mf > (D5 G5 F#5 G5 D5 B4) (G4 A4 B4) | mp (C5 D5 E5 D5 C5 B4) (A4 B4 G4) | (F#4 G4 A4) < (D4 F#4 A4) (C5 B4 A4) |
        (B4 G4 A4 B4 D5 C5) (C5 E5 D5) | f > (D5 G5 F#5 G5 D5 B4) (G4 A4 B4) | mf > (E4 D5 C5 B4 A4 G4) tempo=90 (D4 G4 F#4) | mp > tempo=80 G4:9 pp |"""),

    Tune("minuet", "Minuet in G", "Christian Petzold (long taken for J. S. Bach, BWV Anh. 114), by 1725; public domain", "short detached notes beside slurs, terraced levels", (3, 4), E8, 144, """
        f D5:2 (G4 A4 B4 C5) | D5:2 G4:2' G4:2' | E5:2 (C5 D5 E5 F#5) | G5:2 G4:2' G4:2' |
        C5:2 (D5 C5 B4 A4) | B4:2 (C5 B4 A4 G4) | F#4:2 (G4 A4 B4 G4) | > A4:6 |
        p D5:2 (G4 A4 B4 C5) | D5:2 G4:2' G4:2' | E5:2 (C5 D5 E5 F#5) | G5:2 G4:2' G4:2' |
        < C5:2 (D5 C5 B4 A4) | B4:2 (C5 B4 A4 G4) | f A4:2 (B4 A4 G4 F#4) | G4:6 |
        f B5:2 (G5 A5 B5 G5) | A5:2 (D5 E5 F#5 D5) | G5:2 (E5 F#5 G5 D5) | C#5:2 (B4 C#5) A4:2' |
        mf < (A4 B4 C#5 D5 E5 F#5) | G5:2' F#5:2' E5:2' | f F#5:2' A4:2' C#5:2' | > D5:6 |
        p D5:2 (G4 F#4) G4:2' | E5:2 (G4 F#4) G4:2' | D5:2' C5:2' B4:2' | (A4 G4 F#4 G4) A4:2 |
        < (D4 E4 F#4 G4 A4 B4) | f C5:2' B4:2' A4:2' | (B4 D5) tempo=126 G4:2 F#4:2 | > tempo=112 G4:6 p |"""),

    Tune("etude", "Etude", "written for this project; Apache-2.0 like the rest of it",
         "long notes that swell, vibrato from none to wide, a slurred scale, leaps of two octaves, repeated notes, arpeggios, the top of the range, echoes", (4, 4), E8, 104, """
        p vib=0 < G3:4~ f > G3:4 | p vib=30 < D4:2~ mf vib=70 D4:2~ f vib=110 > D4:2 mp vib=50 (C4 B3) |
        mp < (G3 A3 B3 C4 D4 E4 F#4 G4) | (A4 B4 C5 D5) f (E5 F#5 G5:2) |
        f G3! G5 B3! B5 D4! D6 G4:2 | G6:2 B3! D5 G3! E5 D5:2 |
        mf B4' B4' B4' B4' C5' C5' C5' C5' | p < D5:1/2 D5:1/2 D5:1/2 D5:1/2 D5:1/2 D5:1/2 D5:1/2 D5:1/2 f E5! D5! B4! G4! |
        p < (E4:1/2 G4:1/2 B4:1/2 E5:1/2 G5:1/2 E5:1/2 B4:1/2 G4:1/2) (C4:1/2 E4:1/2 A4:1/2 C5:1/2 E5:1/2 C5:1/2 A4:1/2 E4:1/2) |
        mf < (D4:1/2 F#4:1/2 A4:1/2 D5:1/2 F#5:1/2 D5:1/2 A4:1/2 F#4:1/2) (G4:1/2 B4:1/2 D5:1/2 G5:1/2 B5:1/2 G5:1/2 D5:1/2 B4:1/2) |
        f vib=60 C6:4~ vib=110 C6:2 (B5 A5) | > (G5:2 A5 B5) mf < vib=80 E6:4 |
        f (E6 F#6 G6 A6) ff vib=120 B6:4 | f > vib=90 E7:4~ p E7:2 .:2 |
        f vib=70 (B5:3 A5) (G5 F#5) E5:2 | pp (B5:3 A5) (G5 F#5) E5:2 |
        p < (B4 A4 G4 D4) tempo=88 mp > B3:2 A3:2 | p > vib=90 tempo=72 G3:4~ vib=20 G3:4 pp |"""),

    Tune("silent_night", "Silent Night (Stille Nacht)", "Franz Xaver Gruber, 1818; public domain; second voice written for this project",
         "double stops throughout: thirds and sixths, slurred", (6, 8), E8, 66, """
        p (F#4+A4:3/2 G4+B4:1/2 F#4+A4) D4+F#4:3 | (F#4+A4:3/2 G4+B4:1/2 F#4+A4) D4+F#4:3 | mp < C#5+E5:2 C#5+E5 mf > A4+C#5:3 | mp F#4+D5:2 F#4+D5 > F#4+A4:3 p |
        mp < G4+B4:2 G4+B4 mf (B4+D5:3/2 A4+C#5:1/2 G4+B4) | mp (F#4+A4:3/2 G4+B4:1/2 F#4+A4) > D4+F#4:3 p | mp < G4+B4:2 G4+B4 mf (B4+D5:3/2 A4+C#5:1/2 G4+B4) | mp (F#4+A4:3/2 G4+B4:1/2 F#4+A4) > D4+F#4:3 p |
        mp < C#5+E5:2 C#5+E5 mf (E5+G5:3/2 C#5+E5:1/2 A4+C#5) | f F#4+D5:3 > D5+F#5:3 | mp (F#4+D5:3/2 F#4+A4:1/2 D4+F#4) (C#4+A4:3/2 C#4+G4:1/2 C#4+E4) | p > tempo=58 A3+D4:6 pp |"""),

    Tune("la_folia", "La Folia", "progression of the 16th century; this setting written for this project; Apache-2.0 like the rest of it",
         "chords of three and four between single notes, then double stops", (3, 4), Q4, 92, """
        f D4+A4+F5! F5:3/2 E5:1/2 | A3+E4+C#5+E5! E5:2 | D4+A4+F5! F5:3/2 G5:1/2 | G3+E4+C5+G5! G5:2 |
        A3+F4+C5+A5! A5:3/2 G5:1/2 | G3+E4+C5+G5! G5:3/2 F5:1/2 | D4+A4+F5! F5:3/2 D5:1/2 | A3+E4+C#5! > E4+C#5:2 p |
        p D5+F5 (D5+F5:3/2 C#5+E5:1/2) | C#5+E5:3 | D5+F5 (D5+F5:3/2 E5+G5:1/2) | E5+G5:3 |
        < F5+A5 (F5+A5:3/2 E5+G5:1/2) | mf E5+G5 (E5+G5:3/2 D5+F5:1/2) | f D4+A4+F5! tempo=76 A3+E4+C#5+E5:2 | tempo=66 > D4+A4+F5:3 p |"""),
]

def pitch(name):
    "MIDI number of a name such as F#5 or Bb4."
    step, sign, octave = re.fullmatch(r"([A-G])([#b]?)(\d)", name).groups()
    return 12*(int(octave) + 1) + STEPS[step] + STEPS.get(sign, 0)

def parse(tune):
    """Read a text into notes [start, end, pitch, extra velocity] and marks (time, value), times in whole notes.

    Raises `ValueError` naming the tune and bar for a token that is none, or a bar of the wrong length."""
    notes, levels, vibrato, tempo, last = [], [], [], [(Fraction(0), tune.tempo)], [] # `last`: the notes of the last token
    now = bar_start = Fraction(0); bar = 1; slur = tie = False
    full = Fraction(*tune.meter)
    fail = lambda what: ValueError(f"{tune.file}, bar {bar}: {what}")
    tokens = tune.text.replace("(", "( ").replace(")", " )").split()
    for k, token in enumerate(tokens):
        if token in DYNAMICS: levels.append((now, DYNAMICS[token], tokens[k+1:k+2] == ["<"] or tokens[k+1:k+2] == [">"]))
        elif token in ("<", ">"):
            if tokens[k-1] not in DYNAMICS: levels.append((now, level_at(levels, now), True))
            goal = next((DYNAMICS[t] for t in tokens[k:] if t in DYNAMICS), None)
            if goal is None or (goal > levels[-1][1]) != (token == "<"): raise fail(f"{token} does not lead to a {'louder' if token == '<' else 'softer'} mark")
        elif token.startswith("vib="): vibrato.append((now, int(token[4:])))
        elif token.startswith("tempo="): tempo.append((now, int(token[6:])))
        elif token == "(": slur = True
        elif token == ")":
            slur = False
            for n in last: n[1] = released(n[0], now)
        elif token == "|":
            length = now - bar_start
            at_edge = "|" not in tokens[:k] or "|" not in tokens[k+1:] # an upbeat, or what an upbeat took from the last bar
            if length != full and not (at_edge and length < full): raise fail(f"lasts {length}, not {full}")
            bar, bar_start = bar + 1, now
        elif m := re.fullmatch(r"([A-G][#b]?\d(?:\+[A-G][#b]?\d)*|\.)(?::(\d+(?:/\d+)?))?('?)(!?)(~?)", token):
            names, units, short, accent, tied = m.groups()
            start, now = now, now + tune.unit*Fraction(units or 1)
            if names == ".": continue
            pitches = [pitch(name) for name in names.split("+")]
            end = now if slur or tied else start + (now - start)/2 if short else released(start, now)
            if tie and [n[2] for n in last] != pitches: raise fail(f"{token} is tied to another pitch")
            if tie:
                for n in last: n[1] = end if slur or tied else released(n[0], now)
            else:
                last = [[start, end, p, 14*bool(accent)] for p in pitches]
                notes += last
            tie = bool(tied)
        else: raise fail(f"{token!r} is not in the notation")
    return notes, levels, vibrato, tempo, now

def released(start, end): return end - min((end - start)/6, Fraction(1, 64)) # a sixth of a note, at most a 64th, for the bow to turn

def level_at(levels, t):
    "Level at a time, gradual ones in proportion."
    i = max((i for i, l in enumerate(levels) if l[0] <= t), default=0)
    start, value, gradual = levels[i]
    if not gradual or i + 1 == len(levels): return value
    end, goal, _ = levels[i+1]
    return value + (goal - value)*float((t - start)/(end - start))

def messages(tune):
    "(time in whole notes, order, message) of the voice, and of the conductor."
    notes, levels, vibrato, tempo, end = parse(tune)
    control = lambda n, v: mido.Message("control_change", control=n, value=v)
    voice = [(t, 0, control(1, v)) for t, v in vibrato]
    for start, stop, number, extra in notes:
        times = [start + k*STEP for k in range(int((stop - start)/STEP) + 1)]
        within = [level_at(levels, t) for t in times]
        loudest = max(within)
        voice += [(t, 1, control(11, round(127*l/loudest))) for t, l in zip(times, within)] # both follow 40 log10, so the ratio is the change
        voice += [(start, 2, mido.Message("note_on", note=number, velocity=min(127, round(loudest) + extra))),
                  (stop, -1, mido.Message("note_off", note=number))]
    return voice, [(t, 0, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(v))) for t, v in tempo], end

def track(head, events):
    "A track from messages at absolute times; a controller that does not change is not sent."
    out, now, sent = mido.MidiTrack(head), 0, {}
    for t, _, msg in sorted(events, key=lambda e: e[:2]):
        if msg.type == "control_change":
            if sent.get(msg.control) == msg.value: continue
            sent[msg.control] = msg.value
        tick = round(t*4*PPQ)
        out.append(msg.copy(time=tick - now)); now = tick
    return out

def write(tune, folder):
    "Write one tune; return its file."
    voice, conductor, _ = messages(tune)
    head = [mido.MetaMessage("track_name", name=tune.title), mido.MetaMessage("time_signature", numerator=tune.meter[0], denominator=tune.meter[1])]
    tracks = [track(head, conductor), track([mido.MetaMessage("track_name", name="Violin"), mido.Message("program_change", program=40)], voice)]
    mido.MidiFile(ticks_per_beat=PPQ, tracks=tracks).save(folder/f"{tune.file}.mid")
    return folder/f"{tune.file}.mid"

NAMES = "C C# D D# E F F# G G# A A# B".split()

def row(tune, path):
    "The tune's line of the README."
    numbers = [n[2] for n in parse(tune)[0]]
    low, high = (NAMES[p % 12] + str(p//12 - 1) for p in (min(numbers), max(numbers)))
    return f"| `{path.name}` | {tune.title} | {tune.origin} | {mido.MidiFile(path).length:.0f} s | {low} to {high} | {tune.exercises} |"

README = """# Tunes

`ald` ships these melodies to play and to test with: `ald play data/midi/etude.mid`. They were entered by hand
for this project, with bowing and dynamics, as text in `tools/tunes.py`. The head of that file explains the
notation. `python tools/tunes.py` writes the files and this page from it, byte for byte the same each time. The
melodies are in the public domain; the files are under the project's licence.

| file | melody | origin | length | compass | what it exercises |
| --- | --- | --- | --- | --- | --- |
{}

Each file has one voice (program 40, violin) and a conductor track with tempo and time signature. Velocity is the
level of a note at its loudest. Expression (CC11) shapes the level within notes. Modulation (CC1), where it occurs, is
the width of the vibrato. Notes that touch are slurred.
"""

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]/"data"/"midi"
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row(t, write(t, folder)) for t in TUNES]
    (folder/"README.md").write_text(README.format("\n".join(rows)), encoding="utf-8")
    print("\n".join(rows))
