"""Notes in the editor, in a real browser: several selected, added, deleted, made longer, split, marked, copied.

    python tools/browser_notes.py [--screenshot FILE.png]

`tools/browser_test.py` calls `edit_notes`. Each thing is done with the mouse or the keyboard, and the kernel is asked
for the notes that came of it.
"""
import argparse, shutil, tempfile, time
from pathlib import Path
from browser_test import BROWSERS, FLAGS, Kernel, Page, demand, jupyter, play_notebook, run_notebook, wait_for, watched


class Notes:
    "The notes of an editor, by the mouse, and as the kernel has them."
    def __init__(self, editor, kernel):
        self.editor, self.page, self.kernel, self.keys = editor, editor.page, kernel, editor.page.keyboard

    def ask(self, expression):
        return self.kernel.ask(expression, "from ald.gestures import frame_span, marks_of, vibrato_traits")

    def all(self): return self.ask("[[n.start, n.end, n.pitch, *marks_of(n)] for n in editor.notes]")
    def chosen(self): return self.ask("editor.selection")
    def box(self, i): return self.editor.note(i).bounding_box()
    def middle(self, i): return (b := self.box(i))["x"] + b["width"]/2, b["y"] + b["height"]/2
    def shown(self): return self.editor.root.locator(".ald-notes .ald-selected").count()

    def click(self, i, *keys):
        for k in keys: self.keys.down(k)
        self.page.mouse.click(*self.middle(i))
        for k in keys: self.keys.up(k)

    def select(self, *which):
        "By clicks, each with Control but the first."
        self.click(which[0])
        for i in which[1:]: self.click(i, "Control")
        wait_for(lambda: self.chosen() == sorted(which), f"notes {[i + 1 for i in which]} are selected")

    def undo_to(self, before, sentence):
        for _ in range(12):
            if self.all() == before: break
            self.keys.press("Control+z")
            time.sleep(.25)
        demand(self.all() == before, sentence)


def edit_notes(editor, kernel, screenshot=None):
    "Everything about notes."
    notes = Notes(editor, kernel)
    kernel.ask("None", "editor.open('lullaby')")
    wait_for(lambda: "lullaby" in editor.said() and notes.ask("editor.name == 'lullaby'"), "a lullaby is opened")
    select_notes(notes)
    add_and_delete(notes)
    change_lengths(notes)
    move_several(notes)
    mark_notes(notes, screenshot)
    copy_and_paste(notes)
    loudness_and_vibrato(notes)


def select_notes(notes):
    page, keys = notes.page, notes.keys
    notes.click(0)
    wait_for(lambda: notes.chosen() == [0], "a click selects a note")
    notes.click(2, "Control")
    wait_for(lambda: notes.chosen() == [0, 2], "Control and a click one more")
    notes.click(0, "Control")
    wait_for(lambda: notes.chosen() == [2], "and once more takes it away")
    notes.click(4, "Shift")
    several = lambda: notes.chosen() == [2, 3, 4] and notes.shown() == 3
    wait_for(several, "Shift and a click all up to there, which is drawn")
    wait_for(lambda: page.locator(".widget-html b", has_text="3 notes").count() == 1, "the panel says 3 notes")
    wait_for(lambda: notes.editor.said() == "3 notes selected", "and so does the status line")
    keys.press("Shift+n")
    wait_for(lambda: notes.chosen() == [2, 3, 4, 5], "Shift and N one more")
    keys.press("Control+a")
    many = notes.ask("len(editor.notes)")
    wait_for(lambda: len(notes.chosen()) == many, f"Control and A all {many}")
    keys.press("Escape")
    wait_for(lambda: notes.chosen() == [] and notes.shown() == 0, "Escape none")
    a, b = notes.box(1), notes.box(3)
    top, bottom = min(a["y"], b["y"], notes.box(2)["y"]) - 5, max(a["y"], b["y"], notes.box(2)["y"]) + a["height"] + 5
    notes.editor.line([(a["x"] + 3, top), ((a["x"] + b["x"])/2, bottom), (b["x"] + 3, bottom)])
    wait_for(lambda: notes.chosen() == [1, 2, 3], "a drag over empty space selects what it touches")
    wait_for(lambda: notes.editor.root.locator(".ald-band").count() == 0, "and its rectangle goes")


