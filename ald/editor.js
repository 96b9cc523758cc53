// The drawing surface of ald.editor.CurveEditor: a piano roll with the pitch over it, loudness below, an overview, a player.
// Python holds the truth. A gesture is shown at once as a preview, sent as one message when it ends, and what comes back replaces it.

const SVG = "http://www.w3.org/2000/svg";
const NAMES = "C C♯ D D♯ E F F♯ G G♯ A A♯ B".split(" ");
const DYNAMICS = [["pp", 33], ["p", 49], ["mp", 64], ["mf", 80], ["f", 96], ["ff", 112]]; // marks and the velocities they stand for
const SPOKEN = { pp: "very soft", p: "soft", mp: "rather soft", mf: "medium loud", f: "loud", ff: "very loud" };
const LARGEST = 9.5e6; // bytes; Jupyter's server closes a connection that sends more than 10 MiB at once
const GUTTER = 52, RULER = 20, ROLL = 300, LOUD = 150, OVERVIEW = 34; // pixels
const HELP = "Arrow keys move the selected note or point, with Shift further. N and P, or Page Down and Page Up: next and previous. "
  + "Tab: notes, pitch points, loudness points. Space: play. G: generate. Control Z: undo. Control Shift Z: redo. B: before or now. "
  + "M: move. D: draw. Plus and minus: zoom.";

const clamp = (x, a, b) => Math.min(Math.max(x, a), b);
const name = m => NAMES[((Math.round(m) % 12) + 12) % 12] + (Math.floor(Math.round(m) / 12) - 1);
const toHz = m => 440 * 2 ** ((m - 69) / 12);
const toNumber = hz => 69 + 12 * Math.log2(hz / 440);
const floats = view => view && view.byteLength ? new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength)) : null;

function html(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  e.append(...children);
  return e;
}

function svg(tag, attributes = {}, ...children) {
  const e = document.createElementNS(SVG, tag);
  set(e, attributes);
  e.append(...children);
  return e;
}

function set(e, attributes) {
  for (const [k, v] of Object.entries(attributes)) if (e.getAttribute(k) !== String(v)) e.setAttribute(k, v);
}

// Children of `layer` for `items`, kept by key, so that the one with the focus keeps it.
function keyed(layer, items, key, make, update) {
  const old = new Map([...layer.children].map(e => [e.dataset.key, e]));
  for (const item of items) {
    const k = String(key(item));
    const e = old.get(k) ?? layer.appendChild(Object.assign(make(item)));
    e.dataset.key = k;
    old.delete(k);
    update(e, item);
  }
  for (const e of old.values()) e.remove();
}

// Dark or light, by what is really behind the editor: every notebook names its theme differently.
function isDark(el) {
  for (let e = el; e; e = e.parentElement ?? e.getRootNode().host) {
    const c = getComputedStyle(e).backgroundColor.match(/[\d.]+/g)?.map(Number);
    if (c && (c.length < 4 || c[3] > 0.5)) return 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2] < 128;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

class Player {
  constructor(rate, moved) { Object.assign(this, { rate, moved, position: 0, which: "sound", samples: {}, source: null }); }
  get playing() { return this.source !== null; }
  get length() { return (this.samples[this.which]?.length ?? 0) / this.rate; } // seconds
  load(which, view) {
    const ints = view && view.byteLength ? new Int16Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength)) : null;
    this.samples[which] = ints && Float32Array.from(ints, s => s / 32768);
    if (this.playing && which === this.which) this.restart();
  }
  now() { return this.playing ? Math.min(this.from + this.context.currentTime - this.began, this.length) : this.position; }
  play() {
    const x = this.samples[this.which];
    if (!x) return false;
    this.context ??= new AudioContext();
    this.context.resume();
    if (this.position >= this.length - 0.01) this.position = 0;
    const buffer = this.context.createBuffer(1, x.length, this.rate), source = this.context.createBufferSource();
    buffer.copyToChannel(x, 0);
    source.buffer = buffer;
    source.connect(this.context.destination);
    source.onended = () => { if (this.source === source) { this.source = null; this.position = 0; this.moved(); } };
    [this.source, this.from, this.began] = [source, this.position, this.context.currentTime];
    source.start(0, this.position);
    const tick = () => { this.moved(); if (this.source === source) requestAnimationFrame(tick); };
    tick();
    return true;
  }
  pause() {
    if (!this.playing) return;
    const source = this.source;
    this.position = this.now();
    this.source = null;
    source.stop();
    this.moved();
  }
  restart() { if (this.playing) { this.pause(); this.play(); } }
  seek(seconds) { const on = this.playing; this.pause(); this.position = seconds; on ? this.play() : this.moved(); }
  choose(which) { const on = this.playing; this.pause(); this.which = which; on ? this.play() : this.moved(); }
  close() { this.pause(); this.context?.close(); }
}

