"""The editor in a real browser: headless Chromium drives JupyterLab with nbs/83_play.ipynb, and the page of `ald ui`.

    python tools/browser_test.py [--screenshot data/demos/editor.png] [--dark FILE.png]

It drags a point, draws a stroke, presses Generate, plays, compares, undoes by keyboard, drops a MIDI file, and asks the
kernel each time whether what was done is what arrived. On the page it does what a new user does, at 1280 x 800: keys
after clicks, a reload with edits, a file of three voices, 20,000 notes, a kernel that is killed. A line for each thing
that holds; the first that does not ends it with exit code 1.
"""
import argparse, base64, contextlib, io, json, math, os, re, shutil, signal, socket, subprocess, sys, tempfile, time
import urllib.error, urllib.request
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
BROWSERS = "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--no-first-run", "--autoplay-policy=no-user-gesture-required"]


def demand(ok, sentence):
    print(("ok: " if ok else "WRONG: ") + sentence, flush=True)
    if not ok: sys.exit(1)


def wait_for(what, sentence, seconds=60, shows=None):
    "Wait until `what()` is true, and say so, with what `shows()` gives then."
    end = time.monotonic() + seconds
    while not (got := what()):
        if time.monotonic() > end: demand(False, f"{sentence} (not within {seconds} s)")
        time.sleep(.2)
    demand(True, sentence + (f": {shows()}" if shows else ""))
    return got


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def jupyter(folder):
    "JupyterLab in `folder`, with nothing of the user's: gives its address and its runtime folder."
    port, token = free_port(), "browser-test"
    env = dict(os.environ, JUPYTER_RUNTIME_DIR=str(folder/".runtime"), JUPYTER_CONFIG_DIR=str(folder/".config"), JUPYTERLAB_SETTINGS_DIR=str(folder/".settings"),
               JUPYTERLAB_WORKSPACES_DIR=str(folder/".workspaces"), IPYTHONDIR=str(folder/".ipython"), PYTHONPATH=str(TOP),
               OMP_NUM_THREADS=os.environ.get("OMP_NUM_THREADS", "1")) # the browser needs a core too
    news = folder/".settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    news.parent.mkdir(parents=True)
    news.write_text('{"fetchNews": "false"}') # which it would ask about
    log = open(folder/"jupyter.log", "wb")
    server = subprocess.Popen([sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1", f"--IdentityProvider.token={token}",
                               "--ServerApp.port_retries=0",],
                              cwd=folder, env=env, stdout=log, stderr=log)
    try:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/api?token={token}") or server.poll() is not None, "JupyterLab starts", 60)
        if server.poll() is not None: demand(False, "JupyterLab runs: " + (folder/"jupyter.log").read_text()[-600:])
        yield f"http://127.0.0.1:{port}/lab/tree/83_play.ipynb?token={token}", folder/".runtime"
    finally:
        server.terminate()
        server.wait(20)


def answers(address):
    try: return urllib.request.urlopen(address, timeout=5).status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError): return False


class Kernel:
    "The notebook's own kernel, asked from here while the browser is connected to it."
    def __init__(self, runtime):
        from jupyter_client import BlockingKernelClient
        file = wait_for(lambda: next(runtime.glob("kernel-*.json"), None), "the notebook has a kernel", 60)
        self.client = BlockingKernelClient(connection_file=str(file))
        self.client.load_connection_file()
        self.client.start_channels()
        self.client.wait_for_ready(60)

    def ask(self, expression, setup="import json", seconds=60):
        "The value of an expression, which must be plain enough for JSON."
        said = []
        reply = self.client.execute_interactive(f"{setup}\nprint('\\0' + __import__('json').dumps({expression}))", store_history=False, timeout=seconds, allow_stdin=False,
                                                output_hook=lambda m: said.append(m["content"].get("text", "")))
        if reply["content"]["status"] != "ok": demand(False, f"the kernel answers {expression}: {reply['content'].get('evalue')}")
        return json.loads("".join(said).split("\0")[1])


