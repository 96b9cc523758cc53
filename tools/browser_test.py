"""The editor in a real browser: headless Chromium drives JupyterLab with nbs/33_play.ipynb, and the page of `ald ui`.

    python tools/browser_test.py [--screenshot data/demos/editor.png] [--dark FILE.png]

It drags a point, draws a stroke, presses Generate, plays, compares, undoes by keyboard, drops a MIDI file, and asks the kernel each time whether what
was done is what arrived. A line for each thing that holds; the first that does not ends it with exit code 1.
"""
import argparse, base64, contextlib, json, os, re, shutil, socket, subprocess, sys, tempfile, time, urllib.error, urllib.request
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
BROWSERS = "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--no-first-run", "--autoplay-policy=no-user-gesture-required"]


def demand(ok, sentence):
    print(("ok: " if ok else "WRONG: ") + sentence, flush=True)
    if not ok: sys.exit(1)


def wait_for(what, sentence, seconds=60):
    "Wait until `what()` is true, and say so."
    end = time.monotonic() + seconds
    while not (got := what()):
        if time.monotonic() > end: demand(False, f"{sentence} (not within {seconds} s)")
        time.sleep(.2)
    demand(True, sentence)
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
        yield f"http://127.0.0.1:{port}/lab/tree/33_play.ipynb?token={token}", folder/".runtime"
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


def run_notebook(editor, address):
    "Open the notebook and run its cells."
    page = editor.page
    page.goto(address)
    page.wait_for_selector(".jp-Notebook", timeout=60000)
    page.wait_for_selector(".jp-NotebookPanel-toolbar", timeout=30000)
    page.wait_for_function("document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'", timeout=60000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
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
    demand(page.evaluate("document.activeElement.dataset.lmSuppressShortcuts") == "true", "the focused note keeps its keys from the notebook")
    page.keyboard.press("ArrowUp")
    wait_for(lambda: abs(pitches()[2] - was[2] - 1) < 1e-6, "Up raises it by a semitone")
    name = ask("note_name(editor.notes[2].pitch)", "from ald.midi import note_name").replace("#", "♯")
    wait_for(lambda: f": {name}," in editor.said(), f"and the live region tells that it is {name} now")
    page.keyboard.press("Shift+ArrowDown")
    wait_for(lambda: abs(pitches()[2] - was[2] + 11) < 1e-6, "Shift and Down lower it by an octave")
    page.keyboard.press("Control+z"); page.keyboard.press("Control+z")
    wait_for(lambda: pitches() == was, "both undone")
    start = ask("editor.notes[2].start")
    page.keyboard.press("ArrowRight")
    wait_for(lambda: abs(ask("editor.notes[2].start") - start - .02) < 1e-3, "Right moves it by 20 ms")
    page.keyboard.press("Control+z")
    demand(page.locator(".jp-Notebook .jp-Cell").count() == ask("len(json.load(open('33_play.ipynb'))['cells'])"), "the notebook did not take the keys for its own")
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
    wait_for(lambda: page.evaluate("document.querySelector('.ald-got-line') !== null"), "the browser has it too, and draws what came of it")
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
    wait_for(lambda: editor.button("Listen to the version before").get_attribute("aria-pressed") == "true", "B changes to the version before, while it plays")
    page.keyboard.press("Space")
    wait_for(lambda: editor.button("Play").count() == 1, "space pauses")
    page.keyboard.press("b"); page.keyboard.press("m")

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


def drop(editor, kernel, path):
    "A file dropped onto the editor."
    data = base64.b64encode(path.read_bytes()).decode()
    editor.page.evaluate("""([data, name]) => { const t = new DataTransfer();
        t.items.add(new File([Uint8Array.from(atob(data), c => c.charCodeAt(0))], name));
        document.querySelector('.ald-editor').dispatchEvent(new DragEvent('drop', { dataTransfer: t, bubbles: true, cancelable: true })); }""", [data, path.name])
    wait_for(lambda: kernel.ask("editor.name") == path.stem, f"{path.name}, dropped, is opened")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--screenshot", type=Path)
    p.add_argument("--dark", type=Path)
    args = p.parse_args()
    browser = next((b for b in map(shutil.which, BROWSERS) if b), None)
    demand(browser, f"a browser is installed: {browser or 'none of ' + ', '.join(BROWSERS)}")
    from playwright.sync_api import sync_playwright
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as tmp, sync_playwright() as pw:
        folder = Path(tmp)
        play = json.loads((TOP/"nbs/33_play.ipynb").read_text())
        last = next(i for i, c in enumerate(play["cells"]) if c["cell_type"] == "code" and "".join(c["source"]).endswith("\neditor"))
        (folder/"33_play.ipynb").write_text(json.dumps(dict(play, cells=play["cells"][:last + 1]))) # what a reader runs to see the editor
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
                without_jupyter(context, outside, args.dark)
                demand(not outside, f"nothing was fetched from elsewhere: {outside[:3]}")
                demand(not errors, f"no script of the page failed: {errors[:3]}")
            except BaseException:
                picture = Path(tempfile.gettempdir())/"ald-browser-test.png"
                context.pages[-1].screenshot(path=picture)
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
def ald_ui(*options):
    "`ald ui`: gives the address that it prints."
    ui = subprocess.Popen([sys.executable, "-m", "ald.cli", "ui", "--no-browser", *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          env=dict(os.environ, PYTHONPATH=str(TOP), OMP_NUM_THREADS="1"))
    try: yield ui.stdout.readline().strip()
    finally:
        ui.send_signal(2) # as Ctrl-C does
        demand(ui.wait(30) == 130, "Ctrl-C ends ald ui")


def without_jupyter(context, outside, dark):
    "The same editor as a page; and once more with the drawing surface kept from loading, as where custom widgets are not allowed."
    with ald_ui("jesu_joy", "--theme=dark") as address:
        page = watched(context, outside)
        page.goto(address, timeout=120000)
        editor = Page(page)
        editor.root.wait_for(timeout=120000)
        wait_for(lambda: editor.root.get_by_role("slider", name=re.compile("^Note ")).count() > 10, "ald ui shows the editor with the tune asked for")
        wait_for(lambda: editor.root.get_attribute("data-theme") == "dark", "and takes on the page's dark theme")
        editor.note(0).focus()
        page.keyboard.press("ArrowUp")
        wait_for(lambda: not editor.button("Undo").is_disabled(), "and Python answers it")
        if dark: page.screenshot(path=dark)
        page.close()
        page = watched(context, outside)
        page.route("**/anywidget/**", lambda route: route.abort())
        page.goto(address, timeout=120000)
        page.get_by_role("button", name="Higher", exact=True).wait_for(timeout=90000)
        demand(page.locator(".ald-editor").count() == 0, "without the drawing surface, sliders and buttons take its place by themselves")
        page.get_by_label("Note", exact=True).select_option(index=2)
        page.get_by_role("button", name="Higher", exact=True).click()
        wait_for(lambda: page.get_by_role("button", name="Undo", exact=True).is_enabled(), "and they work")
        page.close()


def watched(context, outside):
    "A new page; what it asks for from elsewhere than this machine is added to `outside`."
    page = context.new_page()
    page.on("request", lambda r: outside.append(r.url) if not re.match(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:|about:", r.url) else None)
    return page


if __name__ == "__main__": main()
