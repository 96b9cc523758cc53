"""Tracks, takes, projects and readings of the editor, in a real browser: what `browser_test.py` runs for them.

    python tools/browser_voices.py [--screenshot FILE.png] [--theme dark]

A file of two violins, one with chords, is dropped onto the page of `ald ui`. Its tracks are edited, muted, placed and
saved; takes are compared; the notes are read again; the project is saved, opened, and found in the list of tunes.
"""
import argparse, io, re, shutil, tempfile, time, zipfile
from pathlib import Path
from browser_test import BROWSERS, FLAGS, Page, ald_ui, demand, drop_bytes, opened, wait_for

HEARD = """() => { window.heard = []; // of every sound that is played: its channels, and how loud each is
    const start = AudioBufferSourceNode.prototype.start;
    AudioBufferSourceNode.prototype.start = function (...when) {
      const channels = [...Array(this.buffer.numberOfChannels).keys()].map(c => this.buffer.getChannelData(c));
      heard.push(channels.map(x => Math.sqrt(x.reduce((sum, s) => sum + s * s, 0) / x.length)));
      return start.apply(this, when);
    }; }"""


def duet():
    "A MIDI file of two violins; the first one plays double stops."
    import mido
    file = mido.MidiFile()
    parts = ("Violin I", [(76, 69), (78,), (79, 71), (76,)]), ("Violin II", [(60,), (62,), (59,), (60,)])
    for channel, (name, chords) in enumerate(parts):
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=name),
                                mido.Message("program_change", program=40, channel=channel)])
        for chord in chords:
            for kind, wait in (("note_on", 0), ("note_off", 480)):
                track += [mido.Message(kind, note=p, channel=channel, time=0 if k else wait)
                          for k, p in enumerate(chord)]
        file.tracks.append(track)
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


class Tracks(Page):
    "The page by what it has for tracks and takes."
    def strip(self): return self.root.get_by_role("group", name="Tracks", exact=True)
    def slider(self, name): return self.root.get_by_role("slider", name=name, exact=True)
    def pressed(self, name): return self.button(name).get_attribute("aria-pressed") == "true"
    def takes(self): return self.root.locator(".ald-takes tbody tr").count()
    def chosen(self): return self.root.locator(".ald-takes summary").inner_text()

    def value(self, name, value):
        "Move a slider as a key does."
        self.slider(name).evaluate("(e, v) => { e.value = v; e.dispatchEvent(new Event('change')); }", value)

    def generate(self, sentence):
        self.page.keyboard.press("g")
        done = lambda: self.root.locator(".ald-generate").inner_text() == "Generated" and "Ready" in self.said()
        wait_for(done, sentence, 120)

    def played(self):
        "What is heard from the beginning: the level of each channel."
        self.canvas("Notes and pitch").click(position=dict(x=54, y=23))
        self.page.evaluate("heard.length = 0")
        self.page.keyboard.press("Space")
        wait_for(lambda: self.page.evaluate("heard.length"), "it plays")
        got = self.page.evaluate("heard[0]")
        self.page.keyboard.press("Space")
        wait_for(lambda: self.button("Play").count() == 1, "and pauses")
        return got

    def download(self, act):
        with self.page.expect_download(timeout=20000) as download: act()
        return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def tracks_and_takes(page, screenshot=None):
    "What a musician does with several tracks, on a page of `ald ui` that is open."
    page.evaluate(HEARD)
    editor = Tracks(page)
    demand(not editor.strip().is_visible(), "one track needs no list of tracks")
    several_tracks(editor)
    mix(editor)
    takes(editor)
    if screenshot:
        editor.root.scroll_into_view_if_needed()
        page.screenshot(path=screenshot)
    readings(editor)
    projects(editor)


def several_tracks(editor):
    page = editor.page
    drop_bytes(editor, "duet.mid", duet())
    wait_for(lambda: "duet: 10 notes" in editor.said() and "3 tracks" in editor.said(),
             "two violins, one with chords, are three tracks")
    names = lambda: [e.get_attribute("aria-label") for e in editor.strip().locator(".ald-voice").all()]
    demand(names() == ["Violin I, line 1", "Violin I, line 2", "Violin II"], f"they are listed: {names()}")
    demand(editor.root.locator(".ald-other").count() == 2, "the notes of the others are drawn behind")
    of = lambda: editor.root.get_by_role("slider", name=re.compile("^Note 1 of")).get_attribute("aria-label")
    page.keyboard.press("]")
    wait_for(lambda: editor.pressed("Edit Violin I, line 2") and "of 2," in of(), "the key ] edits the next track")
    first = editor.root.locator(".ald-other").first
    box = page.evaluate("""() => { const p = document.querySelector('.ald-other');
        const m = p.getAttribute('d').match(/M([\\d.]+) ([\\d.]+)h([\\d.]+)v([\\d.]+)/);
        const svg = p.ownerSVGElement.getBoundingClientRect();
        return [svg.x + +m[1] + m[3]/2, svg.y + +m[2] + m[4]/2]; }""")
    demand("click to edit" in first.text_content(), f"a note behind says what a click does: {first.text_content()}")
    page.mouse.click(*box)
    wait_for(lambda: not editor.pressed("Edit Violin I, line 2"), "a click on a note behind edits its track")
    editor.button("Edit Violin I, line 1").click()
    wait_for(lambda: editor.pressed("Edit Violin I, line 1") and "of 4," in of(), "and so does its name")