class Page:
    "The editor on a page, by the names that a screen reader would read."
    def __init__(self, page): self.page, self.root = page, page.locator(".ald-editor").first
    def button(self, name): return self.root.get_by_role("button", name=name, exact=True)
    def said(self): return self.root.get_by_role("status").inner_text()
    def control(self, name): return self.page.get_by_role("button", name=name, exact=True).first
    def canvas(self, name): return self.root.get_by_role("group", name=name, exact=True)
    def point(self, curve, i): return self.root.get_by_role("slider", name=re.compile(rf"^{curve} point {i + 1} of"))
    def note(self, i): return self.root.get_by_role("slider", name=re.compile(rf"^Note {i + 1} of"))

    def drag(self, target, dx, dy):
        box = target.bounding_box()
        x, y = box["x"] + box["width"]/2, box["y"] + box["height"]/2
        self.line([(x, y), (x + dx/2, y + dy/2), (x + dx, y + dy)])

    def line(self, places):
        "Press, move and let go."
        mouse = self.page.mouse
        mouse.move(*places[0])
        mouse.down()
        for x, y in places[1:]: mouse.move(x, y, steps=8)
        mouse.up()


def play_notebook(folder):
    "The cells that a reader runs to see the editor, as a notebook in `folder`."
    play = json.loads((TOP/"nbs/83_play.ipynb").read_text())
    ends = lambda c: c["cell_type"] == "code" and "".join(c["source"]).endswith("\neditor")
    last = next(i for i, c in enumerate(play["cells"]) if ends(c))
    (folder/"83_play.ipynb").write_text(json.dumps(dict(play, cells=play["cells"][:last + 1])))


def run_notebook(editor, address):
    "Open the notebook and run its cells."
    page = editor.page
    page.goto(address, timeout=120000)
    page.wait_for_selector(".jp-Notebook", timeout=60000)
    page.wait_for_selector(".jp-NotebookPanel-toolbar", timeout=30000)
    page.wait_for_function("document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'", timeout=60000)
    choose = page.locator(".jp-Dialog").get_by_role("button", name="Select Kernel").or_(
        page.locator(".jp-Dialog").get_by_role("button", name="Select", exact=True))
    idle = ".jp-Notebook-ExecutionIndicator[data-status=idle]"
    waits = lambda: not page.locator(idle).count() or page.locator(".jp-InputPrompt", has_text="[*]:").count()
    end, asked = time.monotonic() + 300, -math.inf
    while not editor.root.count():
        if time.monotonic() > end: demand(False, "the notebook's cells make an editor")
        if choose.count(): choose.first.click() # JupyterLab asks for a kernel if it is told to run before it has one
        elif waits(): asked = time.monotonic()
        elif time.monotonic() > asked + 10: # a kernel that is not quite there does not hear it, or hears the last cell alone
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
            asked = time.monotonic()
        time.sleep(.2)
    editor.root.wait_for(timeout=60000)
    editor.root.scroll_into_view_if_needed()


