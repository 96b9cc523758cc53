"""Measure the house: how long lines, functions, cells and texts are; one table.

    python tools/house.py                # the files as they are now
    python tools/house.py --at v1 main~9 # the same for git revisions, side by side with now

Modules are `ald/*.py` without `_modidx.py`. A function is every `def`, methods and nested ones included; its length
counts all lines from `def` to its end. Private is a name that begins with `_`, but not with two. Notebooks are
`nbs/*.ipynb`. The table says what is; `tools/lint.py` says what must be.
"""
import argparse, ast, base64, io, json, re, subprocess, sys, tarfile, tempfile
from pathlib import Path
from lint import TOP, seconds, soundfile, sounds, source


def share(xs, over):
    "Percentage of the numbers `xs` above `over`."
    return f"{100 * sum(x > over for x in xs) / max(1, len(xs)):.1f} %"


def spread(xs):
    "Median, 90th percentile and maximum of numbers."
    xs = sorted(xs) or [0]
    return f"{xs[len(xs)//2]} / {xs[len(xs)*9//10]} / {xs[-1]}"


def largest(named, unit=""):
    "The largest of the values of `named`, with its name."
    name = max(named, key=named.get)
    return f"{named[name]:,}{unit} {name}"


def parameters(f):
    "How many parameters a function takes, without self and cls."
    args = f.args.posonlyargs + f.args.args + f.args.kwonlyargs
    return sum(a.arg not in ("self", "cls") for a in args) + bool(f.args.vararg) + bool(f.args.kwarg)


def count_words(cell):
    "How many words the text of a cell has; bars of tables and other signs are none."
    return sum(any(map(str.isalnum, w)) for w in source(cell).split()) if cell["cell_type"] == "markdown" else 0


def modules(top):
    "Rows about the modules of the checkout `top`."
    text = {p.stem: p.read_text(encoding="utf-8") for p in top.glob("ald/*.py") if p.stem != "_modidx"}
    width = [len(l) for t in text.values() for l in t.splitlines()]
    yield "modules", len(text)
    yield "longest module, lines", largest({n: t.count("\n") for n, t in text.items()})
    yield "lines", len(width)
    yield "lines over 100 / over 120 characters", f"{share(width, 100)} / {share(width, 120)}"
    yield "longest line", max(width)
    nodes = [n for t in text.values() for n in ast.walk(ast.parse(t))]
    fs = [n for n in nodes if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
    yield "functions", len(fs)
    yield "lines a function, median / 90 % / most", spread([f.end_lineno - f.lineno + 1 for f in fs])
    yield "most parameters", largest({f.name: parameters(f) for f in sorted(fs, key=parameters)})
    yield "private functions", share([bool(re.match("_(?!_)", f.name)) for f in fs], 0)


def notebooks(top):
    "Rows about the notebooks of the checkout `top`."
    paths = sorted(top.glob("nbs/*.ipynb"))
    cells = {p.stem: json.loads(p.read_text(encoding="utf-8"))["cells"] for p in paths}
    code = [len(source(c).splitlines()) for cs in cells.values() for c in cs if c["cell_type"] == "code"]
    words = {n: sum(map(count_words, cs)) for n, cs in cells.items()}
    heard = {n: max((round(seconds(s), 1) for c in cs for s in sounds(c)), default=0) for n, cs in cells.items()}
    yield "notebooks", len(paths)
    yield "cells", sum(map(len, cells.values()))
    yield "lines a code cell, median / 90 % / most", spread(code)
    yield "cells over 25 / over 40 lines", f"{sum(n > 25 for n in code)} / {sum(n > 40 for n in code)}"
    yield "words of text a notebook, median / 90 % / most", spread(list(words.values()))
    yield "most words", largest(words)
    yield "largest notebook, kB", largest({p.stem: p.stat().st_size // 1000 for p in paths})
    yield "longest sound in an output", largest(heard, " s") if soundfile else "not measured"


def measure(top): return dict([*modules(top), *notebooks(top)])


def measure_at(rev):
    "The same of a git revision, unpacked to a temporary folder."
    git = subprocess.run(["git", "archive", rev, "ald", "nbs"], cwd=TOP, capture_output=True)
    if git.returncode: sys.exit(f"{rev}: {git.stderr.decode().strip()}; give a revision that git knows")
    with tempfile.TemporaryDirectory() as top:
        tarfile.open(fileobj=io.BytesIO(git.stdout)).extractall(top, filter="data")
        return measure(Path(top))


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--at", nargs="+", default=[], metavar="REV", help="git revisions to show beside the files of now")
    revs = p.parse_args().at
    columns = [measure_at(r) for r in revs] + [measure(TOP)]
    rows = [["", *revs, "now"], *([name, *(str(c[name]) for c in columns)] for name in columns[0])]
    widths = [max(map(len, col)) for col in zip(*rows)]
    for row in rows: print("  ".join(x.ljust(w) for x, w in zip(row, widths)).rstrip())


if __name__ == "__main__": main()