def mix(editor):
    page = editor.page
    page.get_by_role("slider", name="Steps", exact=True).focus()
    page.keyboard.press("Home") # two steps, to be quick
    editor.generate("G renders all three")
    both = editor.played()
    demand(len(both) == 2 and min(both) > .005, f"two violins are heard in stereo: {both}")
    page.keyboard.press("Shift+M")
    wait_for(lambda: editor.pressed("Mute Violin I, line 1"), "Shift M mutes the track")
    less = editor.played()
    demand(sum(less) < .9*sum(both), f"and it is not heard: {less}")
    editor.button("Solo Violin II").click()
    wait_for(lambda: editor.pressed("Solo Violin II"), "the second violin is solo")
    alone = editor.played()
    demand(len(alone) == 1 and alone[0] > .005, f"and heard alone: {alone}")
    editor.value("Level of Violin II", -12)
    wait_for(lambda: editor.slider("Level of Violin II").get_attribute("aria-valuetext") == "-12 decibels",
             "it gets softer")
    soft = editor.played()
    demand(abs(soft[0]/alone[0] - 10**(-12/20)) < .01, f"by 12 dB: {soft[0]/alone[0]:.3f}")
    for _ in range(3): page.keyboard.press("Control+z")
    wait_for(lambda: not editor.pressed("Solo Violin II") and not editor.pressed("Mute Violin I, line 1"),
             "Ctrl+Z undoes all of that")
    editor.value("Place of Violin II", -1)
    wait_for(lambda: editor.slider("Place of Violin II").get_attribute("aria-valuetext") == "100 percent left",
             "the second violin goes to the left")
    left = editor.played()
    demand(left[0] > both[0] and left[1] < both[1], f"and is heard there: {left}")
    page.keyboard.press("Control+z")
    name, data = editor.download(lambda: page.get_by_role("button", name="stems", exact=True).click())
    inside = zipfile.ZipFile(io.BytesIO(data)).namelist()
    demand(name == "duet.zip" and len(inside) == 4 and "mix.wav" in inside, f"stems are saved: {inside}")


def takes(editor):
    page = editor.page
    page.get_by_role("slider", name="Louder (dB)", exact=True).focus()
    for k in (2, 3):
        page.keyboard.press("PageDown") # ten steps of half a decibel
        page.keyboard.press("PageDown")
        wait_for(lambda: editor.root.locator(".ald-generate").inner_text() != "Generated", "the track gets softer")
        time.sleep(.5) # the slider sends its last value when Python has answered
        editor.generate(f"and is rendered: take {k}")
    wait_for(lambda: "Takes: 3" in editor.chosen(), "takes are counted", shows=editor.chosen)
    editor.root.locator(".ald-takes summary").click()
    demand(editor.takes() == 3, "and listed")
    editor.button("Solo Violin I, line 1").click()
    wait_for(lambda: editor.pressed("Solo Violin I, line 1"), "solo, to hear the takes")
    now = editor.played()
    editor.button("A is take 1").click()
    wait_for(lambda: editor.pressed("Listen to the version before") and "A is 1" in editor.chosen(),
             "take 1 is A, and listened to")
    first = editor.played()
    demand(first[0] > 1.2*now[0], f"it is louder than take 3: {first[0]:.4f}, {now[0]:.4f}")
    page.keyboard.press("b")
    wait_for(lambda: editor.pressed("Listen to the version now"), "B changes to the other one")
    demand(abs(editor.played()[0] - now[0]) < 1e-4, "which sounds as before")
    editor.button("B is take 2").click()
    wait_for(lambda: "B is 2" in editor.chosen(), "any two can be compared")
    field = editor.root.get_by_label("Name of take 1", exact=True)
    field.fill("as written")
    field.press("Enter")
    editor.button("Keep take 1").click()
    wait_for(lambda: editor.pressed("Keep take 1") and field.input_value() == "as written", "a take is named and kept")
    editor.button("Use the curves of take 1").click()
    wait_for(lambda: "B is 1" in editor.chosen() and editor.root.locator(".ald-generate").inner_text() == "Generated",
             "its curves are used again")
    editor.button("Delete take 3").click()
    wait_for(lambda: editor.takes() == 2, "and another one is deleted")
    editor.button("Solo Violin I, line 1").click()
    wait_for(lambda: not editor.pressed("Solo Violin I, line 1"), "all are heard again")