def drive(editor, kernel, screenshot=None):
    "What a musician does."
    page, ask = editor.page, kernel.ask
    wait_for(lambda: ask("editor._greeted and not editor.falls_back"), "the surface greets Python")
    wait_for(lambda: editor.root.get_by_role("slider", name=re.compile("^Note ")).count() > 10, "notes are drawn")

    # drag a point
    before = ask("editor.curves.envelope.tolist()")
    k = int(editor.root.locator(".ald-envelope-points circle").nth(5).get_attribute("data-point"))
    p = ask(f"points(editor.curves, editor.notes)['envelope'][{k}]")
    editor.drag(editor.point("Loudness", k), 0, -40)
    wait_for(lambda: ask("editor.can_undo"), "dragging a point of the loudness reaches Python")
    after = ask("editor.curves.envelope.tolist()")
    canvas = editor.canvas("Loudness").bounding_box()
    asked = (p["value"] + 40/(canvas["height"] - 8))**2 # what a height of 40 pixels is, on the scale of roots
    demand(abs(after[p["frame"]] - asked) < .01, f"the point is where it was dragged: {after[p['frame']]:.3f}, dragged to {asked:.3f}")
    outside = [i for i, (a, b) in enumerate(zip(before, after)) if a != b and not p["lo"] <= i <= p["hi"]]
    demand(not outside, "and nothing else has moved")

    # keyboard: undo, redo, a note, a point
    editor.point("Loudness", k).focus()
    page.keyboard.press("Control+z")
    wait_for(lambda: ask("editor.curves.envelope.tolist()") == before, "Ctrl+Z undoes it")
    page.keyboard.press("Control+Shift+z")
    wait_for(lambda: ask("editor.curves.envelope.tolist()") == after, "Ctrl+Shift+Z does it again")
    pitches = lambda: ask("[n.pitch for n in editor.notes[:4]]")
    was = pitches()
    editor.note(0).focus()
    wait_for(lambda: re.search(r"Note 1 of \d+, bar 1, at 0.00 seconds.*: [A-G]", editor.said()), "the live region names the note")
    page.keyboard.press("n"); page.keyboard.press("PageDown")
    wait_for(lambda: ask("editor.selected") == 2, "N and Page Down choose the third note")
    kept = "document.activeElement.dataset.lmSuppressShortcuts"
    wait_for(lambda: page.evaluate(kept) == "true", "the focused note keeps its keys from the notebook")
    page.keyboard.press("ArrowUp")
    wait_for(lambda: abs(pitches()[2] - was[2] - 1) < 1e-6, "Up raises it by a semitone")
    name = ask("note_name(editor.notes[2].pitch)", "from ald.midi import note_name").replace("#", "♯")
    wait_for(lambda: f": {name}," in editor.said(), f"and the live region tells that it is {name} now")
    page.keyboard.press("Shift+ArrowDown")
    wait_for(lambda: abs(pitches()[2] - was[2] + 11) < 1e-6, "Shift and Down lower it by an octave")
    page.keyboard.press("Control+z"); page.keyboard.press("Control+z")
    wait_for(lambda: pitches() == was, "both undone")
    start, shown = ask("editor.notes[2].start"), lambda: editor.note(2).get_attribute("aria-label")
    label = shown()
    page.keyboard.press("ArrowRight")
    wait_for(lambda: abs(ask("editor.notes[2].start") - start - .02) < 1e-3, "Right moves it by 20 ms")
    wait_for(lambda: shown() != label, "which is shown")
    page.keyboard.press("Control+z")
    wait_for(lambda: shown() == label, "and back again")
    demand(page.locator(".jp-Notebook .jp-Cell").count() == ask("len(json.load(open('83_play.ipynb'))['cells'])"), "the notebook did not take the keys for its own")
    value = editor.point("Loudness", k).get_attribute("aria-valuenow")
    editor.point("Loudness", k).focus()
    page.keyboard.press("ArrowUp")
    wait_for(lambda: abs(float(editor.point("Loudness", k).get_attribute("aria-valuenow")) - float(value) - .02) < 2e-3, "Up on a point of loudness raises it, and its value is told")

    # drag a note by a scale
    was = pitches()
    editor.drag(editor.note(1), 0, -45)
    wait_for(lambda: pitches()[1] > was[1] + .5, "dragging a note raises it")
    up = pitches()[1] - was[1]
    demand(abs(up - round(up)) < 1e-5, f"by whole semitones: {up:.2f}")
    editor.button("Undo").click()
    wait_for(lambda: pitches() == was, "the button undoes it")
    page.get_by_label("Snap to", exact=True).select_option("D major")
    wait_for(lambda: len(editor.root.locator(".ald-in").all()) > 5, "a scale is chosen, and its rows are marked")
    editor.drag(editor.note(1), 0, -45)
    wait_for(lambda: pitches()[1] > was[1] + .5, "dragging the note again raises it")
    demand(round(pitches()[1], 4) % 12 in (1, 2, 4, 6, 7, 9, 11), f"to a note of D major: {pitches()[1]:.2f}")
    editor.button("Undo").click()
    page.get_by_label("Snap to", exact=True).select_option("off")
    wait_for(lambda: pitches() == was, "undone")

    # draw, generate
    generate_and_listen(editor, kernel, screenshot)