class Surface {
  constructor(model, el) {
    Object.assign(this, { model, el, tool: "move", view: null, preview: null, drag: null, focus: { note: 0, pitch: 0, envelope: 0 }, width: 900 });
    this.build();
    this.player = new Player(model.get("tune").sample_rate ?? 22050, () => this.drawPlayhead());
    this.listen();
    this.theme();
    this.refresh();
    for (const which of ["sound", "before"]) this.player.load(which, model.get(which));
    model.send({ type: "hello" });
  }

  // ---- what is there

  build() {
    const button = (label, glyph, act, keys) => {
      const b = html("button", { type: "button", title: label + (keys ? ` (${keys})` : ""), "aria-label": label }, glyph);
      b.addEventListener("click", act);
      return b;
    };
    const group = (label, ...buttons) => html("div", { role: "group", "aria-label": label, class: "ald-group" }, ...buttons);
    this.buttons = {
      move: button("Move notes and points", "✥ Move", () => this.setTool("move"), "M"),
      draw: button("Draw freehand", "✎ Draw", () => this.setTool("draw"), "D"),
      undo: button("Undo", "↶", () => this.send({ type: "undo" }), "Ctrl+Z"),
      redo: button("Redo", "↷", () => this.send({ type: "redo" }), "Ctrl+Shift+Z"),
      out: button("Zoom out", "−", () => this.zoom(1.5), "-"),
      in: button("Zoom in", "+", () => this.zoom(1 / 1.5), "+"),
      all: button("Show the whole tune", "↔", () => this.setView(0, this.frames)),
      play: button("Play", "▶ Play", () => this.togglePlay(), "Space"),
      before: button("Listen to the version before", "A before", () => this.choose("before"), "B"),
      sound: button("Listen to the version now", "B now", () => this.choose("sound"), "B"),
    };
    const b = this.buttons;
    this.clock = html("span", { class: "ald-clock" });
    this.toolbar = html("div", { role: "toolbar", "aria-label": "Editor tools", class: "ald-toolbar" },
      group("Tool", b.move, b.draw), group("History", b.undo, b.redo), group("Zoom", b.out, b.in, b.all),
      group("Listen", b.play, b.before, b.sound), this.clock);
    const canvas = (height, label) => svg("svg", { height, role: "group", "aria-label": label, class: "ald-canvas" });
    this.roll = canvas(ROLL, "Notes and pitch");
    this.loud = canvas(LOUD, "Loudness");
    this.over = svg("svg", { height: OVERVIEW, class: "ald-overview", role: "slider", tabindex: 0, "aria-label": "Part of the tune that is shown", "aria-valuemin": 0 });
    this.layers = {};
    const layer = (parent, key, more = {}) => parent.appendChild(this.layers[key] = svg("g", { class: "ald-" + key, ...more }));
    const hidden = { "aria-hidden": "true" };
    for (const k of ["rows", "bars"]) layer(this.roll, k, hidden);
    layer(this.roll, "changed", hidden); layer(this.roll, "notes", { role: "group", "aria-label": "Notes" });
    layer(this.roll, "pitch", hidden); layer(this.roll, "pitch-points", { role: "group", "aria-label": "Pitch points" });
    layer(this.roll, "roll-head", hidden); layer(this.roll, "keys", hidden);
    for (const k of ["levels", "loud-bars", "loud-changed", "got", "envelope"]) layer(this.loud, k, hidden);
    layer(this.loud, "envelope-points", { role: "group", "aria-label": "Loudness points" });
    layer(this.loud, "loud-head", hidden); layer(this.loud, "marks", hidden);
    for (const k of ["over-notes", "over-window", "over-head"]) layer(this.over, k, hidden);
    this.live = html("div", { role: "status", "aria-live": "polite", class: "ald-live" });
    const help = html("details", { class: "ald-help" }, html("summary", {}, "Keys"), html("p", {}, HELP));
    this.root = html("div", { class: "ald-editor", role: "region", "aria-label": "Curve editor", "data-lm-suppress-shortcuts": "true" },
      this.toolbar, this.roll, this.loud, this.over, html("div", { class: "ald-foot" }, this.live, help));
    this.el.append(this.root);
  }

