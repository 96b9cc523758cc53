"""Check the rules of the house that a machine can check. Print one line for each fault; exit 1 if there is any.

    python tools/lint.py

Notebooks: one number each; a title and a promise; short cells (or a `# long:` reason); lines of code and text up to
120 characters; directives where nbdev reads them; imports in order, and only from lower numbers; no error, stderr
output or widget state; short sounds; a file small enough to read on the web. Modules: not too long, no name imported
twice, and in what training needs, at module level, only what a bare GPU machine has. All tracked text: no path of one
machine, no number left to fill in, no notebook named that is not there. Each relative link leads to a file; README.md
links each notebook.

Sounds are measured only where soundfile is installed; everything else needs only Python.
"""
import ast, base64, io, json, re, subprocess, sys
from pathlib import Path
try: import soundfile
except ImportError: soundfile = None

TOP = Path(__file__).resolve().parent.parent
MAX_BYTES = 1_000_000 # of a notebook: GitHub shows larger ones slowly or not at all
MAX_LINES = 40        # of one cell
MAX_MODULE = 600      # lines of one module
MAX_WIDTH = 120       # characters of a line
MAX_SECONDS = 10      # of a sound in an output
WINGS = 1, 2, 3       # floors that do not import each other: data, networks, MIDI
OPTIONAL = {"ald.snake_kernel"} # used by an earlier notebook where there are a GPU and Triton
LEAN = set("""config files audio weights core curves datasets cache data bank layers vae discriminator losses balancer
    unet edm render optim checkpoint profiling run latent_cache train recipe gpu bench""".split())
LEAN_IMPORTS = set(sys.stdlib_module_names) | {"torch", "torchaudio", "numpy", "safetensors", "tqdm", "ald"}
MACHINE = re.compile(r"(?<![\w.])/(?:home|Users|root|work|mnt|opt)/\w+")
NOTEBOOK = re.compile(r"(?<![\w.-])\d\d_[a-z]\w*")
UNFILLED = "TODO-" + "NUMBER"
LINK = re.compile(r'(?:([^\[\]]*)\]\(|(?:src|href)=")([^)\s"#]+)')
SOUND = re.compile(r"data:audio/[\w.+-]+;base64,([A-Za-z0-9+/=]+)")


def joined(x): return "".join(x) if isinstance(x, (list, str)) else ""


def source(cell): return joined(cell["source"])


def too_wide(lines):
    "One fault for each line that is too long."
    for l in lines:
        if len(l) > MAX_WIDTH: yield f"a line has {len(l)} characters, {MAX_WIDTH} are the most: {l.strip()[:60]}..."


def prose(text):
    "The lines of markdown that have a width: no tables, pictures, HTML or formulas, and links without their targets."
    formula = False
    for l in text.splitlines():
        if l.count("$$") % 2: formula = not formula
        if formula or "$$" in l or l.lstrip().startswith(("|", "<", "![")): continue
        yield re.sub(r"\]\([^)]*\)|<http[^>]*>", "]()", l)


def link_faults(text, folder):
    "Relative links of markdown in a file of `folder` that lead nowhere, or to another notebook than their text says."
    for label, target in LINK.findall(re.sub("```.*?```|`[^`\n]*`", "", text, flags=re.S)): # code holds no links
        if re.match(r"[a-z][a-z0-9+.-]*:", target): continue
        if not (folder/target).exists(): yield f"links to {target}, which is not there"
        number = re.match(r"\d\d(?=_\w+\.ipynb)", Path(target).name)
        if number and re.match(r"\d\d(?!\d)", label) and label[:2] != number[0]:
            yield f"the link [{label}] leads to {Path(target).name}"


# Sounds

def sounds(cell):
    "The bytes of each sound in the outputs of a cell."
    for out in cell.get("outputs", []):
        for mime, x in out.get("data", {}).items():
            for code in [joined(x)] if mime.startswith("audio/") else SOUND.findall(joined(x)):
                yield base64.b64decode(code)


def seconds(sound):
    "How long a sound is; 0 where soundfile is not installed."
    return soundfile.info(io.BytesIO(sound)).duration if soundfile else 0


# Imports

def parsed(cell):
    "The syntax tree of a code cell, without its lines of magic."
    return ast.parse(re.sub(r"^(\s*)[%!].*", r"\1pass", source(cell), flags=re.M))


def imports(tree):
    "Each import in `tree`: (module, names bound, node); a sibling of `ald` is written `ald.name`."
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for a in node.names: yield a.name, [a.asname or a.name], node
        elif isinstance(node, ast.ImportFrom):
            bound = [a.asname or a.name for a in node.names]
            if node.module in ("ald", None):
                for a in node.names: yield f"ald.{a.name}", [a.asname or a.name], node
            else: yield "ald." * bool(node.level) + node.module, bound, node


def numbers(notebooks):
    "The number of the notebook that each module of `ald` comes from."
    for p in notebooks:
        code = "\n".join(map(source, json.loads(p.read_text(encoding="utf-8"))["cells"]))
        name = re.search(r"^#\| *default_exp (\w+)", code, re.M)
        if name and p.stem[:2].isdigit(): yield name[1], int(p.stem[:2])


def misplaced(tree, number, order):
    "One fault for each import of a module whose notebook has a higher number, or lies in a wing beside."
    for module in sorted({m for m, _, _ in imports(tree) if m.startswith("ald.") and m[4:] in order} - OPTIONAL):
        other = order[module[4:]]
        if other > number: yield f"imports {module}, which comes from a later notebook ({other})"
        elif number//10 in WINGS and other//10 in WINGS and other//10 != number//10:
            yield f"imports {module}, from a wing that does not know this one ({other}); see CONTRIBUTING.md"