def generate_and_listen(editor, kernel, screenshot=None):
    page, ask = editor.page, kernel.ask
    ask("None", "editor.curves = editor.curves[:689]") # eight seconds, so that this does not take long
    wait_for(lambda: "/ 8.0 s" in editor.root.inner_text(), "curves set from Python are shown")
    editor.button("Show the whole tune").click()
    begin = time.monotonic()
    editor.control("Generate").click()
    wait_for(lambda: ask("editor.sound is not None and not editor.busy"), "Generate makes a sound", 120)
    print(f"    eight seconds were there after {time.monotonic() - begin:.1f} s, weights loaded; the rendering took {ask('editor.sound.seconds'):.1f} s")
    first = ask("editor.sound.evaluate()")
    demand(first["pitch_accuracy"] > .8 and first["envelope_correlation"] > .85, f"it follows the curves: pitch {first['pitch_accuracy']:.3f}, envelope {first['envelope_correlation']:.3f}")
    editor.button("Draw freehand").click()
    canvas = editor.canvas("Loudness").bounding_box()
    x, y, w, h = (canvas[k] for k in ("x", "y", "width", "height"))
    at = lambda share, level: (x + 52 + share*(w - 52), y + 4 + (1 - level**.5)*(h - 8))
    editor.line([at(.40, .02), at(.46, .40), at(.52, .02)])
    wait_for(lambda: ask("len(editor.pending)") == 1, "a stroke is drawn, and one stretch is to be rendered")
    f = ask("editor.curves.frames")
    env = ask("editor.curves.envelope.tolist()")
    peak = max(range(round(.40*f), round(.52*f)), key=env.__getitem__)
    demand(abs(peak - .46*f) < 4 and abs(env[peak] - .40) < .03, f"the curve is as drawn: {env[peak]:.2f} at frame {peak}, drawn 0.40 at {.46*f:.0f}")
    half = ((.02**.5 + .40**.5)/2)**2 # straight on the scale that is drawn, of roots
    demand(abs(env[round(.43*f)] - half) < .03, f"and straight in between: {env[round(.43*f)]:.2f} halfway up, {half:.2f} as drawn")
    if screenshot: shoot(editor, kernel, screenshot)
    old = ask("editor.sound.samples.shape[0]")
    page.keyboard.press("g")
    wait_for(lambda: ask("editor.previous is not editor.sound and not editor.busy and not editor.pending"), "G generates again", 120)
    demand(ask("editor.sound.samples.shape[0] == editor.curves.frames*256") and ask("editor.sound.samples.shape[0]") == old, f"a sound of the right length arrived: {old} samples")
    before = editor.button("Listen to the version before")
    wait_for(lambda: before.is_enabled() and editor.root.locator(".ald-got-line").count(), "the browser has both, and draws what came of it")
    got = ask(f"evaluate_sound(editor.sound.samples[{peak - 60}*256:{peak + 60}*256], editor.curves[{peak - 60}:{peak + 60}])")
    demand(got["envelope_correlation"] > .8, f"it follows the stroke: envelope {got['envelope_correlation']:.3f} about it")
    same = ask(f"bool((editor.sound.samples[:{peak - 180}*256] == editor.previous.samples[:{peak - 180}*256]).all())")
    demand(same, "and before it the samples are the same")

    # listen
    editor.button("Play").focus()
    editor.note(0).focus()
    page.keyboard.press("Space")
    wait_for(lambda: editor.button("Pause").count() == 1, "space plays")
    clock = editor.root.locator(".ald-clock")
    t = lambda: float(clock.inner_text().split(" /")[0])
    wait_for(lambda: t() > .3, "the clock runs")
    page.keyboard.press("b")
    wait_for(lambda: before.get_attribute("aria-pressed") == "true", "B changes to the version before, while it plays")
    page.keyboard.press("Space")
    wait_for(lambda: editor.button("Play").count() == 1, "space pauses")
    page.keyboard.press("b"); page.keyboard.press("m")

    stolen(editor, page)

    # cancel, download, drop
    ask("editor.controls['steps'].__setattr__('value', 40)")
    editor.control("Generate").click()
    editor.control("Cancel").click()
    wait_for(lambda: ask("not editor.busy and 'Cancelled' in editor.controls['said'].value"), "Cancel stops it")
    ask("editor.controls['steps'].__setattr__('value', 18)")
    for name, suffix, head in (("wav", "wav", b"RIFF"), ("MIDI", "mid", b"MThd"), ("curves", "npz", b"PK")):
        with page.expect_download(timeout=20000) as download: editor.control(name).click()
        path = download.value.path()
        demand(download.value.suggested_filename == f"minuet.{suffix}" and Path(path).read_bytes().startswith(head), f"{name} is downloaded")


def stolen(editor, page):
    "Keys are the editor's after a click in it, its sliders included, and the notebook's after a click elsewhere."
    drawing = lambda: editor.button("Draw freehand").get_attribute("aria-pressed") == "true"
    page.locator(".jp-OutputArea-output .widget-label", has_text="Steps").first.click()
    page.keyboard.press("d")
    wait_for(drawing, "after a click beside the sliders, D draws")
    page.keyboard.press("m")
    wait_for(lambda: not drawing(), "and M moves")
    page.locator(".jp-MarkdownCell").first.click()
    page.keyboard.press("d")
    time.sleep(.4)
    demand(not drawing(), "after a click in another cell the keys are the notebook's")
    page.keyboard.press("Escape")
    editor.canvas("Loudness").click(position=dict(x=20, y=20)) # back into the editor