  listen() {
    const { model, root } = this;
    const refresh = () => { this.preview = null; this.echo = true; this.refresh(); };
    this.off = [];
    const on = (event, f) => { model.on(event, f); this.off.push(() => model.off(event, f)); };
    for (const k of ["tune", "envelope", "pitch", "points", "changed"]) on("change:" + k, refresh);
    for (const k of ["selected", "degrees", "status"]) on("change:" + k, () => this.refresh());
    for (const k of ["sound", "before"]) on("change:" + k, () => { this.player.load(k, model.get(k)); this.refresh(); });
    on("msg:custom", (m, buffers) => this.receive(m, buffers));
    root.addEventListener("keydown", e => this.key(e));
    root.addEventListener("focusin", e => {
      e.target.setAttribute("data-lm-suppress-shortcuts", "true"); // Notebook 7 matches its own keys from the focused element upwards, before the editor hears of them
      this.focused(e.target);
    });
    for (const [canvas, curve] of [[this.roll, "pitch"], [this.loud, "envelope"]]) {
      canvas.addEventListener("pointerdown", e => this.press(e, canvas, curve));
      canvas.addEventListener("pointermove", e => this.move(e));
      canvas.addEventListener("pointerup", e => this.release(e));
      canvas.addEventListener("pointercancel", () => { this.drag = this.preview = null; this.refresh(); });
      canvas.addEventListener("wheel", e => this.wheel(e), { passive: false });
    }
    const scroll = e => { if (e.buttons) { const w = this.span; const f = (e.offsetX - GUTTER) / (this.width - GUTTER) * this.frames; this.setView(f - w / 2, f + w / 2); } };
    this.over.addEventListener("pointerdown", e => { this.over.setPointerCapture(e.pointerId); scroll(e); });
    this.over.addEventListener("pointermove", scroll);
    const over = e => { e.preventDefault(); root.classList.add("ald-dropping"); };
    root.addEventListener("dragover", over);
    root.addEventListener("dragleave", () => root.classList.remove("ald-dropping"));
    root.addEventListener("drop", e => this.drop(e));
    this.resizing = new ResizeObserver(() => { if (this.el.clientWidth) { this.width = this.root.clientWidth; this.refresh(); } });
    this.resizing.observe(this.el);
    this.themes = new MutationObserver(() => this.theme());
    this.themes.observe(document.body, { attributes: true });
    this.themes.observe(document.head, { childList: true, subtree: true });
    document.addEventListener("load", this.loaded = () => this.theme(), true); // a stylesheet that arrives later
    this.looking = setInterval(() => this.theme(), 1000); // what none of these tells of: an ancestor's class, a colour that fades in, a sheet changed by script
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", this.schemes = () => this.theme());
  }

  close() {
    for (const f of this.off) f();
    this.resizing.disconnect();
    this.themes.disconnect();
    clearInterval(this.looking);
    document.removeEventListener("load", this.loaded, true);
    matchMedia("(prefers-color-scheme: dark)").removeEventListener("change", this.schemes);
    this.player.close();
  }

  theme() { this.root.dataset.theme = isDark(this.el) ? "dark" : "light"; }
  send(message) { this.model.send(message); }
  say(text) { if (this.live.textContent !== text) this.live.textContent = text; }

  receive(message, buffers) {
    if (message.type === "done") { this.preview = null; this.refresh(); if (message.error) this.say(message.error); }
    if (message.type === "say") this.say(message.text);
    if (message.type === "download") {
      const link = html("a", { href: URL.createObjectURL(new Blob([buffers[0]], { type: message.mime })), download: message.name });
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    }
  }

  async drop(e) {
    e.preventDefault();
    this.root.classList.remove("ald-dropping");
    const file = e.dataTransfer.files[0];
    if (!file) return;
    if (file.size > LARGEST) return this.say(`${file.name} has ${(file.size / 1e6).toFixed(0)} MB, more than a notebook's connection takes; in Python, editor.open("${file.name}") reads it`);
    this.say(`Reading ${file.name}`);
    this.model.send({ type: "open", name: file.name }, undefined, [await file.arrayBuffer()]);
  }

  // ---- numbers to pixels

  get frames() { return this.tune.frames; }
  get span() { return this.view[1] - this.view[0]; }
  x(frame) { return GUTTER + (frame - this.view[0]) / this.span * (this.width - GUTTER); }
  frameAt(px) { return this.view[0] + (px - GUTTER) / (this.width - GUTTER) * this.span; }
  pitchY(m) { return RULER + (this.tune.high - m) / (this.tune.high - this.tune.low) * (ROLL - RULER); }
  numberAt(py) { return this.tune.high - (py - RULER) / (ROLL - RULER) * (this.tune.high - this.tune.low); }
  levelY(root) { return LOUD - 4 - root * (LOUD - 8); } // root of the amplitude, so that equal steps sound about equal
  rootAt(py) { return clamp((LOUD - 4 - py) / (LOUD - 8), 0, 1); }
  seconds(frame) { return frame / this.tune.frame_rate; }

  setView(a, b) {
    const least = Math.min(40, this.frames), w = clamp(b - a, least, this.frames);
    a = clamp(a, 0, this.frames - w);
    this.view = [a, a + w];
    this.refresh();
  }
  zoom(by, at = (this.view[0] + this.view[1]) / 2) { this.setView(at - (at - this.view[0]) * by, at + (this.view[1] - at) * by); }
  reveal(frame) { if (frame < this.view[0] || frame > this.view[1]) this.setView(frame - this.span / 2, frame + this.span / 2); }

