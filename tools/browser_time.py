"""Time in the editor, in a real browser: beats, tempo, snapping, metronome, loop, preview, quality, zoom in pitch.

    python tools/browser_time.py

`browser_test.py` calls `time_tools` on the page of `ald ui`; alone, this opens a page for itself. What the browser plays
is noted down where it is handed to the sound card: how long each stretch is, when it begins, whether it is repeated.
"""
import io, re, shutil, tempfile, time
from pathlib import Path
import numpy as np
from browser_test import BROWSERS, FLAGS, ald_ui, demand, drop_bytes, opened, wait_for

SPY = """() => { const played = window.played = [], { start } = AudioBufferSourceNode.prototype;
    AudioBufferSourceNode.prototype.start = function (at = 0, from = 0) {
        const data = this.buffer.getChannelData(0), { duration, sampleRate } = this.buffer;
        let turns = 0, peak = 0;
        for (let i = 1; i < data.length; i++) { turns += data[i - 1] < 0 && data[i] >= 0; peak = Math.max(peak, data[i]); }
        played.push({ at, from, duration, loop: this.loop, peak, hz: turns / duration, sampleRate, clock: performance.now() });
        return start.call(this, at, from); }; }"""


def waltz():
    "Eight bars of three beats, at 120 beats a minute: a note of a quarter of a second on each beat."
    import mido
    track = mido.MidiTrack([mido.MetaMessage("time_signature", numerator=3, denominator=4)])
    for i in range(24):
        p = 69 + (0, 4, 7)[i % 3]
        track += [mido.Message("note_on", note=p, time=240 if i else 0), mido.Message("note_off", note=p, time=240)]
    file, out = mido.MidiFile(tracks=[track]), io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def humming():
    "Curves without beats: four seconds of A4."
    out = io.BytesIO()
    np.savez(out, envelope=np.full(344, .2), pitch=np.full(344, 440.))
    return out.getvalue()


def near(a, b): return len(a) == len(b) and np.allclose(a, b, atol=.02)


class Time:
    "What the tools for time show."
    def __init__(self, page, editor): self.page, self.editor, self.root = page, editor, editor.root
    def press(self, *keys):
        for k in keys: self.page.keyboard.press(k)
    def field(self, name): return self.root.get_by_label(name, exact=True)
    def tempo(self): return float(self.field("Tempo, beats a minute").input_value() or 0)
    def lasts(self): return float(re.search(r"/ ([\d.]+) s", self.root.locator(".ald-clock").inner_text())[1])
    def clock(self): return float(self.root.locator(".ald-clock").inner_text().split(" /")[0])
    def start(self, i): return float(re.search(r"at ([\d.]+) seconds", self.editor.note(i).get_attribute("aria-label"))[1])
    def lines(self, kind): return self.root.locator(f".ald-beats .ald-{kind}").get_attribute("d").count("M")
    def pressed(self, name): return self.editor.button(name).get_attribute("aria-pressed") == "true"
    def played(self): return self.page.evaluate("played")
    def label(self): return self.root.locator(".ald-generate").inner_text()
    def ends(self): # of the loop, seconds
        return self.root.locator(".ald-end").evaluate_all("ends => ends.map(e => Number(e.getAttribute('aria-valuenow')))")
    def place(self, seconds, y): # on the roll, with the whole tune shown
        box = self.editor.canvas("Notes and pitch").bounding_box()
        return box["x"] + 52 + seconds/self.lasts()*(box["width"] - 52), box["y"] + y


def time_tools(page, editor):
    "Everything about time, with a tune of its own."
    t = Time(page, editor)
    page.evaluate(SPY)
    drop_bytes(editor, "waltz.mid", waltz())
    wait_for(lambda: "waltz: 24 notes" in editor.said(), "a waltz is opened")
    editor.button("Show the whole tune").click()
    beats_and_tempo(t)
    snapping(t)
    preview(t)
    looping(t)
    rendering(t)
    counted_by_hand(t)