def accessible(editor):
    "Nothing that can be used is without a name, a role and a value."
    page = editor.page
    bare = page.evaluate("""() => [...document.querySelectorAll('.ald-editor button, .ald-editor [role=slider], .ald-editor [role=group], .ald-editor [role=toolbar]')]
        .filter(e => !e.getAttribute('aria-label')).length""")
    demand(bare == 0, "every button, slider and group has a label")
    without = page.evaluate("[...document.querySelectorAll('.ald-editor [role=slider]')].filter(e => !e.getAttribute('aria-valuetext') || isNaN(e.getAttribute('aria-valuenow'))).length")
    demand(without == 0, "every slider tells its value")
    stops = page.evaluate("['notes', 'pitch-points', 'envelope-points'].map(k => document.querySelectorAll(`.ald-${k} [tabindex='0']`).length)")
    demand(stops == [1, 1, 1], f"notes, pitch points and loudness points are one Tab stop each: {stops}")
    tree = editor.root.aria_snapshot()
    for line in ('region "Curve editor"', 'toolbar "Editor tools"', 'button "Undo"', 'button "Draw freehand"', 'group "Notes"', 'slider "Note 1 of', 'slider "Loudness point 1 of', 'status'):
        demand(line in tree, f"the accessibility tree has {line}")


def drop_bytes(editor, name, data):
    "A file dropped onto the editor."
    editor.page.evaluate("""([data, name]) => {
        const t = new DataTransfer(), drop = { dataTransfer: t, bubbles: true, cancelable: true };
        t.items.add(new File([Uint8Array.from(atob(data), c => c.charCodeAt(0))], name));
        document.querySelector('.ald-editor').dispatchEvent(new DragEvent('drop', drop)); }""",
                         [base64.b64encode(data).decode(), name])


def drop(editor, kernel, path):
    drop_bytes(editor, path.name, path.read_bytes())
    wait_for(lambda: kernel.ask("editor.name") == path.stem, f"{path.name}, dropped, is opened")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--screenshot", type=Path)
    p.add_argument("--dark", type=Path)
    args = p.parse_args()
    browser = next((b for b in map(shutil.which, BROWSERS) if b), None)
    demand(browser, f"a browser is installed: {browser or 'none of ' + ', '.join(BROWSERS)}")
    from playwright.sync_api import sync_playwright
    from browser_notes import edit_notes
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as tmp, sync_playwright() as pw:
        folder = Path(tmp)
        play_notebook(folder)
        with jupyter(folder) as (address, runtime):
            chromium = pw.chromium.launch(executable_path=browser, args=FLAGS)
            context = chromium.new_context(viewport=dict(width=1280, height=1600), accept_downloads=True)
            outside, errors = [], []
            page = watched(context, outside)
            page.on("pageerror", lambda e: errors.append(str(e)))
            editor = Page(page)
            try:
                run_notebook(editor, address)
                kernel = Kernel(runtime)
                drive(editor, kernel, args.screenshot)
                accessible(editor)
                drop(editor, kernel, TOP/"data/midi/lullaby.mid")
                edit_notes(editor, kernel)
                without_jupyter(context, outside, args.dark, folder)
                new = chromium.new_context(viewport=dict(width=1280, height=800), accept_downloads=True)
                as_a_new_user(new, outside, folder)
                demand(not outside, f"nothing was fetched from elsewhere: {outside[:3]}")
                demand(not errors, f"no script of the page failed: {errors[:3]}")
            except BaseException:
                picture = Path(tempfile.gettempdir())/"ald-browser-test.png"
                [c.pages[-1] for c in chromium.contexts if c.pages][-1].screenshot(path=picture)
                print("the page as it was:", picture)
                raise
            chromium.close()
    print(f"{time.monotonic() - begin:.0f} s")


def shoot(editor, kernel, path):
    "A picture of the editor, for the README."
    kernel.ask("None", "editor.controls['said'].value = ''") # how long it took is this machine's, busy with the browser too
    editor.note(8).focus()
    time.sleep(.5)
    editor.page.locator(".jp-OutputArea-output", has=editor.root).first.screenshot(path=path)


@contextlib.contextmanager
def ald_ui(state, *options):
    "`ald ui`, keeping edits in the folder `state`: gives the address that it prints, and the process."
    env = dict(os.environ, PYTHONPATH=str(TOP), OMP_NUM_THREADS="1", XDG_STATE_HOME=str(state))
    ui = subprocess.Popen([sys.executable, "-m", "ald.cli", "ui", "--no-browser", *options], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, env=env)
    try: yield ui.stdout.readline().strip(), ui
    finally:
        ui.send_signal(signal.SIGINT) # as Ctrl-C does
        demand(ui.wait(30) == 130, "Ctrl-C ends ald ui")


