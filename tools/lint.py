"""Check the rules of the house that a machine can check; one line for each breach, exit 1 if there is any.

    python tools/lint.py

Notebooks: a title and a promise, short cells (or a `# long:` reason) of lines up to 120 characters, directives where
nbdev reads them, no error or stderr output, no widget state, a file small enough to read on the web. Modules: imports of no higher-numbered notebooks, and in
what training needs, at module level, only what a bare GPU machine has. All tracked text: no path of somebody's machine,
no number still to be filled in. README.md: every relative link leads to a file, and every notebook is linked.
"""
import ast, json, re, subprocess, sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
MAX_BYTES = 1_500_000 # GitHub shows notebooks of a few megabytes slowly or not at all
MAX_LINES = 40        # of one cell
MAX_WIDTH = 120       # of a line of code
LEAN = set("config files audio weights core datasets cache data bank curves layers".split()
           + "vae discriminator losses balancer unet edm optim checkpoint profiling run latent_cache train recipe".split())
LEAN_IMPORTS = set(sys.stdlib_module_names) | {"torch", "torchaudio", "numpy", "safetensors", "tqdm", "ald"}
MACHINE = re.compile(r"(?<![\w.])/(?:home|Users|root|work|mnt|opt)/\w+")
UNFILLED = "TODO-" + "NUMBER"
LINK = re.compile(r'(?:\]\(|(?:src|href)=")([^)\s"#]+)')


def cell_faults(cell, i):
    "What is wrong with cell number `i` of a notebook."
    lines = "".join(cell["source"]).splitlines()
    if cell["cell_type"] != "code": return
    if len(lines) > MAX_LINES and not any(l.strip().startswith("# long:") for l in lines):
        yield f"cell {i} has {len(lines)} lines; split it, or say why after `# long:`"
    for l in lines:
        if len(l) > MAX_WIDTH: yield f"cell {i} has a line of {len(l)} characters; {MAX_WIDTH} are the most: {l[:60]}..."
    code = next((j for j, l in enumerate(lines) if not l.startswith("#|")), len(lines))
    for l in lines[code:]:
        if l.startswith("#|"): yield f"cell {i}: directive {l!r} is not at the top of its cell, so nbdev does not see it"
    for out in cell["outputs"]:
        if out["output_type"] == "error": yield f"cell {i} ended with {out['ename']}: {out['evalue'][:80]}"
        if out.get("name") == "stderr": yield f"cell {i} wrote to stderr: {''.join(out['text'])[:80]!r}"


def notebook_faults(path):
    "What is wrong with one notebook."
    nb = json.loads(path.read_text(encoding="utf-8"))
    if path.stat().st_size > MAX_BYTES: yield f"{path.stat().st_size/1e6:.1f} MB; keep it below {MAX_BYTES/1e6:g} MB"
    if "widgets" in nb["metadata"]: yield "holds widget state; strip metadata.widgets"
    first = "".join(nb["cells"][0]["source"])
    if not re.match(r"# \S.*\n+> \S", first): yield "does not open with `# Title` and `> promise` in one cell"
    for i, cell in enumerate(nb["cells"]): yield from cell_faults(cell, i)


def imported(tree):
    "Modules that `tree` imports: (top-level name or '.sibling', whether at module level)."
    for node in ast.walk(tree):
        if isinstance(node, ast.Import): names = [a.name.split(".")[0] for a in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level: names = [f".{node.module}"]
        elif isinstance(node, ast.ImportFrom):
            names = [f".{node.module[4:]}" if node.module.startswith("ald.") else node.module.split(".")[0]]
        else: continue
        for n in names: yield n, node in tree.body


def module_faults(path, order):
    "What is wrong with one exported module; `order` gives each module the place of its notebook."
    for name, top in imported(ast.parse(path.read_text(encoding="utf-8"))):
        if name.startswith("."):
            if path.stem in order and order.get(name[1:], 0) > order[path.stem]:
                yield f"imports {name[1:]}, which is not an earlier notebook"
        elif top and path.stem in LEAN and name not in LEAN_IMPORTS:
            yield f"imports {name} at module level; training needs this module, so import it where it is used"


def text_faults(path):
    "What is wrong with one tracked text file."
    try: text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError: return
    for m in MACHINE.finditer(text): yield f"names a path of one machine, {m[0]}"
    if n := text.count(UNFILLED): yield f"{n} numbers still to be filled in ({UNFILLED})"
    if path == TOP/"README.md":
        for nb in sorted((TOP/"nbs").glob("[0-9]*.ipynb")):
            if nb.name not in text: yield f"does not mention {nb.name}"
        for target in LINK.findall(re.sub("```.*?```|`[^`\n]*`", "", text, flags=re.S)): # what stands in code is no link
            if not re.match(r"[a-z][a-z0-9+.-]*:", target) and not (path.parent/target).exists(): yield f"links to {target}, which is not there"


def main():
    tracked = [TOP/p for p in subprocess.check_output(["git", "ls-files", "-z"], cwd=TOP, text=True).split("\0") if p]
    tracked = [p for p in tracked if p.is_file()]
    notebooks = sorted((TOP/"nbs").glob("*.ipynb"))
    order = {m[2]: int(m[1]) for p in notebooks if (m := re.match(r"(\d+)_(\w+)", p.stem))}
    faults = [(p, f) for p in notebooks for f in notebook_faults(p)]
    faults += [(p, f) for p in sorted((TOP/"ald").glob("[!_]*.py")) for f in module_faults(p, order)]
    faults += [(p, f) for p in tracked for f in text_faults(p)]
    for p, f in faults: print(f"{p.relative_to(TOP)}: {f}")
    print(f"{len(notebooks)} notebooks, {len(tracked)} tracked files, {len(faults)} faults")
    sys.exit(bool(faults))


if __name__ == "__main__": main()
