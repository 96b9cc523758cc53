// ---- time: beats, tempo, snapping

const STEPS = { off: 0, bar: 0, beat: 1, "1/2": 2, "1/3": 3, "1/4": 4 }; // of a beat, to which times snap
const TAPS = 2000; // milliseconds between taps, after which another tempo begins

extend(class {
  get bars() { return this.store.arrays.bars ?? []; } // seconds
  get beats() { return this.store.arrays.beats?.length > 1 ? this.store.arrays.beats : this.bars; }

  beatAt(seconds) { // beats until then, with the part of the last; beats before the first and after the last count
    const { beats } = this, i = clamp(below(beats, seconds, true) - 1, 0, beats.length - 2);
    return i + (seconds - beats[i]) / (beats[i + 1] - beats[i]);
  }
  timeOf(beat) { // its inverse
    const { beats } = this, i = clamp(Math.floor(beat), 0, beats.length - 2);
    return beats[i] + (beat - i) * (beats[i + 1] - beats[i]);
  }
  tempoAt(seconds) { // beats a minute
    if (!(this.store.arrays.beats?.length > 1)) return null;
    const i = clamp(Math.floor(this.beatAt(seconds) + 1e-3), 0, this.beats.length - 2);
    return 60 / (this.beats[i + 1] - this.beats[i]);
  }

  snapTime(frame) { // the nearest step of the grid, or the frame itself
    if (this.timeStep === "off" || this.beats.length < 2) return frame;
    const t = this.seconds(frame), rate = this.tune.frame_rate, { bars } = this;
    const parts = STEPS[this.timeStep];
    if (parts) return this.timeOf(Math.round(this.beatAt(t) * parts) / parts) * rate;
    const i = below(bars, t, true), near = [bars[i - 1], bars[i]].filter(b => b !== undefined);
    return near.length ? near.reduce((a, b) => Math.abs(b - t) < Math.abs(a - t) ? b : a) * rate : frame;
  }
  stepOf(frame, way) { // the next step of the grid on one side of a frame
    const least = this.timeStep === "off" ? Math.round(0.05 * this.tune.frame_rate) : 1;
    for (let f = frame + way * least; f >= 0 && f <= this.frames; f += way) {
      const to = this.snapTime(f);
      if ((to - frame) * way > 0.5) return to;
    }
    return way > 0 ? this.frames : 0;
  }

  drawBeats() { // between the bar lines, as many as have room
    const { beats } = this.store.arrays, [from, to] = this.view.map(f => this.seconds(f)), d = { beat: "", part: "" };
    const [first, last] = beats?.length > 1 ? [below(beats, from) - 1, below(beats, to, true)] : [0, 0];
    const wide = (this.width - GUTTER) / Math.max(last - first, 1), third = this.timeStep === "1/3";
    const parts = (third ? [3] : [4, 2]).find(n => wide / n >= 9) ?? 1;
    if (last > first && wide >= 9) for (let k = first * parts; k <= last * parts; k++) {
      const x = this.x(this.timeOf(k / parts) * this.tune.frame_rate).toFixed(1);
      if (x >= GUTTER) d[k % parts ? "part" : "beat"] += `M${x} ${RULER}V${this.heights.roll}`;
    }
    this.layers.beats.replaceChildren(...Object.keys(d).map(k => svg("path", { d: d[k], class: `ald-${k}` })));
  }

  keepTime(fresh, drawn) { // after what Python told: what depends on the length of the tune, and on its curves
    const { pitch, envelope } = this.store.arrays, absent = c => c?.length ? c : null, { hop, frames } = this.tune;
    if (fresh) {
      this.pitches = this.moving = null;
      this.fields.tempo.value = "";
      this.setLoop(null);
    }
    if (this.view[1] > frames) this.setView(frames - this.span, frames);
    if (this.player.now() > this.seconds(frames)) this.player.seek(this.seconds(frames));
    if (this.loop?.[1] > frames) this.setLoop(this.loop, this.looping);
    if (fresh || drawn) this.player.draw({ pitch: absent(pitch), envelope: absent(envelope), frames, hop });
  }

  // ---- what is shown of it in the tools

  buildTime() {
    const field = (label, more) => html("input", { type: "number", "aria-label": label, title: label, ...more });
    const list = (label, options) => html("select", { "aria-label": label, title: label },
      ...options.map(([value, text]) => html("option", { value }, text)));
    const { button, group } = this;
    this.fields = {
      tempo: field("Tempo, beats a minute", { min: 10, max: 600, step: "any" }),
      meter: field("Beats a bar", { min: 1, max: 32, value: 4 }),
      moves: list("What another tempo changes", [["music", "moves the music"], ["beats", "moves the beats"]]),
      snap: list("Snap times to", Object.keys(STEPS).map(k => [k, k === "off" ? "no snap" : k])),
      quality: list("Quality", [["draft", "draft"], ["normal", "normal"], ["best", "best"], ["", "own steps"]]),
    };
    Object.assign(this.buttons, {
      tap: button("Tap the tempo", "Tap", () => this.tap(), "T"),
      here: button("A bar begins at the playhead", "Bar here", () => this.layBeats(this.player.now())),
      quantise: button("Move the selected note, or all, to the grid", "Snap", () => this.quantise(), "Q"),
      click: button("Metronome", "Click", () => this.toggleClick(), "K"),
      loop: button("Loop", "⟳ Loop", () => this.toggleLoop(), "L"),
      whole: button("Show all pitches", "↕", () => this.setPitch(null)),
      lower: button("Zoom out in pitch", "↕−", () => this.zoomPitch(1.25), "Alt+-"),
      higher: button("Zoom in in pitch", "↕+", () => this.zoomPitch(1 / 1.25), "Alt++"),
    });
    const b = this.buttons, f = this.fields;
    return html("div", { role: "toolbar", "aria-label": "Time", class: "ald-toolbar ald-time" },
      group("Tempo", html("label", { class: "ald-label" }, "♩ = ", f.tempo), f.moves, b.tap),
      group("Bars", html("label", { class: "ald-label" }, f.meter, " a bar"), b.here),
      group("Grid", f.snap, b.quantise),
      group("While playing", b.loop, b.click), group("Pitches shown", b.lower, b.higher, b.whole));
  }

  listenTime() {
    const f = this.fields, on = (field, act) => field.addEventListener("change", act);
    this.timebar.addEventListener("mousedown", e => { if (!e.target.closest("select, input")) e.preventDefault(); });
    on(f.tempo, () => this.setTempo(Number(f.tempo.value)));
    f.tempo.addEventListener("blur", () => this.refresh()); // what was refused is not the tempo
    on(f.meter, () => this.layBeats());
    on(f.snap, () => { this.timeStep = f.snap.value; this.refresh(); });
    on(f.moves, () => { this.moving = f.moves.value; this.drawTime(); });
    on(f.quality, () => { if (f.quality.value) this.send({ type: "quality", name: f.quality.value }); });
    this.listenLoop();
    this.listenHeights();
  }

  drawTime() {
    const f = this.fields, b = this.buttons, none = !this.store.arrays.beats?.length, moves = this.moving ?? "music";
    this.drawTempo(this.player.now());
    if (this.root.getRootNode().activeElement !== f.meter && this.meter) f.meter.value = this.meter;
    f.moves.hidden = none; // without beats there is nothing to choose
    f.moves.value = moves;
    f.meter.disabled = !none && moves === "music";
    b.here.disabled = f.meter.disabled || !f.tempo.value;
    f.snap.disabled = b.quantise.disabled = this.beats.length < 2;
    b.click.disabled = this.beats.length < 2;
    b.click.setAttribute("aria-pressed", !!this.player.beats);
    b.loop.setAttribute("aria-pressed", this.looping);
    b.whole.disabled = !this.pitches;
    f.quality.value = this.tune.quality ?? "";
  }
  drawTempo(seconds) { // there, unless somebody is typing it
    const { tempo } = this.fields, bpm = this.tempoAt(seconds + 1e-3);
    const shown = bpm ? String(Number(bpm.toFixed(1))) : "";
    const free = this.root.getRootNode().activeElement !== tempo && !this.untold;
    if (free && shown && tempo.value !== shown) tempo.value = shown;
  }
  get meter() { // beats in the first bar
    const { bars } = this, { beats } = this.store.arrays;
    return bars.length > 1 && beats?.length ? below(beats, bars[1] - 1e-3) - below(beats, bars[0] - 1e-3) : 0;
  }

  setTempo(bpm) {
    if (!bpm) { this.say("A tempo is 10 to 600 beats a minute"); return this.fields.tempo.blur(); }
    const at = this.player.now();
    if (this.store.arrays.beats?.length && (this.moving ?? "music") === "music") this.send({ type: "tempo", bpm, at });
    else this.layBeats();
  }
  layBeats(start = this.bars[0] ?? this.player.now()) { // under the music, which stays where it is
    const bpm = Number(this.fields.tempo.value), per_bar = Math.round(Number(this.fields.meter.value));
    if (bpm) this.send({ type: "beats", bpm, per_bar, start });
    else this.say("Type a tempo first, or tap it");
  }
  tap() { // the tempo is that of the taps so far; while it plays, a bar begins at the first
    const now = performance.now(), at = this.player.now(), taps = this.taps ?? [];
    this.taps = now - (taps.at(-1)?.now ?? -Infinity) < TAPS ? [...taps, { now, at }] : [{ now, at }];
    clearTimeout(this.tapped);
    if (this.taps.length < 3) return this.say(`Tap on: ${4 - this.taps.length} more`);
    const bpm = 60000 * (this.taps.length - 1) / (now - this.taps[0].now), [first] = this.taps;
    this.fields.tempo.value = bpm.toFixed(1);
    this.untold = true; // the field keeps it until Python has it
    this.say(`${bpm.toFixed(1)} beats a minute`);
    this.tapped = setTimeout(() => {
      this.untold = false;
      const moves = this.store.arrays.beats?.length && (this.moving ?? "music") === "music";
      moves ? this.setTempo(Number(bpm.toFixed(1))) : this.layBeats(this.player.playing ? first.at : undefined);
    }, 1200);
  }
  chosenNotes() { return this.list ?? (this.selected < 0 ? [] : [this.selected]); } // by their numbers
  quantise() { // the beginnings of notes
    const step = this.timeStep === "off" ? "1/4" : this.timeStep;
    this.send({ type: "quantise", step, notes: this.chosenNotes() });
  }
  toggleClick() {
    const beats = (from, to) => { // a millisecond of tolerance at both ends, or rounding could lose one
      const out = [], { bars } = this;
      for (let k = Math.ceil(this.beatAt(from - 1e-3)), t; (t = this.timeOf(k)) < to - 1e-3; k++) {
        const bar = bars[below(bars, t - 0.01)] ?? Infinity;
        out.push([t, Math.abs(bar - t) < 0.01]); // a bar begins at a beat
      }
      return out;
    };
    this.player.beat(this.player.beats || this.beats.length < 2 ? null : beats);
    this.say(this.player.beats ? "Metronome on" : "Metronome off");
    this.drawTime();
  }

  timeKey(e, target, k) { // whether it was one of these
    if (!this.frames) return false;
    const code = { Equal: 1 / 1.25, NumpadAdd: 1 / 1.25, BracketRight: 1 / 1.25, Minus: 1.25, NumpadSubtract: 1.25 };
    const page = { PageUp: 0.25, PageDown: -0.25 }[k], by = code[e.code];
    if (e.altKey && !e.ctrlKey && !e.metaKey) {
      if (by && e.shiftKey) this.setHeights(this.heights.roll / by, this.heights.loud / by);
      else if (by) this.zoomPitch(by);
      else if (page) this.scrollPitch(page * (this.high - this.low));
      return !!(by || page);
    }
    if (e.ctrlKey || e.metaKey || e.altKey) return false;
    const act = {
      i: () => this.setEnd(0), o: () => this.setEnd(1), l: () => e.shiftKey ? this.loopNotes() : this.toggleLoop(),
      v: () => this.choose(this.player.which === "preview" ? "sound" : "preview"), k: () => this.toggleClick(),
      t: () => this.tap(), q: () => this.quantise(), g: () => this.generate(e.shiftKey),
    }[k];
    if (k === "Escape" && this.loop && !this.drag && !this.chosenNotes().length) this.setLoop(null);
    act?.();
    return !!act;
  }
});