  wheel(e) {
    const way = Math.abs(e.deltaX) > Math.abs(e.deltaY) ? e.deltaX : e.shiftKey ? e.deltaY : 0;
    if (e.ctrlKey || e.metaKey) { e.preventDefault(); this.zoom(2 ** (e.deltaY / 300), this.frameAt(e.offsetX)); }
    else if (way) { e.preventDefault(); const d = way / this.width * this.span; this.setView(this.view[0] + d, this.view[1] + d); }
  }

  // ---- drawing

  refresh() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => { this.waiting = null; this.draw(); });
  }

  draw() {
    const get = k => this.model.get(k);
    const fresh = this.tune?.id !== get("tune").id;
    this.tune = get("tune");
    this.curves = { envelope: floats(get("envelope")), pitch: floats(get("pitch")) };
    this.points = get("points");
    if (!this.tune.frames) return;
    if (fresh || !this.view) { this.view = [0, Math.min(this.frames, 10 * this.tune.frame_rate)]; this.focus = { note: 0, pitch: 0, envelope: 0 }; } // ten seconds
    for (const [c, h] of [[this.roll, ROLL], [this.loud, LOUD], [this.over, OVERVIEW]]) set(c, { width: this.width, height: h, viewBox: `0 0 ${this.width} ${h}` });
    this.drawGrid(); this.drawChanged(); this.drawNotes(); this.drawPitch(); this.drawLoud(); this.drawOverview(); this.drawPlayhead(); this.drawToolbar();
    for (const curve of ["pitch", "envelope"]) this.drawPoints(curve);
    if (this.echo) this.tell(this.root.getRootNode().activeElement);
    this.echo = false;
  }

  drawGrid() {
    const { low, high, bars, frame_rate } = this.tune, rows = [], keys = [svg("rect", { x: 0, y: 0, width: GUTTER, height: ROLL, class: "ald-keyboard" })];
    const degrees = this.model.get("degrees"), tall = (ROLL - RULER) / (high - low);
    for (let m = Math.ceil(low); m < high; m++) {
      const step = ((m % 12) + 12) % 12, black = [1, 3, 6, 8, 10].includes(step), y = this.pitchY(m + 0.5);
      const kind = degrees.length && degrees.length < 12 ? degrees.includes(step) ? "ald-in" : "ald-outside" : black ? "ald-black" : "ald-white";
      rows.push(svg("rect", { x: GUTTER, y, width: this.width - GUTTER, height: tall, class: kind }));
      keys.push(svg("rect", { x: 0, y, width: black ? 30 : GUTTER, height: tall, class: black ? "ald-black-key" : "ald-white-key" }));
      if (step === 0 || step === 7 && tall > 5 || tall >= 11 && !black) keys.push(svg("text", { x: GUTTER - 5, y: y + tall / 2, class: "ald-key-name" }, name(m)));
    }
    const marks = [], below = [];
    const lines = bars.length ? bars.map((t, i) => [t, String(i + 1)]) : Array.from({ length: Math.ceil(this.seconds(this.frames)) }, (_, i) => [i, `${i} s`]);
    let last = -1e9;
    for (const [t, label] of lines) {
      const x = this.x(t * frame_rate);
      if (x < GUTTER || x > this.width) continue;
      marks.push(svg("line", { x1: x, x2: x, y1: 0, y2: ROLL }));
      below.push(svg("line", { x1: x, x2: x, y1: 0, y2: LOUD }));
      if (x - last > 34) { marks.push(svg("text", { x: x + 4, y: 14 }, label)); last = x; }
    }
    keys.push(svg("rect", { x: 0, y: 0, width: GUTTER, height: RULER, class: "ald-corner" }), svg("text", { x: 6, y: 14, class: "ald-caption" }, bars.length ? "bar" : "time"));
    this.layers.rows.replaceChildren(...rows); this.layers.keys.replaceChildren(...keys);
    this.layers.bars.replaceChildren(...marks); this.layers["loud-bars"].replaceChildren(...below);
    const levels = [], left = [svg("rect", { x: 0, y: 0, width: GUTTER, height: LOUD, class: "ald-corner" })];
    for (const [mark, velocity] of DYNAMICS) {
      const y = this.levelY(this.rootOf(velocity));
      levels.push(svg("line", { x1: GUTTER, x2: this.width, y1: y, y2: y }));
      left.push(svg("text", { x: GUTTER - 6, y, class: "ald-dynamic" }, mark));
    }
    this.layers.levels.replaceChildren(...levels); this.layers.marks.replaceChildren(...left);
  }

  rootOf(velocity) { return Math.sqrt(this.tune.peak) * velocity / 80; }
  mark(root) { return DYNAMICS.reduce((a, b) => Math.abs(this.rootOf(b[1]) - root) < Math.abs(this.rootOf(a[1]) - root) ? b : a)[0]; }

  drawChanged() {
    for (const [layer, height] of [["changed", ROLL], ["loud-changed", LOUD]])
      this.layers[layer].replaceChildren(...this.model.get("changed").map(([a, b]) => {
        const x = Math.max(this.x(a), GUTTER);
        return svg("rect", { x, y: 0, width: Math.max(this.x(b) - x, 0), height });
      }));
  }

  noteLabel(n, i) {
    const at = this.seconds(n.a).toFixed(2), bar = this.tune.bars.filter(t => t <= n.a / this.tune.frame_rate + 0.01).length;
    return `Note ${i + 1} of ${this.tune.notes.length}, ${bar ? `bar ${bar}, ` : ""}at ${at} seconds, ${this.seconds(n.b - n.a).toFixed(2)} long`;
  }
  noteValue(n) {
    const cents = Math.round(100 * (n.pitch - Math.round(n.pitch)));
    return `${name(n.pitch)}${cents ? ` ${cents > 0 ? "plus" : "minus"} ${Math.abs(cents)} cents` : ""}, vibrato ${Math.round(n.vibrato)} cents`;
  }

  drawNotes() {
    const tall = (ROLL - RULER) / (this.tune.high - this.tune.low), selected = this.model.get("selected"), shown = [];
    this.tune.notes.forEach((n, i) => { if (n.b > this.view[0] - 5 && n.a < this.view[1] + 5 || i === this.focus.note) shown.push([n, i]); });
    keyed(this.layers.notes, shown, ([, i]) => i, () => svg("rect", { role: "slider", rx: 3, "aria-orientation": "vertical", "aria-roledescription": "note" }), (e, [n, i]) => {
      const moved = this.preview?.note === i ? this.preview : { semitones: 0, frames: 0 };
      const y = this.pitchY(n.pitch + moved.semitones + 0.5), x = this.x(n.a + moved.frames);
      set(e, {
        x, y, width: Math.max(this.x(n.b) - this.x(n.a) - 1, 2), height: Math.max(tall, 6), "data-note": i, tabindex: i === this.focus.note ? 0 : -1,
        class: i === selected ? "ald-note ald-selected" : "ald-note", "aria-label": this.noteLabel(n, i), "aria-valuetext": this.noteValue(n),
        "aria-valuenow": n.pitch.toFixed(2), "aria-valuemin": 55, "aria-valuemax": 105,
      });
    });
  }

  drawPitch() {
    const pitch = this.preview?.pitch ?? this.curves.pitch, [a, b] = this.visible();
    let d = "", on = false;
    if (pitch) for (let f = a; f < b; f++) {
      if (pitch[f] > 0) { d += `${on ? "L" : "M"}${this.x(f + 0.5).toFixed(1)} ${this.pitchY(toNumber(pitch[f])).toFixed(1)}`; on = true; }
      else on = false;
    }
    this.layers.pitch.replaceChildren(svg("path", { d, class: "ald-pitch-edge" }), svg("path", { d, class: "ald-pitch-line" }));
  }

  visible() { return [Math.max(0, Math.floor(this.view[0]) - 1), Math.min(this.frames, Math.ceil(this.view[1]) + 1)]; }

  drawLoud() {
    const env = this.preview?.envelope ?? this.curves.envelope, [a, b] = this.visible(), floor = this.levelY(0);
    const line = at => { let d = ""; for (let f = a; f < b; f++) d += `${f > a ? "L" : "M"}${this.x(f + 0.5).toFixed(1)} ${this.levelY(Math.sqrt(clamp(at(f), 0, 1))).toFixed(1)}`; return d; };
    if (env) {
      const d = line(f => env[f]);
      this.layers.envelope.replaceChildren(svg("path", { d: `${d}L${this.x(b - 0.5)} ${floor}L${this.x(a + 0.5)} ${floor}Z`, class: "ald-loud-area" }), svg("path", { d, class: "ald-loud-line" }));
    } else this.layers.envelope.replaceChildren(svg("text", { x: this.width / 2, y: LOUD / 2, class: "ald-absent" }, "loudness is left to the player; draw to set it"));
    const x = this.player.samples[this.player.which], hop = this.tune.hop;
    const got = f => { let m = 0; for (let i = f * hop; i < Math.min((f + 1) * hop, x.length); i++) m = Math.max(m, Math.abs(x[i])); return m; };
    this.layers.got.replaceChildren(...x ? [svg("path", { d: line(got), class: "ald-got-line" })] : []);
  }

  drawPoints(curve) {
    const all = this.points[curve] ?? [], chosen = this.tune.notes[this.model.get("selected")], shown = [];
    let last = -1e9;
    all.forEach((p, i) => {
      const x = this.x(p.frame + 0.5), own = chosen && p.frame >= chosen.a && p.frame < chosen.b;
      const wide = this.x(p.hi) - this.x(p.lo); // on a short note a point would hide the note; closer than 13 pixels, points could not be told apart
      const room = curve === "pitch" ? wide > 80 || own && wide > 50 : x - last > 13 || own;
      const free = x >= GUTTER && x <= this.width && room;
      if (free) last = x;
      if (free || i === this.focus[curve]) shown.push([p, i, free]);
    });
    keyed(this.layers[curve + "-points"], shown, ([, i]) => i, () => svg("circle", { r: 5, role: "slider", "aria-orientation": "vertical", "aria-roledescription": "point" }), (e, [p, i, free]) => {
      const by = this.preview?.point === i && this.preview.curve === curve ? this.preview.by : 0;
      const y = curve === "pitch" ? this.pitchY(p.value + by) : this.levelY(clamp(p.value + by, 0, 1)), x = this.x(p.frame + 0.5);
      set(e, {
        cx: x, cy: y, "data-point": i, tabindex: i === this.focus[curve] ? 0 : -1, class: free ? "ald-point" : "ald-point ald-away",
        "aria-label": `${curve === "pitch" ? "Pitch" : "Loudness"} point ${i + 1} of ${all.length}, at ${this.seconds(p.frame).toFixed(2)} seconds`,
        "aria-valuetext": this.pointValue(curve, p), "aria-valuenow": p.value.toFixed(3),
        "aria-valuemin": curve === "pitch" ? 55 : 0, "aria-valuemax": curve === "pitch" ? 105 : 1,
      });
    });
  }

  pointValue(curve, p) {
    if (curve === "pitch") return `${toHz(p.value).toFixed(1)} hertz, ${this.noteValue({ pitch: p.value, vibrato: 0 }).split(",")[0]}`;
    return `${SPOKEN[this.mark(p.value)]}, ${p.value > 0.01 ? (40 * Math.log10(p.value)).toFixed(1) + " decibels" : "silent"}`;
  }

  drawOverview() {
    const { low, high, notes } = this.tune, w = this.width - GUTTER, at = f => GUTTER + f / this.frames * w;
    this.layers["over-notes"].replaceChildren(...notes.map(n => svg("rect", {
      x: at(n.a), y: 4 + (high - n.pitch) / (high - low) * (OVERVIEW - 10), width: Math.max(at(n.b) - at(n.a), 1), height: 2 })));
    this.layers["over-window"].replaceChildren(svg("rect", { x: at(this.view[0]), y: 1, width: Math.max(at(this.view[1]) - at(this.view[0]), 4), height: OVERVIEW - 2, rx: 3 }));
    const [a, b] = this.view.map(f => this.seconds(f));
    set(this.over, { "aria-valuemax": this.seconds(this.frames).toFixed(1), "aria-valuenow": a.toFixed(1), "aria-valuetext": `from ${a.toFixed(1)} to ${b.toFixed(1)} seconds` });
  }

  drawPlayhead() {
    if (!this.tune?.frames) return;
    const t = this.player.now(), f = t * this.tune.frame_rate, x = this.x(f);
    if (this.player.playing && (f > this.view[1] || f < this.view[0])) this.setView(f, f + this.span);
    const head = (height, px) => px < GUTTER ? [] : [svg("line", { x1: px, x2: px, y1: 0, y2: height })];
    this.layers["roll-head"].replaceChildren(...head(ROLL, x)); this.layers["loud-head"].replaceChildren(...head(LOUD, x));
    this.layers["over-head"].replaceChildren(...head(OVERVIEW, GUTTER + f / this.frames * (this.width - GUTTER)));
    this.clock.textContent = `${t.toFixed(1)} / ${this.seconds(this.frames).toFixed(1)} s`;
    const b = this.buttons.play, playing = this.player.playing;
    b.textContent = playing ? "❚❚ Pause" : "▶ Play";
    b.setAttribute("aria-label", playing ? "Pause" : "Play");
  }

  drawToolbar() {
    const b = this.buttons, status = this.model.get("status"), { samples, which } = this.player;
    for (const t of ["move", "draw"]) b[t].setAttribute("aria-pressed", this.tool === t);
    for (const w of ["before", "sound"]) { b[w].setAttribute("aria-pressed", which === w); b[w].disabled = !samples[w]; }
    b.undo.disabled = !status.undo; b.redo.disabled = !status.redo; b.play.disabled = !samples[which];
    this.root.dataset.tool = this.tool;
    this.root.setAttribute("aria-busy", !!status.busy);
  }

  // ---- doing

  setTool(tool) { this.tool = tool; this.say(tool === "draw" ? "Draw: press and drag over pitch or loudness" : "Move: drag points and notes"); this.refresh(); }
  choose(which) { this.player.choose(which); this.say(which === "sound" ? "B, now" : "A, before"); this.refresh(); }
  togglePlay() { this.player.playing ? this.player.pause() : this.player.play() || this.say("There is no sound yet; press Generate"); }
  select(i) {
    if (i >= 0) this.focus.note = i;
    if (this.model.get("selected") !== i) { this.model.set("selected", i); this.model.save_changes(); }
    this.refresh();
  }

  tell(target) { // the note or point that has the focus, if what there is to say of it is new
    const text = target?.dataset?.key && this.root.contains(target) && `${target.getAttribute("aria-label")}: ${target.getAttribute("aria-valuetext")}`;
    if (text && text !== this.told) this.say(this.told = text);
  }

  focused(target) {
    const i = Number(target.dataset?.note ?? target.dataset?.point);
    if (target.dataset?.note !== undefined) { this.reveal(this.tune.notes[i].a); this.select(i); }
    else if (target.dataset?.point !== undefined) {
      const curve = target.parentNode === this.layers["pitch-points"] ? "pitch" : "envelope", p = this.points[curve][i];
      this.focus[curve] = i;
      this.reveal(p.frame);
    }
    this.told = null;
    this.tell(target);
  }

  snapped(m) { // the nearest pitch of the scale, or the pitch itself
    const degrees = this.model.get("degrees");
    if (!degrees.length) return m;
    for (let d = 0; d < 12; d++) for (const c of m - Math.round(m) < 0 ? [Math.round(m) - d, Math.round(m) + d] : [Math.round(m) + d, Math.round(m) - d])
      if (degrees.includes(((c % 12) + 12) % 12)) return c;
  }

  step(n, way, far) { // semitones from a note to the next pitch up or down
    if (far) return 12 * way;
    if (!this.model.get("degrees").length) return way;
    for (let d = 1; d < 13; d++) { const to = Math.round(n.pitch) + way * d; if (this.snapped(to) === to) return to - n.pitch; }
    return way;
  }

  press(e, canvas, curve) {
    if (e.button || e.offsetX < GUTTER || !this.tune?.frames) return;
    const target = e.target, at = { x: e.offsetX, y: e.offsetY };
    canvas.setPointerCapture(e.pointerId);
    if (this.tool === "draw") { this.drag = { kind: "draw", curve, at: [], values: [] }; this.stroke(e); }
    else if (target.dataset.point !== undefined) { target.focus(); this.drag = { kind: "pull", curve, point: Number(target.dataset.point), ...at }; }
    else if (target.dataset.note !== undefined) { target.focus(); this.drag = { kind: "nudge", note: Number(target.dataset.note), ...at }; }
    else { this.select(-1); this.player.seek(clamp(this.seconds(this.frameAt(e.offsetX)), 0, this.seconds(this.frames))); }
    e.preventDefault();
  }

  move(e) {
    const d = this.drag;
    if (!d) return;
    if (d.kind === "draw") for (const p of e.getCoalescedEvents?.().length ? e.getCoalescedEvents() : [e]) this.stroke(p);
    if (d.kind === "pull") {
      const p = this.points[d.curve][d.point];
      d.by = d.curve === "pitch" ? this.snapped(p.value + this.numberAt(e.offsetY) - this.numberAt(d.y)) - p.value
        : clamp(p.value + this.rootAt(e.offsetY) - this.rootAt(d.y), 0, 1) - p.value;
      this.preview = { curve: d.curve, point: d.point, by: d.by, [d.curve]: this.pulled(d.curve, p, d.by) };
    }
    if (d.kind === "nudge") {
      const dx = e.offsetX - d.x, dy = e.offsetY - d.y, n = this.tune.notes[d.note];
      d.axis ??= Math.hypot(dx, dy) < 4 ? undefined : Math.abs(dx) > Math.abs(dy) ? "time" : "pitch";
      if (!d.axis) return;
      const to = n.pitch + this.numberAt(e.offsetY) - this.numberAt(d.y);
      d.semitones = d.axis === "pitch" ? (this.model.get("degrees").length ? this.snapped(to) : Math.round(to - n.pitch) + n.pitch) - n.pitch : 0;
      d.frames = d.axis === "time" ? Math.round(this.frameAt(e.offsetX) - this.frameAt(d.x)) : 0;
      const pitch = this.curves.pitch && Float32Array.from(this.curves.pitch, (hz, f) => f >= n.a && f < n.b ? hz * 2 ** (d.semitones / 12) : hz);
      this.preview = { note: d.note, semitones: d.semitones, frames: d.frames, pitch };
    }
    this.refresh();
  }

  pulled(curve, p, by) { // what Python's `pull` will make of it
    const out = Float32Array.from(this.curves[curve] ?? new Float32Array(this.frames));
    for (let f = Math.max(p.lo, 0); f <= Math.min(p.hi, this.frames - 1); f++) {
      const part = f === p.frame ? 0 : f < p.frame ? (p.frame - f) / (p.frame - p.lo) : (f - p.frame) / (p.hi - p.frame), w = 0.5 + 0.5 * Math.cos(Math.PI * part);
      out[f] = curve === "pitch" ? out[f] * 2 ** (w * by / 12) : clamp(Math.sqrt(out[f]) + w * by, 0, 1) ** 2;
    }
    return out;
  }

  stroke(e) {
    const { curve, at, values } = this.drag, box = this[curve === "pitch" ? "roll" : "loud"].getBoundingClientRect();
    const f = clamp(Math.floor(this.frameAt(e.clientX - box.left)), 0, this.frames - 1), py = e.clientY - box.top;
    const v = curve === "pitch" ? toHz(clamp(this.snapped(this.numberAt(py)), this.tune.low, this.tune.high)) : this.rootAt(py) ** 2;
    const out = this.preview?.[curve] ?? Float32Array.from(this.curves[curve] ?? new Float32Array(this.frames));
    const f0 = at.length ? at[at.length - 1] : f, v0 = at.length ? values[values.length - 1] : v;
    for (let k = Math.min(f0, f); k <= Math.max(f0, f); k++) {
      const part = f === f0 ? 1 : (k - f0) / (f - f0);
      out[k] = curve === "pitch" ? v0 * (v / v0) ** part : v0 + (v - v0) * part;
    }
    at.push(f); values.push(v);
    this.preview = { [curve]: out };
    this.refresh();
  }

  release() {
    const d = this.drag;
    this.drag = null;
    if (!d) return;
    if (d.kind === "draw") this.send({ type: "draw", curve: d.curve, at: d.at, values: d.values });
    else if (d.kind === "pull" && d.by) this.send({ type: "pull", curve: d.curve, point: d.point, by: d.by });
    else if (d.kind === "nudge" && (d.semitones || d.frames)) this.send({ type: "nudge", note: d.note, semitones: d.semitones, seconds: this.seconds(d.frames) });
    else { this.preview = null; this.refresh(); }
  }

  // ---- keys

  key(e) {
    const target = e.target, control = e.ctrlKey || e.metaKey, k = e.key.length === 1 ? e.key.toLowerCase() : e.key, way = { ArrowUp: 1, ArrowDown: -1 }[k];
    const done = () => { e.preventDefault(); e.stopPropagation(); };
    if (control && k === "z") { done(); return this.send({ type: e.shiftKey ? "redo" : "undo" }); }
    if (control && k === "y") { done(); return this.send({ type: "redo" }); }
    if (control || e.altKey) return;
    if (k === " " && !["BUTTON", "SUMMARY"].includes(target.tagName)) { done(); return this.togglePlay(); }
    const plain = { g: () => this.send({ type: "generate" }), m: () => this.setTool("move"), d: () => this.setTool("draw"), b: () => this.choose(this.player.which === "sound" ? "before" : "sound"),
      "+": () => this.zoom(1 / 1.5), "=": () => this.zoom(1 / 1.5), "-": () => this.zoom(1.5), Escape: () => { this.drag = this.preview = null; this.select(-1); } }[k];
    if (plain) { done(); return plain(); }
    if (target === this.over) {
      const by = { ArrowLeft: -0.25, ArrowDown: -0.25, ArrowRight: 0.25, ArrowUp: 0.25, PageDown: 0.9, PageUp: -0.9, Home: -1e9, End: 1e9 }[k];
      if (by) { done(); this.setView(this.view[0] + by * this.span, this.view[1] + by * this.span); }
    } else if (target.dataset.note !== undefined) {
      const i = Number(target.dataset.note), n = this.tune.notes[i], later = { ArrowRight: 1, ArrowLeft: -1 }[k];
      if (way) { done(); this.send({ type: "nudge", note: i, semitones: this.step(n, way, e.shiftKey), seconds: 0 }); }
      else if (later) { done(); this.send({ type: "nudge", note: i, semitones: 0, seconds: later * (e.shiftKey ? 0.1 : 0.02) }); }
      else this.go(e, "note", i, this.tune.notes.length, done);
    } else if (target.dataset.point !== undefined) {
      const i = Number(target.dataset.point), curve = target.parentNode === this.layers["pitch-points"] ? "pitch" : "envelope";
      const by = (curve === "pitch" ? 0.1 : 0.02) * (e.shiftKey ? 5 : 1); // semitones; root of the amplitude
      if (way) { done(); this.send({ type: "pull", curve, point: i, by: way * by }); }
      else this.go(e, curve, i, this.points[curve].length, done);
    }
  }

  go(e, what, i, count, done) { // to another note, or another point of the curve
    const sideways = what === "note" ? {} : { ArrowRight: 1, ArrowLeft: -1 };
    const by = { n: 1, p: -1, PageDown: 1, PageUp: -1, Home: -i, End: count - 1 - i, ...sideways }[e.key.length === 1 ? e.key.toLowerCase() : e.key];
    if (by === undefined) return;
    done();
    this.focus[what] = clamp(i + by, 0, count - 1);
    const at = what === "note" ? this.tune.notes[this.focus.note].a : this.points[what][this.focus[what]].frame;
    this.reveal(at);
    if (this.waiting) { cancelAnimationFrame(this.waiting); this.waiting = null; }
    this.draw();
    this.layers[what === "note" ? "notes" : what + "-points"].querySelector(`[data-key="${this.focus[what]}"]`)?.focus();
  }
}

export default {
  render({ model, el }) {
    const surface = new Surface(model, el);
    return () => surface.close();
  },
};