def beats_and_tempo(t):
    wait_for(lambda: t.tempo() == 120, "the tempo of the file is shown")
    wait_for(lambda: t.lines("beat") >= 24, f"beats are drawn between bars: {t.lines('beat')}")
    far = t.lines("part")
    for _ in range(3): t.editor.button("Zoom in").click()
    wait_for(lambda: t.lines("part") >= 2*t.lines("beat"), f"zoomed in, so are their parts: {far} before", shows=lambda: f"{t.lines('part')} now")
    t.editor.button("Show the whole tune").click()
    was, lasts = t.start(3), t.lasts()
    t.field("Tempo, beats a minute").fill("60")
    t.press("Enter")
    wait_for(lambda: abs(t.start(3) - 2*was) < .02 and t.tempo() == 60, "at half the tempo the notes are twice as late")
    demand(abs(t.lasts() - 2*lasts) < .2, f"and the music lasts twice as long: {t.lasts()} s")
    t.editor.button("Undo").click()
    wait_for(lambda: t.start(3) == was and t.tempo() == 120, "undone, with its beats")
    t.editor.button("Show the whole tune").click()


def snapping(t):
    t.field("Snap times to").select_option("1/2")
    px = t.place(1, 0)[0] - t.place(0, 0)[0] # of a second
    was = t.start(3)
    t.editor.drag(t.editor.note(3), .2*px, 0)
    wait_for(lambda: abs(t.start(3) - was - .25) < .012, "a note that is dragged by 0.2 s snaps to half a beat", shows=lambda: t.start(3))
    t.press("Control+z")
    wait_for(lambda: abs(t.start(3) - was) < .012, "undone")
    t.editor.note(3).focus()
    t.press("ArrowRight", "ArrowRight")
    wait_for(lambda: t.start(3) > was + .03, "two keys move it by 40 ms")
    t.press("q")
    wait_for(lambda: abs(t.start(3) - was) < .012, "Q snaps it back")
    for _ in range(3): t.press("Control+z")
    t.field("Snap times to").select_option("off")
    t.press("Escape")


def preview(t):
    "Before anything is rendered, the curves are heard."
    demand(t.editor.button("Play").is_enabled(), "without a sound, Play is there")
    t.editor.note(0).focus()
    t.press("Escape")
    begin = t.page.evaluate("played.length = 0, performance.now()")
    t.press("Space")
    wait_for(lambda: t.editor.button("Pause").count() == 1 and t.played(), "space plays a plain tone")
    first = t.played()[0]
    print(f"    {first['clock'] - begin:.0f} ms after the key was sent, the sound card opened")
    demand(first["peak"] > .05 and first["duration"] > 10, f"all {first['duration']:.1f} s of it, at a peak of {first['peak']:.2f}")
    wait_for(lambda: t.clock() > .3, "the clock runs")
    t.press("Space")
    t.editor.note(0).focus()
    was = t.editor.note(0).get_attribute("aria-valuetext")
    t.press("ArrowUp")
    wait_for(lambda: t.editor.note(0).get_attribute("aria-valuetext") != was, "a note is raised")
    t.press("v")
    wait_for(lambda: t.pressed("Listen to a plain tone on the curves"), "V chooses the preview")
    cost = t.page.evaluate(COST)
    demand(cost < 100, f"ten seconds of it are made in {cost:.0f} ms")
    t.press("Control+z", "v", "Escape")


# the time that the page's thread is taken between the key and the sound
COST = """async () => { const begin = performance.now(), before = played.length, key = new KeyboardEvent('keydown', { key: ' ', bubbles: true });
    const editor = document.querySelector('.ald-overview'); editor.dispatchEvent(key);
    const took = performance.now() - begin; editor.dispatchEvent(key); return played.length > before ? took : Infinity; }"""