def add_and_delete(notes):
    before, keys = notes.all(), notes.keys
    high = max(n[2] for n in before) + 2
    start = before[2][0] + .1
    x, y = notes.page.evaluate(PLACE, [start, high])
    notes.page.mouse.dblclick(x, y)
    wait_for(lambda: len(notes.all()) == len(before) + 1, "a double click on an empty place adds a note")
    k = next(i for i, n in enumerate(notes.all()) if n not in before and n[2] == high)
    demand(abs(notes.all()[k][0] - start) < .05, f"there, at its height: {notes.all()[k][:3]}")
    wait_for(lambda: notes.chosen() == [k] and notes.shown() == 1, "and it is selected")
    loud = notes.ask(f"float(editor.curves.envelope[{round((start + .15)*86.13)}])")
    demand(loud > .05, f"with a curve: {loud:.2f}")
    keys.press("Delete")
    wait_for(lambda: len(notes.all()) == len(before), "Delete deletes it")
    notes.undo_to(before, "all undone")
    notes.select(1, 2)
    keys.press("Backspace")
    wait_for(lambda: len(notes.all()) == len(before) - 2 and notes.chosen() == [], "Backspace deletes two")
    notes.undo_to(before, "and Control Z brings them back")
    keys.press("Escape")
    keys.press("a")
    wait_for(lambda: len(notes.chosen()) == 1 and notes.all() != before, "A adds one at the playhead")
    notes.undo_to(before, "undone")


def change_lengths(notes):
    before, keys, mouse = notes.all(), notes.keys, notes.page.mouse
    box = notes.box(3)
    x, y = box["x"] + box["width"] - 2, box["y"] + box["height"]/2
    mouse.move(x, y)
    cursor = lambda: notes.editor.note(3).evaluate("e => getComputedStyle(e).cursor")
    wait_for(lambda: cursor() == "ew-resize", "the pointer shows the edge of a note")
    notes.editor.line([(x, y), (x - box["width"]/3, y)])
    wait_for(lambda: notes.all()[3][1] < before[3][1] - .02, "dragging its right edge makes it shorter")
    demand(notes.all()[3][0] == before[3][0] and len(notes.all()) == len(before), "and it begins where it did")
    notes.undo_to(before, "undone")
    box = notes.box(3)
    notes.editor.line([(box["x"] + 2, y), (box["x"] + box["width"]/3, y)])
    wait_for(lambda: notes.all()[3][0] > before[3][0] + .02, "dragging its left edge makes it begin later")
    notes.undo_to(before, "undone")
    notes.click(3)
    keys.press("Alt+ArrowRight"); keys.press("Alt+ArrowRight")
    wait_for(lambda: abs(notes.all()[3][1] - before[3][1] - .04) < 1e-3, "Alt and Right lengthen it by 20 ms each")
    keys.press("Alt+Shift+ArrowRight")
    wait_for(lambda: abs(notes.all()[3][0] - before[3][0] - .02) < 1e-3, "with Shift it begins later")
    notes.undo_to(before, "undone")
    keys.press("Escape")
    mouse.move(*notes.middle(3))
    keys.press("s")
    two = lambda: len(notes.all()) == len(before) + 1 and notes.chosen() == [3, 4]
    wait_for(two, "S splits the note under the mouse")
    halfway = (before[3][0] + before[3][1])/2
    demand(abs(notes.all()[4][0] - halfway) < .05, f"there: {notes.all()[4][0]:.2f}, middle {halfway:.2f}")
    notes.undo_to(before, "undone")


def move_several(notes):
    before, keys = notes.all(), notes.keys
    notes.select(1, 2, 3)
    keys.press("ArrowUp")
    raised = lambda by: [n[2] for n in notes.all()[:6]] == [n[2] + by*(1 <= i <= 3) for i, n in enumerate(before[:6])]
    wait_for(lambda: raised(1), "Up raises three notes by a semitone")
    keys.press("ArrowDown")
    wait_for(lambda: raised(0), "and Down lowers them again")
    keys.press("ArrowRight")
    wait_for(lambda: all(n[0] > b[0] + .01 for n, b in zip(notes.all()[1:4], before[1:4])), "Right moves them later")
    notes.undo_to(before, "undone")
    x, y = notes.middle(2)
    notes.editor.line([(x, y), (x, y - 20), (x, y - 40)])
    higher = lambda i: notes.all()[i][2] > before[i][2]
    wait_for(lambda: higher(1) and higher(3), "dragging one of them moves all three")
    demand(notes.chosen() == [1, 2, 3], "and they stay selected")
    notes.undo_to(before, "undone")