def readings(editor):
    page = editor.page
    said = lambda: page.locator(".widget-html", has_text="reading").all_inner_texts()
    envelope = lambda: editor.root.locator(".ald-loud-line").get_attribute("d")
    opened = envelope()
    demand("the mean reading" in said(), "a tune opens as the model reads it")
    strength = page.get_by_role("slider", name="Reading", exact=True)
    strength.focus()
    page.keyboard.press("Home")
    wait_for(lambda: envelope() != opened and "the mean reading" not in said(), "at 0 the rules read the notes")
    rules = envelope()
    page.keyboard.press("End")
    wait_for(lambda: envelope() != rules and "the mean reading" in said(), "the model reads the notes")
    mean = envelope()
    page.get_by_role("button", name="Another reading", exact=True).click()
    wait_for(lambda: envelope() != mean and "reading 1" in said(), "and reads them in another way")
    page.keyboard.press("Control+z")
    wait_for(lambda: envelope() == mean, "Ctrl+Z brings back the reading before")
    page.keyboard.press("Control+z")
    wait_for(lambda: envelope() == opened and editor.root.get_by_role("button", name="Undo").count(), "and the one before")


def projects(editor):
    page = editor.page
    editor.note(0).focus()
    page.keyboard.press("ArrowUp")
    told = lambda: editor.note(0).get_attribute("aria-valuetext")
    wait_for(lambda: told().startswith("F5"), "a note is moved")
    editor.button("Mute Violin II").click()
    wait_for(lambda: editor.pressed("Mute Violin II"), "and a track is muted")
    name, data = editor.download(lambda: page.keyboard.press("Control+s"))
    demand(name == "duet.ald", "Ctrl+S saves the project")
    wait_for(lambda: "duet.ald is saved" in editor.said(), "and says so")
    editor.root.get_by_role("status").click() # a browser opens dialogues only soon after a click or a key
    with page.expect_file_chooser(timeout=10000) as chooser: page.keyboard.press("Control+o")
    chooser.value.set_files(dict(name="again.ald", mimeType="application/octet-stream", buffer=data))
    wait_for(lambda: "3 tracks" in editor.said() and editor.pressed("Mute Violin II") and told().startswith("F5"),
             "Ctrl+O opens it, with its tracks")
    page.keyboard.press("Control+z")
    wait_for(lambda: told().startswith("E5") or not editor.pressed("Mute Violin II"),
             "Undo leads to the file as it was")
    page.reload(timeout=120000)
    editor.root.wait_for(timeout=120000)
    recent = editor.root.get_by_label("Edited last", exact=True)
    wait_for(lambda: "duet" in recent.locator("option").all_inner_texts(),
             "after a reload the tune is in the list of recent ones")
    recent.select_option("duet")
    wait_for(lambda: "3 tracks" in editor.said(), "and is opened from there")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--screenshot", type=Path)
    p.add_argument("--theme", default="system")
    args = p.parse_args()
    from playwright.sync_api import sync_playwright
    browser = next((b for b in map(shutil.which, BROWSERS) if b), None)
    demand(browser, f"a browser is installed: {browser or 'none of ' + ', '.join(BROWSERS)}")
    begin, outside, errors = time.monotonic(), [], []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, sync_playwright() as pw:
        chromium = pw.chromium.launch(executable_path=browser, args=FLAGS)
        context = chromium.new_context(viewport=dict(width=1280, height=800), accept_downloads=True)
        with ald_ui(Path(folder), "minuet", f"--theme={args.theme}") as (address, _):
            page, _ = opened(context, outside, address)
            page.on("dialog", lambda d: d.accept())
            page.on("pageerror", lambda e: errors.append(str(e)))
            start = time.monotonic()
            try: tracks_and_takes(page, args.screenshot)
            except BaseException:
                picture = Path(tempfile.gettempdir())/"ald-browser-voices.png"
                page.screenshot(path=picture)
                print("the page as it was:", picture, errors[:3])
                raise
            print(f"{time.monotonic() - start:.0f} s without the start")
            page.close(run_before_unload=False)
        demand(not outside and not errors, f"nothing from elsewhere, no script failed: {outside[:3]} {errors[:3]}")
        chromium.close()
    print(f"{time.monotonic() - begin:.0f} s")


if __name__ == "__main__": main()