def without_jupyter(context, outside, dark, folder):
    "The same editor as a page; and with the drawing surface kept from loading, as where custom widgets are not allowed."
    with ald_ui(folder/"dark", "jesu_joy", "--theme=dark") as (address, _):
        page, editor = opened(context, outside, address)
        dressed = lambda: editor.root.get_attribute("data-theme")
        wait_for(lambda: dressed() == "dark", "ald ui with a dark theme: the editor takes it on")
        editor.note(0).focus()
        page.keyboard.press("ArrowUp")
        wait_for(lambda: not editor.button("Undo").is_disabled(), "and Python answers it")
        if dark: page.screenshot(path=dark)
        page.close()
        page = watched(context, outside)
        page.route("**/anywidget/**", lambda route: route.abort())
        page.goto(address, timeout=120000)
        page.get_by_role("button", name="Higher", exact=True).wait_for(timeout=90000)
        demand(page.locator(".ald-editor").count() == 0, "without the drawing surface, sliders and buttons take its place")
        page.get_by_label("Note", exact=True).select_option(index=2)
        page.get_by_role("button", name="Higher", exact=True).click()
        wait_for(lambda: page.get_by_role("button", name="Undo", exact=True).is_enabled(), "and they work")
        page.close()


def opened(context, outside, address):
    "The page of `ald ui`, loaded."
    page = watched(context, outside)
    page.goto(address, timeout=120000)
    editor = Page(page)
    editor.root.wait_for(timeout=120000)
    notes = editor.root.get_by_role("slider", name=re.compile("^Note "))
    wait_for(lambda: notes.count() > 10, "ald ui shows the editor with the tune asked for")
    return page, editor


def as_a_new_user(context, outside, folder):
    "The page of `ald ui`, at 1280 x 800."
    import browser_time, browser_voices # which use what is here
    with ald_ui(folder/"state", "jesu_joy") as (address, ui):
        page, editor = opened(context, outside, address)
        keys_everywhere(page, editor)
        one_selection(page, editor)
        height = browser_time.taller(page, editor)
        page, editor = survives(page, editor, context)
        browser_time.still_tall(editor, height)
        browser_voices.tracks_and_takes(page)
        files_of_others(page, editor, folder)
        browser_time.time_tools(page, editor)
        many_notes(page, editor, folder)
        mute(page, editor, ui)
        page.close(run_before_unload=False)


def keys_everywhere(page, editor):
    names = lambda: [h.get_attribute("aria-label") for h in page.locator(".noUi-handle").all()]
    wait_for(lambda: len(names()) == 9 and all(names()), "sliders have names", shows=names)
    demand(page.evaluate(NAMED) == names()[0], "and have them before they are seen")
    for name in ("Generate", "Play"):
        box = editor.button(name).bounding_box()
        demand(box["y"] + box["height"] < 800 and box["x"] + box["width"] < 1280, f"{name} is seen without scrolling")
    handle = lambda name: page.get_by_role("slider", name=name, exact=True)
    handle("Steps").focus()
    page.keyboard.press("Home") # two steps, to be quick
    editor.button("Generate").click()
    wait_for(lambda: "Ready" in editor.said() and editor.button("Play").is_enabled(), "Generate makes a sound", 120)
    plays(page, editor, "and then space plays")
    handle("Louder (dB)").focus()
    page.keyboard.press("ArrowLeft")
    wait_for(lambda: not editor.button("Undo").is_disabled(), "a slider is moved")
    to_do = lambda: editor.root.locator(".ald-generate").inner_text()
    wait_for(lambda: re.fullmatch(r"Generate|Generate \(\d+\.\d s of music\)", to_do()), "the button says what is to do", shows=to_do)
    page.keyboard.press("g")
    wait_for(lambda: to_do() == "Generated", "G generates, with the focus on the slider", 120)
    page.keyboard.press("Control+z")
    wait_for(lambda: editor.button("Undo").is_disabled(), "Ctrl+Z undoes it there")
    editor.button("Listen to the version before").click()
    plays(page, editor, "space plays after A before")
    page.get_by_label("Seed", exact=True).click()
    page.keyboard.press("d")
    time.sleep(.3)
    demand(editor.button("Draw freehand").get_attribute("aria-pressed") == "false", "where one types, keys are text")
    editor.button("Undo").focus()


NAMED = """async () => { const handle = document.querySelector('.noUi-handle');
    handle.removeAttribute('aria-label');
    handle.parentNode.append(handle); // as when it is put on the page
    await new Promise(requestAnimationFrame);
    return handle.getAttribute('aria-label'); }"""