def mark_notes(notes, screenshot):
    before, keys = notes.all(), notes.keys
    drawn = lambda what: notes.editor.root.locator(f".ald-note-marks {what}").count()
    notes.select(1, 2)
    keys.press(".")
    wait_for(lambda: all(n[3:] == ["staccato"] for n in notes.all()[1:3]), "the dot makes two notes staccato")
    wait_for(lambda: drawn("circle") == 2, "which is drawn")
    pressed = lambda name: notes.editor.button(name).get_attribute("aria-pressed") == "true"
    wait_for(lambda: pressed("Staccato"), "its button is down")
    wait_for(lambda: "staccato" in notes.editor.note(2).get_attribute("aria-valuetext"), "and the note tells it")
    notes.editor.button("Accent").click()
    wait_for(lambda: notes.all()[1][3:] == ["staccato", "accent"], "a button adds an accent")
    notes.select(4)
    keys.press("(")
    wait_for(lambda: notes.all()[4][3:] == ["slur"] and drawn("path") == 3, "a parenthesis slurs a note to the next")
    notes.select(5)
    keys.press(",")
    wait_for(lambda: notes.all()[5][3:] == ["bow"], "a comma changes the bow")
    if screenshot: notes.page.locator(".jp-OutputArea-output", has=notes.editor.root).first.screenshot(path=screenshot)
    keys.press(",")
    wait_for(lambda: notes.all()[5][3:] == [], "and once more takes the mark away")
    notes.undo_to(before, "undone")
    wait_for(lambda: drawn("*") == 0, "no mark is drawn any more")


def copy_and_paste(notes):
    before, keys = notes.all(), notes.keys
    notes.select(0)
    notes.ask("editor.louder(-8, 0)")
    wait_for(lambda: notes.editor.button("Undo").is_enabled(), "the first note is softer")
    keys.press("Control+c")
    wait_for(lambda: notes.editor.said() == "1 note copied", "Control and C copy it")
    notes.select(5)
    span = lambda i: f"[slice(*frame_span(editor.notes[{i}], editor.curves.frames))]"
    level = lambda i: notes.ask(f"float(sorted(e := editor.curves.envelope{span(i)})[len(e)//2])") # the median
    was = level(5)
    keys.press("Control+v")
    wait_for(lambda: abs(level(5) - level(0)) < .02, "Control and V give its curves to another note")
    demand(abs(was - level(5)) > .02 and notes.all() == before, f"which had {was:.2f}, and the notes stay")
    notes.select(1, 2)
    keys.press("Control+d")
    wait_for(lambda: len(notes.chosen()) == 2 and notes.all() != before, "Control and D duplicate two notes")
    again = [notes.all()[k] for k in notes.chosen()]
    same = [n[2] for n in again] == [n[2] for n in before[1:3]]
    demand(same and abs(again[0][0] - before[2][1]) < 1e-6, "right after them")
    x, y = notes.page.evaluate(PLACE, [before[6][0] + .02, max(n[2] for n in before) + 2.5])
    notes.page.mouse.click(x, y) # the playhead is there, nothing is selected
    keys.press("Control+v")
    there = lambda: [notes.all()[k][0] for k in notes.chosen()]
    wait_for(lambda: len(there()) == 1 and abs(there()[0] - before[6][0]) < .06,
             "with nothing selected, Control and V put the note at the playhead")
    notes.undo_to(before, "all undone")
    for _ in range(9): keys.press("Control+z")
    wait_for(lambda: not notes.ask("editor.can_undo"), "up to the tune as it was")