def layer(module):
    "0 for the standard library, 1 for other packages, 2 for modules of ald."
    name = module.split(".")[0]
    return 2 if name == "ald" else 0 if name in sys.stdlib_module_names else 1


def unsorted(tree):
    "A fault if the imports of a cell are out of order; plain `import ald` is free, it may have to come before torch."
    layers = [layer(m) for m, _, node in imports(tree) if node in tree.body and m != "ald"]
    if layers != sorted(layers): yield "imports are not in order: the standard library, then other packages, then ald"


def twice(tree):
    "One fault for each name that is imported at the top and again at the top or in a function."
    found = [(name, node in tree.body) for _, bound, node in imports(tree) for name in bound if name != "*"]
    top = [name for name, at_top in found if at_top]
    for name in sorted({n for n in top if sum(n == m for m, _ in found) > 1}): yield f"imports {name} twice"


# Files

def cell_faults(cell, number, order):
    "What is wrong with one cell of the notebook with this number."
    lines = source(cell).splitlines()
    if cell["cell_type"] != "code":
        yield from [*too_wide(prose(source(cell))), *link_faults(source(cell), TOP/"nbs")]
        return
    yield from too_wide(lines)
    if len(lines) > MAX_LINES and not any(l.strip().startswith("# long:") for l in lines):
        yield f"has {len(lines)} lines; split it, or say why after `# long:`"
    code = next((j for j, l in enumerate(lines) if not l.startswith("#|")), len(lines))
    for l in lines[code:]:
        if l.startswith("#|"): yield f"directive {l!r} is not at the top of its cell, so nbdev does not see it"
    yield from output_faults(cell)
    try: tree = parsed(cell)
    except SyntaxError as e: yield f"is not Python: {e}"
    else: yield from [*misplaced(tree, number, order), *unsorted(tree)]


def output_faults(cell):
    "What is wrong with the outputs of one code cell."
    for out in cell["outputs"]:
        if out["output_type"] == "error": yield f"ended with {out['ename']}: {out['evalue'][:80]}"
        if out.get("name") == "stderr": yield f"wrote to stderr: {''.join(out['text'])[:80]!r}"
    for s in map(seconds, sounds(cell)):
        if s > MAX_SECONDS: yield f"holds a sound of {s:.1f} s; {MAX_SECONDS} s are the most"


def notebook_faults(path, order):
    "What is wrong with one notebook."
    nb = json.loads(path.read_text(encoding="utf-8"))
    size = path.stat().st_size
    if size > MAX_BYTES: yield f"has {size:,} bytes; {MAX_BYTES:,} are the most"
    if "widgets" in nb["metadata"]: yield "holds widget state; strip metadata.widgets"
    if not re.match(r"# \S.*\n+> \S", source(nb["cells"][0])):
        yield "does not open with `# Title` and `> promise` in one cell"
    number = int(path.stem[:2]) if path.stem[:2].isdigit() else 99 # the index stands after all
    for i, cell in enumerate(nb["cells"]):
        for fault in cell_faults(cell, number, order): yield f"cell {i}: {fault}"


def module_faults(path, order):
    "What is wrong with one exported module; `order` gives each module the number of its notebook."
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    if (n := text.count("\n")) > MAX_MODULE: yield f"has {n} lines, {MAX_MODULE} are the most; split its notebook"
    yield from twice(tree)
    if path.stem in order: yield from misplaced(tree, order[path.stem], order)
    if path.stem in LEAN:
        for module, _, node in imports(tree):
            if node in tree.body and module.split(".")[0] not in LEAN_IMPORTS:
                yield f"imports {module} at module level; training needs this module, so import it where it is used"


def text_faults(path):
    "What is wrong with one tracked text file."
    try: text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError: return
    for m in MACHINE.finditer(text): yield f"names a path of one machine, {m[0]}"
    if n := text.count(UNFILLED): yield f"{n} numbers are not filled in yet ({UNFILLED})"
    for name in sorted(set(NOTEBOOK.findall(text))):
        if not (TOP/"nbs"/f"{name}.ipynb").exists(): yield f"names the notebook {name}, which is not there"
    if path.suffix == ".md": yield from [*too_wide(prose(text)), *link_faults(text, path.parent)]


def readme_faults(notebooks):
    "Notebooks that README.md does not mention."
    text = (TOP/"README.md").read_text(encoding="utf-8")
    for nb in notebooks:
        if nb.stem != "index" and nb.name not in text: yield f"does not mention {nb.name}"


def number_faults(notebooks):
    "Notebooks whose number another one has."
    first = {}
    for p in notebooks:
        other = first.setdefault(p.stem[:2], p)
        if p != other and p.stem[0].isdigit(): yield p, f"has the number of {other.name}; each notebook has its own"


def main():
    tracked = [TOP/p for p in subprocess.check_output(["git", "ls-files", "-z"], cwd=TOP, text=True).split("\0") if p]
    tracked = [p for p in tracked if p.is_file()]
    notebooks = sorted((TOP/"nbs").glob("*.ipynb"))
    order = dict(numbers(notebooks))
    faults = [*number_faults(notebooks)]
    faults += [(p, f) for p in notebooks for f in notebook_faults(p, order)]
    faults += [(p, f) for p in sorted((TOP/"ald").glob("[!_]*.py")) for f in module_faults(p, order)]
    faults += [(p, f) for p in tracked for f in text_faults(p)]
    faults += [(TOP/"README.md", f) for f in readme_faults(notebooks)]
    for p, f in faults: print(f"{p.relative_to(TOP)}: {f}")
    print(f"{len(notebooks)} notebooks, {len(tracked)} tracked files, {len(faults)} faults")
    if not soundfile: print("soundfile is not installed, so no sound was measured")
    sys.exit(bool(faults))


if __name__ == "__main__": main()