def plays(page, editor, sentence):
    page.keyboard.press("Space")
    wait_for(lambda: editor.button("Pause").count() == 1, sentence)
    page.keyboard.press("Space")
    wait_for(lambda: editor.button("Play").count() == 1, "and pauses")


def one_selection(page, editor):
    "What is selected and what the panel says agree; playing leaves it in sight."
    whose = lambda: page.locator(".widget-html b").first.inner_text()
    chosen = lambda: int(editor.root.locator(".ald-selected").get_attribute("data-note")) + 1
    for _ in range(4): editor.button("Zoom in").click()
    points = editor.root.locator(".ald-pitch-points .ald-point:not(.ald-away)")
    wait_for(lambda: points.count() > 1, "zoomed in, notes have points on them")
    points.nth(1).click()
    wait_for(lambda: editor.root.locator(".ald-selected").count() == 1, "a click on a pitch point selects its note")
    wait_for(lambda: whose().startswith(f"Note {chosen()},"), "and the panel says the same", shows=whose)
    wait_for(lambda: f"of note {chosen()}," in editor.said(), "and so does the status line", shows=editor.said)
    overview = editor.root.get_by_role("slider", name="Part of the tune that is shown")
    window = lambda: overview.get_attribute("aria-valuetext")
    was, end = window(), float(window().split()[-2])
    page.keyboard.press("Space")
    clock = lambda: float(editor.root.locator(".ald-clock").inner_text().split(" /")[0])
    wait_for(lambda: clock() > end + .3, "it plays on, past what is seen", 30)
    page.keyboard.press("Space")
    demand(window() == was, f"and the selected note stays in sight: {window()}")


def survives(page, editor, context):
    "A reload asks, and the edits are there again."
    asked = []
    page.on("dialog", lambda d: (asked.append(d.type), d.accept()))
    editor.button("Show the whole tune").click()
    told = lambda: editor.note(2).get_attribute("aria-valuetext")
    was = told()
    editor.note(2).focus()
    page.keyboard.press("ArrowUp")
    wait_for(lambda: told() != was and editor.button("Undo").is_enabled(), "a note is moved")
    value = told()
    page.reload(timeout=120000)
    demand(asked == ["beforeunload"], "leaving with edits that are not saved asks")
    editor = Page(page)
    editor.root.wait_for(timeout=120000)
    wait_for(lambda: "your last edits are here again" in editor.said(), "after the reload the edits are there again", 60)
    wait_for(lambda: told() == value and editor.button("Undo").is_enabled(), f"the note is where it was moved: {value}")
    page.keyboard.press("Control+z")
    wait_for(lambda: told() == was and editor.button("Undo").is_disabled(), "Undo leads to the tune as it was")
    page.keyboard.press("Control+y")
    wait_for(lambda: told() == value, "and Redo back")
    with page.expect_download(timeout=20000) as download: page.get_by_role("button", name="project", exact=True).click()
    saved = Path(download.value.path()).read_bytes()
    demand(download.value.suggested_filename == "jesu_joy.ald" and saved.startswith(b"PK"), "a project is saved")
    page.keyboard.press("Control+z")
    wait_for(lambda: told() == was, "it is undone")
    drop_bytes(editor, "kept", saved)
    wait_for(lambda: "jesu_joy: 63 notes" in editor.said() and told() == value, "and opened again, by any name")
    return page, editor


def trio():
    "A MIDI file of a flute, a violin and a cello."
    import mido
    file, voices = mido.MidiFile(), (("Flute", 73, (84, 86, 88, 84)), ("Violin", 40, (69, 71, 73, 74, 76)), ("Cello", 42, (45, 47, 48)))
    for channel, (name, program, pitches) in enumerate(voices):
        message = lambda kind, **held: mido.Message(kind, channel=channel, **held)
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=name), message("program_change", program=program)])
        for p in pitches: track += [message("note_on", note=p), message("note_off", note=p, time=480)]
        file.tracks.append(track)
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def files_of_others(page, editor, folder):
    shown = lambda: editor.root.get_by_role("slider", name=re.compile("^Note ")).first.get_attribute("aria-label")
    drop_bytes(editor, "trio", trio())
    voice, transpose = page.get_by_label("Voice", exact=True), page.get_by_label("Transpose", exact=True)
    wait_for(lambda: "trio: 5 notes" in editor.said(), "of three voices, in a file without a suffix, the violin is taken")
    wait_for(lambda: voice.locator("option").count() == 4, "and the voices are a list, with all that fit a violin")
    voice.select_option(label=next(t for t in voice.locator("option").all_inner_texts() if "Flute" in t))
    wait_for(lambda: "trio: 4 notes" in editor.said(), "the flute is chosen")
    voice.select_option(label=next(t for t in voice.locator("option").all_inner_texts() if "Cello" in t))
    wait_for(lambda: "outside the violin's range" in editor.said(), "the cello is refused, in one sentence", shows=editor.said)
    demand("of 4," in shown(), "what was open stays")
    transpose.select_option(label="+12")
    wait_for(lambda: "trio: 3 notes" in editor.said(), "and transposed, plays")
    days = b"MThd\0\0\0\6\0\0\0\1\1\xe0MTrk\0\0\0\x10\0\x90\x45\x50\x87\xff\xff\xff\x80\x45\0\0\xff\x2f\0"
    for name, data in (("days", days), ("empty.mid", b""), ("words.wav", b"no sound at all")):
        drop_bytes(editor, name, data)
        wait_for(lambda: editor.said().startswith(f"{name}: "), f"{name} is refused", shows=editor.said)
    demand("of 3," in shown(), "and what was open stays")