def looping(t):
    "A loop, by mouse and by keyboard; played without a gap, with a metronome."
    t.field("Snap times to").select_option("beat")
    t.editor.line([t.place(1.6, 8), t.place(2.2, 8), t.place(3.1, 8)])
    wait_for(lambda: near(t.ends(), [1.5, 3]), "a drag in the ruler sets a loop, on beats", shows=t.ends)
    t.page.evaluate("played.length = 0")
    t.press("k", "Space")
    wait_for(lambda: any(p["loop"] for p in t.played()), "it plays as one source that the sound card repeats")
    source = next(p for p in t.played() if p["loop"])
    demand(abs(source["duration"] - 1.5) < .001, f"which is as long as the loop: {source['duration']:.4f} s")
    clicks = lambda: [p for p in t.played() if p["duration"] < .1]
    wait_for(lambda: len(clicks()) >= 7, "the metronome clicks", 15)
    at = np.array([p["at"] for p in clicks()])
    demand(np.abs(np.diff(at) - .5).max() < .002, f"every half second, over the seam too: {np.diff(at).round(4).tolist()}")
    strong = [p["peak"] > .35 for p in clicks()[:7]]
    demand(strong == [True, False, False]*2 + [True], f"louder where a bar begins: {strong}")
    begin = time.monotonic()
    while time.monotonic() - begin < 1.8: demand(1.4 < t.clock() < 3.1, "") if not 1.4 < t.clock() < 3.1 else time.sleep(.1)
    demand(t.editor.button("Pause").count() == 1, "and it goes on inside the loop")
    t.press("Space", "k")
    wait_for(lambda: not t.pressed("Metronome"), "K turns the metronome off")
    t.root.get_by_role("slider", name="End of the loop").focus()
    t.press("ArrowRight")
    wait_for(lambda: near(t.ends(), [1.5, 3.5]), "an arrow key moves its end by a beat", shows=t.ends)
    t.press("l")
    wait_for(lambda: not t.pressed("Loop"), "L turns it off")
    t.press("Escape")
    wait_for(lambda: not t.ends(), "Escape clears it")
    t.page.mouse.click(*t.place(2.05, 8))
    wait_for(lambda: abs(t.clock() - 2.05) < .11, "a click in the ruler moves the playhead")
    t.press("i")
    t.page.mouse.click(*t.place(4.05, 8))
    t.press("o")
    wait_for(lambda: near(t.ends(), [2, 4]), "I and O set its ends", shows=t.ends)
    t.editor.note(3).focus()
    t.press("Shift+L")
    wait_for(lambda: near(t.ends(), [1.5, 1.75]), "Shift L loops the selected note", shows=t.ends)
    t.press("Escape", "Escape")
    wait_for(lambda: not t.ends(), "Escape twice: no note, no loop")


def rendering(t):
    "The loop alone, then everything."
    t.field("Quality").select_option("draft")
    steps = t.page.locator(".widget-inline-hbox", has_text="Steps").locator(".widget-readout")
    wait_for(lambda: steps.inner_text() == "2", "draft quality takes two steps")
    t.page.get_by_role("slider", name="Steps", exact=True).focus()
    t.press("ArrowRight") # three
    wait_for(lambda: t.field("Quality").input_value() == "", "the slider chooses other steps")
    t.editor.line([t.place(1.5, 8), t.place(2.2, 8), t.place(3., 8)])
    wait_for(lambda: t.label() == "Generate the loop (1.5 s)", "with a loop, Generate says that it is the loop")
    t.editor.canvas("Loudness").click(position=dict(x=20, y=20))
    t.press("g")
    wait_for(lambda: t.label() == "Loop generated", "G renders the loop", 60)
    tinted = t.root.locator(".ald-changed rect")
    wait_for(lambda: tinted.count() == 2, "and what is before and after it waits")
    edge = t.place(1.5, 0)[0], t.place(3, 0)[0]
    def reaches_its_ends():
        boxes = [r.bounding_box() for r in tinted.all()]
        if len(boxes) != 2 or None in boxes: return False # it is being drawn again
        left, right = boxes
        return abs(left["x"] + left["width"] - edge[0]) < 4 and abs(right["x"] - edge[1]) < 4
    wait_for(reaches_its_ends, "up to its ends", 10)
    t.page.evaluate("played.length = 0")
    t.press("Space")
    wait_for(lambda: any(p["loop"] and p["peak"] > .02 for p in t.played()), "it is heard")
    t.press("Space")
    t.editor.note(4).focus()
    t.press("ArrowUp", "Escape")
    wait_for(lambda: t.label().startswith("Generate the loop"), "a note in it is moved: there is something to do", shows=t.label)
    t.press("Shift+G")
    wait_for(lambda: tinted.count() == 0 and t.label() == "Loop generated", "Shift G generates everything", 60)
    t.press("Escape")
    wait_for(lambda: t.label() == "Generated", "Escape clears the loop")
    t.field("Quality").select_option("normal")
    t.field("Snap times to").select_option("off")