def loudness_and_vibrato(notes):
    page, keys, ask = notes.page, notes.keys, notes.ask
    span = lambda i: f"[slice(*frame_span(editor.notes[{i}], editor.curves.frames))]"
    peak = lambda i: ask(f"float(max(editor.curves.envelope{span(i)}))")
    canvas = notes.editor.canvas("Loudness").bounding_box()
    low, high = canvas["y"] + canvas["height"] - 30, canvas["y"] + 40
    a, b = notes.box(1), notes.box(4)
    keys.down("Alt")
    notes.editor.line([(a["x"] + 4, low), (b["x"] + b["width"]/2, high)])
    keys.up("Alt")
    peaks = lambda: f"{peak(1):.3f} to {peak(4):.3f}"
    wait_for(lambda: peak(4) > 2*peak(1), "Alt and a drag over the loudness make a crescendo", shows=peaks)
    keys.press("Control+z")
    wait_for(lambda: not ask("editor.can_undo"), "undone")
    notes.select(1, 2, 3, 4)
    page.get_by_label("Crescendo from", exact=True).select_option("ff")
    page.get_by_label("to", exact=True).select_option("pp")
    notes.editor.control("Crescendo").click()
    wait_for(lambda: peak(1) > 3*peak(4), "and the panel a diminuendo from ff to pp", shows=peaks)
    notes.editor.button("Undo").click()
    wait_for(lambda: not ask("editor.can_undo"), "undone")
    longest = ask("max(range(len(editor.notes)), key=lambda i: editor.notes[i].duration)")
    ask(f"setattr(editor, 'selected', {longest})")
    traits = lambda: ask(f"vibrato_traits(editor.curves, editor.notes[{longest}])")
    was = traits()
    handle = page.get_by_role("slider", name="Rate (Hz)", exact=True)
    handle.focus()
    for _ in range(8): keys.press("ArrowLeft")
    told = lambda: f"{was[1]:.1f} to {traits()[1]:.1f} Hz"
    wait_for(lambda: traits()[1] < was[1] - .4, "the slider makes the vibrato of a note slower", shows=told)
    demand(abs(traits()[0] - was[0]) < 5, f"and not wider: {was[0]:.0f} and {traits()[0]:.0f} cents")
    handle = page.get_by_role("slider", name="Onset (s)", exact=True)
    handle.focus()
    for _ in range(4): keys.press("ArrowRight")
    told = lambda: f"{was[2]:.2f} to {traits()[2]:.2f} s"
    wait_for(lambda: traits()[2] > was[2] + .08, "another one makes it begin later", shows=told)
    keys.press("Control+z")
    wait_for(lambda: not ask("editor.can_undo"), "both are one step")


# A place on the roll, from the notes that are drawn.
PLACE = """([t, m]) => {
    const roll = document.querySelector('.ald-editor svg[aria-label="Notes and pitch"]');
    const all = [...roll.querySelectorAll('[data-note]')], number = (e, k) => +e.getAttribute(k);
    const box = roll.getBoundingClientRect();
    const notes = all.map(e => ({ x: number(e, 'x'), y: number(e, 'y'), m: number(e, 'aria-valuenow'),
        t: +/at ([0-9.]+) seconds/.exec(e.getAttribute('aria-label'))[1] }));
    const line = (k, v) => {
        const p = notes.reduce((a, b) => b[k] < a[k] ? b : a), q = notes.reduce((a, b) => b[k] > a[k] ? b : a);
        return x => p[v] + (x - p[k])/(q[k] - p[k])*(q[v] - p[v]); };
    return [box.left + line('t', 'x')(t), box.top + line('m', 'y')(m) + number(all[0], 'height')/2]; }"""


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--screenshot", type=Path)
    args = p.parse_args()
    from playwright.sync_api import sync_playwright
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as tmp, sync_playwright() as pw:
        folder, outside, errors = Path(tmp), [], []
        play_notebook(folder)
        with jupyter(folder) as (address, runtime):
            chromium = pw.chromium.launch(executable_path=next(filter(None, map(shutil.which, BROWSERS))), args=FLAGS)
            page = watched(chromium.new_context(viewport=dict(width=1280, height=1600)), outside)
            page.on("pageerror", lambda e: errors.append(str(e)))
            editor = Page(page)
            try:
                run_notebook(editor, address)
                kernel = Kernel(runtime)
                wait_for(lambda: kernel.ask("editor._greeted"), "the surface greets Python")
                begin = time.monotonic()
                edit_notes(editor, kernel, args.screenshot)
                demand(not errors, f"no script of the page failed: {errors[:3]}")
                print(f"{time.monotonic() - begin:.0f} s")
            finally: page.screenshot(path=Path(tempfile.gettempdir())/"ald-browser-notes.png")


if __name__ == "__main__": main()