def many_notes(page, editor, folder):
    "20,000 notes stay usable."
    import mido
    track = mido.MidiTrack()
    for i in range(20_000):
        p = 60 + (i*7) % 24
        track.append(mido.Message("note_on", note=p, velocity=60 + i % 40, time=30 if i else 0))
        track.append(mido.Message("note_off", note=p, time=210))
    file, out = mido.MidiFile(tracks=[track]), io.BytesIO()
    file.save(file=out)
    begin = time.monotonic()
    drop_bytes(editor, "long.mid", out.getvalue())
    first = editor.root.get_by_role("slider", name=re.compile("^Note 1 of 20000,"))
    wait_for(lambda: "long: 20000 notes" in editor.said() and first.count() == 1, "20,000 notes are opened", 120)
    print(f"    after {time.monotonic() - begin:.1f} s")
    wait_for(lambda: editor.button("Undo").is_disabled(), "and nothing is to be undone")
    editor.note(1).focus()
    begin = time.monotonic()
    page.keyboard.press("ArrowUp")
    wait_for(lambda: not editor.button("Undo").is_disabled(), "one is moved", 30)
    print(f"    after {time.monotonic() - begin:.2f} s, of which up to 0.2 are the test's")
    longest = lambda act: page.evaluate(TASKS.replace("ACT", act))
    for what, act in (("scrolling", "over.dispatchEvent(new KeyboardEvent('keydown', {key: 'PageDown', bubbles: true}))"),
                      ("zooming out", "document.querySelector('[aria-label=\"Zoom out\"]').click()"),
                      ("zooming in", "document.querySelector('[aria-label=\"Zoom in\"]').click()")):
        worst = longest(act)
        demand(worst < 2000, f"{what}: the longest wait for a frame is {worst:.0f} ms")
    count = page.evaluate("document.querySelectorAll('.ald-editor svg *').length")
    demand(count < 3000, f"{count} elements are drawn")
    editor.button("Generate").click()
    editor.button("Cancel").wait_for(timeout=60000)
    time.sleep(3)
    begin = time.monotonic()
    editor.button("Cancel").click()
    wait_for(lambda: "Cancelled" in editor.said(), "Cancel ends the rendering of 83 minutes", 15) # two, if nothing else runs
    print(f"    after {time.monotonic() - begin:.1f} s")


TASKS = """async () => { const over = document.querySelector('.ald-overview'); let worst = 0;
    for (let i = 0; i < 12; i++) { const t = performance.now(); ACT;
        for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
        worst = Math.max(worst, performance.now() - t); }
    return worst; }"""


def mute(page, editor, ui):
    "A kernel that is killed leaves a sentence."
    import psutil
    processes = psutil.Process(ui.pid).children(recursive=True)
    kernels = [p for p in processes if "ipykernel_launcher" in " ".join(p.cmdline())]
    demand(kernels, "the page has a kernel")
    for p in kernels: p.kill()
    page.keyboard.press("g")
    said = lambda: "Python" in editor.said() or page.locator("#ald-lost").count() == 1
    wait_for(said, "killed, it leaves a sentence", 60)
    wait_for(lambda: editor.root.get_attribute("aria-busy") == "false", "and the editor is not busy any more")


def watched(context, outside):
    "A new page; what it asks for from elsewhere than this machine is added to `outside`."
    page = context.new_page()
    inside = re.compile(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:|about:|attachment:")
    page.on("request", lambda r: None if inside.match(r.url) else outside.append(r.url))
    return page


if __name__ == "__main__": main()