def counted_by_hand(t):
    "Curves without beats get them, typed or tapped."
    drop_bytes(t.editor, "humming.npz", humming())
    wait_for(lambda: "humming:" in t.editor.said(), "curves without beats are opened")
    wait_for(lambda: t.root.locator(".ald-caption").text_content() == "time", "they have seconds instead of bars")
    t.field("Tempo, beats a minute").fill("120")
    t.press("Enter")
    wait_for(lambda: t.root.locator(".ald-caption").text_content() == "bar" and t.lines("beat") >= 6, "a tempo that is typed lays bars and beats")
    demand(abs(t.lasts() - 4) < .1, f"and the music stays as it is: {t.lasts()} s")
    t.editor.button("Undo").click()
    wait_for(lambda: t.root.locator(".ald-caption").text_content() == "time", "undone")
    t.editor.canvas("Loudness").click(position=dict(x=20, y=20))
    for _ in range(4):
        t.press("t")
        time.sleep(.5)
    wait_for(lambda: t.root.locator(".ald-caption").text_content() == "bar", "four taps lay them, too")
    demand(90 < t.tempo() < 125, f"at the tempo of the taps: {t.tempo()}")


def taller(page, editor):
    "Zoom in pitch, and a taller roll; gives the heights."
    t = Time(page, editor)
    roll, row = editor.canvas("Notes and pitch"), editor.root.locator(".ald-rows rect").first
    height = lambda: float(row.get_attribute("height"))
    editor.button("Show the whole tune").click()
    was = height()
    editor.note(0).focus()
    page.keyboard.press("Alt+Equal")
    wait_for(lambda: height() > 1.2*was, "Alt and plus zoom in pitch")
    page.keyboard.press("Alt+Minus")
    wait_for(lambda: abs(height() - was) < .2, "Alt and minus zoom out")
    box = roll.bounding_box()
    page.mouse.move(box["x"] + 400, box["y"] + 150)
    page.keyboard.down("Alt")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Alt")
    wait_for(lambda: height() > 1.5*was, "so does the wheel with Alt")
    names = lambda: editor.root.locator(".ald-key-name").all_text_contents()
    before = names()
    editor.line([(box["x"] + 20, box["y"] + 100), (box["x"] + 20, box["y"] + 160), (box["x"] + 20, box["y"] + 220)])
    wait_for(lambda: names() != before, "a drag on the keyboard scrolls to other pitches", shows=lambda: f"{before[0]}, {names()[0]}")
    before = names()
    page.keyboard.press("Alt+PageDown")
    wait_for(lambda: names() != before, "and so does Alt with Page Down")
    editor.button("Show all pitches").click()
    wait_for(lambda: abs(height() - was) < .2, "a button shows them all")
    handle = editor.root.get_by_role("separator", name="Height of the roll")
    editor.drag(handle, 0, 80)
    wait_for(lambda: abs(roll.bounding_box()["height"] - box["height"] - 80) < 3, "a handle makes the roll taller")
    editor.root.get_by_role("separator", name="Height of the loudness").focus()
    loud = editor.canvas("Loudness")
    tall = loud.bounding_box()["height"]
    page.keyboard.press("ArrowDown")
    wait_for(lambda: abs(loud.bounding_box()["height"] - tall - 20) < 1, "an arrow key the loudness")
    return roll.bounding_box()["height"]


def still_tall(editor, height):
    roll = editor.canvas("Notes and pitch")
    wait_for(lambda: abs(roll.bounding_box()["height"] - height) < 1, "the browser remembers how tall they are")
    for name, by in (("roll", -80), ("loudness", -20)): editor.drag(editor.root.get_by_role("separator", name=f"Height of the {name}"), 0, by)


def main():
    from playwright.sync_api import sync_playwright
    browser = next((b for b in map(shutil.which, BROWSERS) if b), None)
    demand(browser, f"a browser is installed: {browser or 'none of ' + ', '.join(BROWSERS)}")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as tmp, sync_playwright() as pw:
        chromium = pw.chromium.launch(executable_path=browser, args=FLAGS)
        context, outside, errors = chromium.new_context(viewport=dict(width=1280, height=800)), [], []
        context.on("weberror", lambda e: errors.append(str(e.error)))
        with ald_ui(Path(tmp)/"state", "jesu_joy") as (address, _):
            page, editor = opened(context, outside, address)
            begin = time.monotonic()
            try:
                height = taller(page, editor)
                page.reload(timeout=120000)
                editor.root.wait_for(timeout=120000)
                still_tall(editor, height)
                time_tools(page, editor)
            except BaseException:
                page.screenshot(path=Path(tempfile.gettempdir())/"ald-browser-time.png")
                raise
            demand(not errors and not outside, f"no script failed, nothing came from elsewhere: {errors + outside}")
            print(f"{time.monotonic() - begin:.0f} s")
            page.close(run_before_unload=False)


if __name__ == "__main__": main()
