"""Make README.md from `nbs/index.ipynb`, without Quarto.

    python tools/readme.py

nbdev's own processors drop hidden and exported cells and directives. The rest is written in order: markdown as it
is, code fenced, printed and returned text fenced, tables that a cell gives as markdown as they are, pictures to
`nbs/index_files/`. Links and pictures relative to `nbs/` become relative to the top level, where README.md is.
Outputs are those stored in the notebook. Nothing is run, so the same notebook gives the same README.
"""
import base64, posixpath, re, shutil, sys
from pathlib import Path
from nbdev.process import NBProcessor
from nbdev.processors import FilterDefaults

TOP = Path(__file__).resolve().parent.parent
NBS, PICTURES = "nbs", "nbs/index_files" # relative to the top level, as README.md links to them

# Left out of nbdev's list: the title stays a heading and does not become Quarto's front matter; backticks do not
# become links (they would depend on what else is installed); documentation cells would run code.
SKIP = {"FrontmatterProc", "add_links", "add_show_docs", "exec_show_docs"}

LINK = re.compile(r'(\]\(|<img[^>]*?\ssrc="|<a[^>]*?\shref=")([^)\s"]+)')
CODE = re.compile(r"(^(?P<f>```+|~~~+).*?^(?P=f)|`[^`\n]+`)", re.M|re.S)


def from_top(target):
    "The link `target` of a page in nbs/ as seen from the top level; addresses and anchors stay as they are."
    if re.match(r"[a-z][a-z0-9+.-]*:|[#/]", target, re.I): return target
    return posixpath.normpath(posixpath.join(NBS, target))


def relink(text):
    "Markdown with its relative links rewritten; fenced and inline code is left alone."
    parts = CODE.split(text) # every match gives two groups: the code, and the fence alone
    return "".join(LINK.sub(lambda m: m[1] + from_top(m[2]), p) if i % 3 == 0 else p
                   for i, p in enumerate(parts) if i % 3 != 2)


def joined(x): return "".join(x) if isinstance(x, list) else x


def fenced(text, lang=""):
    text = joined(text).rstrip("\n")
    fence = "`" * max(3, 1 + max(map(len, re.findall("`{3,}", text)), default=0))
    return f"{fence}{lang}\n{text}\n{fence}"


def output(out, name):
    "One output of a code cell as markdown; None for a player or a widget. Writes its picture, if any."
    if out.output_type == "error":
        sys.exit(f"{NBS}/index.ipynb: a cell ended with {out.ename}: {out.evalue}; run it again")
    if out.output_type == "stream": return fenced(out.text) if out.name == "stdout" else None
    data = out.data
    if "image/png" in data:
        (TOP/PICTURES).mkdir(exist_ok=True)
        (TOP/PICTURES/f"{name}.png").write_bytes(base64.b64decode(joined(data["image/png"])))
        return f"![]({PICTURES}/{name}.png)"
    if "text/markdown" in data: return relink(joined(data["text/markdown"]).strip())
    plain = joined(data.get("text/plain", "<"))
    return None if plain.startswith("<") else fenced(plain)


def blocks(cell, i):
    "The markdown blocks that one cell becomes."
    if cell.cell_type == "markdown": yield relink(cell.source.strip())
    if cell.cell_type != "code": return
    echo = cell.directives_.get("echo:", ["true"])[0] != "false"
    source = "\n".join(l for l in cell.source.splitlines() if not l.startswith("#|")).strip()
    if echo and source: yield fenced(source, "python")
    for j, out in enumerate(cell.get("outputs", [])): yield output(out, f"cell-{i}-{j}")


def main():
    shutil.rmtree(TOP/PICTURES, ignore_errors=True) # so that no picture outlives its cell
    procs = [p for p in FilterDefaults().procs() if p.__name__ not in SKIP]
    nb = NBProcessor(TOP/NBS/"index.ipynb", procs, process=True).nb
    text = [b for i, cell in enumerate(nb.cells) for b in blocks(cell, i) if b]
    (TOP/"README.md").write_text("\n\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__": main()
