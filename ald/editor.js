// The drawing surface of ald.editor.CurveEditor: a piano roll with the pitch over it, loudness below,
// an overview, a player.
// Python holds the truth. A gesture is shown at once as a preview, sent as one message when it ends, and what comes
// back replaces it.

const SVG = "http://www.w3.org/2000/svg";
const NAMES = "C C♯ D D♯ E F F♯ G G♯ A A♯ B".split(" ");
const DYNAMICS = [["pp", 33], ["p", 49], ["mp", 64], ["mf", 80], ["f", 96], ["ff", 112]]; // marks and their velocities
const SPOKEN = { pp: "very soft", p: "soft", mp: "rather soft", mf: "medium loud", f: "loud", ff: "very loud" };
const PART = 4e6; // bytes of a file in one message; Jupyter's server closes a connection that sends over 10 MiB at once
const LARGEST = 1e9; // bytes of a file
const GUTTER = 52, RULER = 20, ROLL = 300, LOUD = 150, OVERVIEW = 34; // pixels
const MANY = 300; // notes on view, above which they are one shape; a note alone is then drawn only if it is selected
const CHUNK = 20; // seconds of sound handed to the sound card at once, two of them ahead
const PATIENCE = 6000, SILENCE = 20000; // milliseconds without an answer to a message; without a word while rendering
const READING = 120000; // milliseconds that a file may take to be read
const NEWS = 1500; // milliseconds for which what Python says is not replaced by what has the focus
const MUTE = "Python does not answer: it is busy with something else, or it has ended. If it has ended, ";
const HELP = "Keys work wherever you are on the page, unless you type. Space: play. G: generate. Control Z: undo. "
  + "Control Shift Z: redo. B: before or now. M: move. D: draw. Plus and minus: zoom. N and P, or Page Down and Up: "
  + "next and previous note or point. Arrow keys move the selected note or point, with Shift further. "
  + "Tab: notes, pitch points, loudness points. Escape: select nothing.";

const clamp = (x, a, b) => Math.min(Math.max(x, a), b);
const name = m => NAMES[((Math.round(m) % 12) + 12) % 12] + (Math.floor(Math.round(m) / 12) - 1);
const toHz = m => 440 * 2 ** ((m - 69) / 12);
const toNumber = hz => 69 + 12 * Math.log2(hz / 440);
const onPage = () => document.body.dataset.voila !== undefined; // the page of `ald ui`, all of which is the editor's

// How many of a sorted array are less than `value` (or equal to it).
function below(sorted, value, equal = false) {
  let a = 0, b = sorted.length;
  while (a < b) {
    const m = (a + b) >> 1;
    if (sorted[m] < value || equal && sorted[m] === value) a = m + 1;
    else b = m;
  }
  return a;
}

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
    const e = old.get(k) ?? layer.appendChild(make(item));
    e.dataset.key = k;
    old.delete(k);
    update(e, item);
  }
  for (const e of old.values()) e.remove();
}

// A rectangle, as part of a path.
function box(x, y, width, height) {
  const [w, h] = [width, height].map(v => v.toFixed(1));
  return `M${x.toFixed(1)} ${y.toFixed(1)}h${w}v${h}h-${w}z`;
}

// Dark or light, by what is really behind the editor: every notebook names its theme differently.
function isDark(el) {
  for (let e = el; e; e = e.parentElement ?? e.getRootNode().host) {
    const c = getComputedStyle(e).backgroundColor.match(/[\d.]+/g)?.map(Number);
    if (c && (c.length < 4 || c[3] > 0.5)) return 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2] < 128;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

// ---- keys of the whole page
// The editor that the focus is in hears them; else the one last used, on a page of its own or after a click in it.

const surfaces = new Set();
let used = null;

function typing(e) {
  const inputs = "input:not([type=range], [type=button], [type=checkbox], [type=radio], [type=file])";
  const texts = "textarea, select, [contenteditable]:not([contenteditable=false]), [role=textbox], .cm-editor";
  return e.closest(`${inputs}, ${texts}`);
}

function hearing(target) {
  for (const s of surfaces) if (s.scope.contains(target)) return s;
  const shown = [...surfaces].filter(s => s.root.isConnected && s.root.offsetParent !== null);
  if (onPage()) return shown.includes(used) ? used : shown[0];
  return shown.includes(used) && target.contains(used.root) ? used : null;
}

function pressed(e) {
  const target = e.composedPath()[0];
  if (!e.isComposing && target instanceof Element && !typing(target)) hearing(target)?.key(e, target);
}

function touched(e) {
  const [target] = e.composedPath(), inside = [...surfaces].find(s => s.scope.contains(target));
  const around = e.type === "focusin" && used && target.contains(used.root); // the cell that was clicked
  if (inside || !onPage() && !around) used = inside ?? null;
}

function enter(surface) {
  if (!surfaces.size) {
    addEventListener("keydown", pressed, true); // before the notebook's own, which listens on the document
    document.addEventListener("pointerdown", touched, true);
    document.addEventListener("focusin", touched, true);
  }
  surfaces.add(surface);
}

function leave(surface) {
  surfaces.delete(surface);
  if (surfaces.size) return;
  removeEventListener("keydown", pressed, true);
  document.removeEventListener("pointerdown", touched, true);
  document.removeEventListener("focusin", touched, true);
}

// ---- sound

class Player {
  constructor(moved) {
    Object.assign(this, { rate: 22050, moved, position: 0, which: "sound", samples: {}, sources: null });
  }
  get playing() { return this.sources !== null; }
  get length() { return (this.samples[this.which]?.length ?? 0) / this.rate; } // seconds
  load(which, ints) { // 16 bits a sample
    this.samples[which] = ints?.length ? ints : null;
    if (this.playing && which === this.which) this.restart();
  }
  now() {
    if (!this.playing) return this.position;
    return clamp(this.from + this.context.currentTime - this.began, this.from, this.length);
  }
  open() { // at the sound's own rate, so that its stretches join without a seam
    try { return new AudioContext({ sampleRate: this.rate }); } catch { return new AudioContext(); }
  }
  play() {
    if (!this.samples[this.which]) return false;
    this.context ??= this.open();
    this.context.resume();
    if (this.position >= this.length - 0.01) this.position = 0;
    Object.assign(this, { sources: [], from: this.position, next: Math.round(this.position * this.rate) });
    this.began = this.context.currentTime + 0.02;
    this.feed();
    const sources = this.sources;
    const tick = () => { this.moved(); if (this.sources === sources) requestAnimationFrame(tick); };
    tick();
    return true;
  }
  feed() { // stretches of sound, until two are waiting
    const x = this.samples[this.which];
    while (this.next < x.length && this.next / this.rate < this.now() + 2 * CHUNK) {
      const part = x.subarray(this.next, this.next + CHUNK * this.rate);
      const source = this.context.createBufferSource(), sources = this.sources;
      source.buffer = this.context.createBuffer(1, part.length, this.rate);
      source.buffer.getChannelData(0).set(Float32Array.from(part, s => s / 32768));
      source.connect(this.context.destination);
      source.onended = () => { if (this.sources === sources) this.ended(source); };
      source.start(this.began + this.next / this.rate - this.from);
      this.sources.push(source);
      this.next += part.length;
    }
  }
  ended(source) {
    this.sources.splice(this.sources.indexOf(source), 1);
    this.feed();
    if (!this.sources.length) { this.sources = null; this.position = 0; this.moved(); }
  }
  pause() {
    if (!this.playing) return;
    const sources = this.sources;
    this.position = this.now();
    this.sources = null;
    for (const s of sources) s.stop();
    this.moved();
  }
  restart() { if (this.playing) { this.pause(); this.play(); } }
  seek(seconds) { const on = this.playing; this.pause(); this.position = seconds; on ? this.play() : this.moved(); }
  choose(which) { const on = this.playing; this.pause(); this.which = which; on ? this.play() : this.moved(); }
  close() { this.pause(); this.context?.close(); }
}

// ---- what Python told: plain values, and arrays of which only changes are sent

const KINDS = { f4: Float32Array, i4: Int32Array, i2: Int16Array };

class Store {
  constructor() { Object.assign(this, { values: {}, arrays: {}, version: 0 }); }
  take({ values, arrays }, buffers) { // what of the arrays is new: [[name, from, to]]
    Object.assign(this.values, values);
    this.version++;
    return arrays.map(({ name, kind, size, at, same }, i) => {
      const view = buffers[i], Kind = KINDS[kind];
      if (same) this.arrays[name] = this.arrays[same].slice();
      if (this.arrays[name]?.length !== size) this.arrays[name] = new Kind(size);
      const part = new Kind(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
      this.arrays[name].set(part, at);
      return same ? [name, 0, size] : [name, at, at + part.length];
    });
  }
}

class Surface {
  constructor(model, el) {
    Object.assign(this, { model, el, tool: "move", view: null, preview: null, drag: null, width: 900 });
    Object.assign(this, { selected: -1, follow: true, focus: { note: 0, pitch: 0, envelope: 0 } });
    Object.assign(this, { store: new Store(), levels: {}, cache: {} });
    Object.assign(this, { sent: 0, unanswered: new Map(), heard: Date.now(), mute: false });
    this.build();
    this.player = new Player(() => this.drawPlayhead());
    this.listen();
    this.look();
    enter(this);
    this.send({ type: "hello", page: onPage() });
  }

  // ---- what is there

  build() {
    const button = (label, glyph, act, keys) => {
      const title = label + (keys ? ` (${keys})` : "");
      const b = html("button", { type: "button", title, "aria-label": label }, glyph);
      b.addEventListener("click", act);
      return b;
    };
    const row = { role: "group", class: "ald-group" };
    const group = (label, ...parts) => html("div", { "aria-label": label, ...row }, ...parts);
    const b = this.buttons = {
      open: button("Open a file", "Open", () => this.chooser.click()),
      move: button("Move notes and points", "✥ Move", () => this.setTool("move"), "M"),
      draw: button("Draw freehand", "✎ Draw", () => this.setTool("draw"), "D"),
      undo: button("Undo", "↶", () => this.send({ type: "undo" }), "Ctrl+Z"),
      redo: button("Redo", "↷", () => this.send({ type: "redo" }), "Ctrl+Shift+Z"),
      out: button("Zoom out", "−", () => this.zoom(1.5), "-"),
      in: button("Zoom in", "+", () => this.zoom(1 / 1.5), "+"),
      all: button("Show the whole tune", "↔", () => this.setView(0, this.frames)),
      generate: button("Generate", "Generate", () => this.send({ type: "generate" }), "G"),
      cancel: button("Cancel", "Cancel", () => this.send({ type: "cancel" })),
      play: button("Play", "▶ Play", () => this.togglePlay(), "Space"),
      before: button("Listen to the version before", "A before", () => this.choose("before"), "B"),
      sound: button("Listen to the version now", "B now", () => this.choose("sound"), "B"),
    };
    b.generate.classList.add("ald-generate");
    this.chooser = html("input", { type: "file", hidden: "", tabindex: -1, "aria-hidden": "true" });
    this.done = html("progress", { max: 1, value: 0, "aria-label": "How much is rendered" });
    this.clock = html("span", { class: "ald-clock" });
    this.toolbar = html("div", { role: "toolbar", "aria-label": "Editor tools", class: "ald-toolbar" },
      group("File", b.open), group("Tool", b.move, b.draw), group("History", b.undo, b.redo),
      group("Zoom", b.out, b.in, b.all), group("Listen", b.play, b.before, b.sound),
      group("Sound", b.generate, b.cancel, this.done), this.clock, this.chooser);
    this.buildCanvases();
    this.live = html("div", { role: "status", "aria-live": "polite", class: "ald-live" });
    const help = html("details", { class: "ald-help" }, html("summary", {}, "Keys"), html("p", {}, HELP));
    const foot = html("div", { class: "ald-foot" }, this.live, help);
    const about = { role: "region", "aria-label": "Curve editor", "data-lm-suppress-shortcuts": "true" };
    this.root = html("div", { class: "ald-editor", ...about }, this.toolbar, this.roll, this.loud, this.over, foot);
    this.el.append(this.root);
  }

  buildCanvases() {
    const canvas = (height, label) => svg("svg", { height, role: "group", "aria-label": label, class: "ald-canvas" });
    this.roll = canvas(ROLL, "Notes and pitch");
    this.loud = canvas(LOUD, "Loudness");
    const part = { role: "slider", tabindex: 0, "aria-label": "Part of the tune that is shown", "aria-valuemin": 0 };
    this.over = svg("svg", { height: OVERVIEW, class: "ald-overview", ...part });
    this.layers = {};
    const layer = (parent, key, more = {}) => {
      parent.append(this.layers[key] = svg("g", { class: "ald-" + key, ...more }));
    };
    const hidden = { "aria-hidden": "true" };
    for (const k of ["rows", "bars", "changed", "crowd"]) layer(this.roll, k, hidden);
    layer(this.roll, "notes", { role: "group", "aria-label": "Notes" });
    layer(this.roll, "pitch", hidden);
    layer(this.roll, "pitch-points", { role: "group", "aria-label": "Pitch points" });
    for (const k of ["roll-head", "keys"]) layer(this.roll, k, hidden);
    for (const k of ["levels", "loud-bars", "loud-changed", "got", "envelope"]) layer(this.loud, k, hidden);
    layer(this.loud, "envelope-points", { role: "group", "aria-label": "Loudness points" });
    for (const k of ["loud-head", "marks"]) layer(this.loud, k, hidden);
    for (const k of ["over-notes", "over-window", "over-head"]) layer(this.over, k, hidden);
  }

  listen() {
    const { model, root } = this, hear = (m, buffers) => this.receive(m, buffers);
    model.on("msg:custom", hear);
    this.off = [() => model.off("msg:custom", hear)];
    this.toolbar.addEventListener("mousedown", e => { // a click leaves the focus where it was, but for lists and fields
      e.preventDefault();
      if (this.scope.contains(document.activeElement)) document.activeElement.closest("select, input")?.blur();
    });
    for (const gesture of ["pointerdown", "keydown"]) // what somebody turns to is said at once
      root.addEventListener(gesture, () => { this.saidAt = 0; }, true);
    root.addEventListener("focusin", e => {
      e.target.setAttribute("data-lm-suppress-shortcuts", "true"); // Notebook 7 looks from the focused element upwards
      this.focused(e.target);
    });
    for (const [canvas, curve] of [[this.roll, "pitch"], [this.loud, "envelope"]]) {
      canvas.addEventListener("pointerdown", e => this.press(e, canvas, curve));
      canvas.addEventListener("pointermove", e => this.move(e));
      canvas.addEventListener("pointerup", () => this.release());
      canvas.addEventListener("pointercancel", () => { this.drag = this.preview = null; this.refresh(); });
      canvas.addEventListener("wheel", e => this.wheel(e), { passive: false });
    }
    const scroll = e => {
      if (!e.buttons || !this.frames) return;
      const w = this.span, f = (e.offsetX - GUTTER) / (this.width - GUTTER) * this.frames;
      this.setView(f - w / 2, f + w / 2);
    };
    this.over.addEventListener("pointerdown", e => { this.over.setPointerCapture(e.pointerId); scroll(e); });
    this.over.addEventListener("pointermove", scroll);
    this.chooser.addEventListener("change", () => {
      this.openFile(this.chooser.files[0]);
      this.chooser.value = "";
    });
    this.listenAround();
  }

  listenAround() { // to what is not the editor's own
    const { root } = this, on = (where, event, f, how) => {
      where.addEventListener(event, f, how);
      this.off.push(() => where.removeEventListener(event, f, how));
    };
    const area = onPage() ? document : root; // a file that misses the editor would replace the page
    on(area, "dragover", e => { e.preventDefault(); root.classList.add("ald-dropping"); });
    on(area, "dragleave", () => root.classList.remove("ald-dropping"));
    on(area, "drop", e => this.drop(e));
    on(document, "load", () => this.look(), true); // a stylesheet that arrives later
    on(matchMedia("(prefers-color-scheme: dark)"), "change", () => this.look());
    on(document, "ald:lost", () => this.silent("")); // the page itself says so
    on(window, "beforeunload", e => { if (onPage() && this.status.unsaved) e.preventDefault(); });
    const resizing = new ResizeObserver(() => {
      if (!this.el.clientWidth) return;
      this.width = this.root.clientWidth;
      this.refresh();
    });
    const themes = new MutationObserver(() => this.look());
    const sliders = new MutationObserver(records => {
      if (records.some(r => !root.contains(r.target))) this.nameSliders();
    });
    resizing.observe(this.el);
    sliders.observe(document.body, { childList: true, subtree: true });
    themes.observe(document.body, { attributes: true });
    themes.observe(document.head, { childList: true, subtree: true });
    const looking = setInterval(() => { this.look(); this.check(); }, 1000); // for what nobody tells of
    const observers = [resizing, themes, sliders];
    this.off.push(() => observers.forEach(o => o.disconnect()), () => clearInterval(looking));
  }

  close() {
    leave(this);
    for (const f of this.off) f();
    this.player.close();
  }

  get scope() { // the editor with the sliders around it
    let e = this.el;
    for (let p = e; p; p = p.parentElement) if (p.classList.contains("jupyter-widgets")) e = p;
    return e;
  }

  look() { // what nobody tells of: the theme
    this.root.dataset.theme = isDark(this.el) ? "dark" : "light";
    this.scope.setAttribute("data-lm-suppress-shortcuts", "true"); // keys over the sliders are not the notebook's
    this.nameSliders();
  }

  nameSliders() { // ipywidgets gives a slider's handle no name
    for (const handle of this.scope.querySelectorAll(".noUi-handle:not([aria-label])")) {
      const label = handle.closest(".jupyter-widgets")?.querySelector(".widget-label")?.textContent;
      if (label) handle.setAttribute("aria-label", label);
    }
  }

  // ---- Python

  get status() { return this.store.values.status ?? {}; }

  send(message, buffers) { // resolves when Python has answered
    const n = ++this.sent;
    return new Promise(resolve => {
      this.unanswered.set(n, { since: Date.now(), type: message.type, resolve });
      try { this.model.send({ ...message, n }, undefined, buffers); } catch { this.silent(MUTE); }
    });
  }

  check() { // whether Python is still there
    const first = [...this.unanswered.values()].find(m => m.type !== "hello"), now = Date.now();
    const patience = first?.type === "open" ? READING : PATIENCE;
    const waits = first && now - Math.max(first.since, this.heard) > patience;
    if (waits || this.status.busy && now - this.heard > SILENCE) this.silent(MUTE);
  }

  silent(sentence) { // nothing comes: the editor is not busy, and says why
    if (this.mute) return;
    this.mute = true;
    this.preview = this.drag = null;
    if (sentence) this.say(sentence + (onPage() ? "reload the page: your edits are kept." : "run the cell again."));
    if (this.frames) this.drawToolbar();
  }

  say(text) { if (this.live.textContent !== text) this.live.textContent = text; }

  receive(message, buffers) {
    this.heard = Date.now();
    if (this.mute) { this.mute = false; this.say("Python answers again."); this.refresh(); }
    if (message.type === "state") this.learn(message, buffers);
    if (message.type === "progress") { this.done.value = message.fraction; }
    if (message.type === "say") { this.saidAt = Date.now(); this.say(message.text); }
    if (message.type === "done") {
      this.unanswered.get(message.n)?.resolve(message.error);
      this.unanswered.delete(message.n);
      this.preview = null;
      if (message.error) this.say(message.error);
      this.refresh();
    }
    if (message.type === "download") this.download(message, buffers[0]);
  }

  learn(message, buffers) {
    const { id, selected } = message.values, { values, arrays } = this.store;
    const fresh = id !== undefined && id !== values.id;
    for (const [name, from, to] of this.store.take(message, buffers)) {
      if (name === "note_b") this.latest = this.store.arrays.note_b.slice();
      if (name === "sound" || name === "before") this.level(name, from, to);
      this.cache = {};
    }
    for (let i = 1; i < (this.latest?.length ?? 0); i++) // the end of what began up to there
      if (this.latest[i - 1] > this.latest[i]) this.latest[i] = this.latest[i - 1];
    this.player.rate = values.sample_rate;
    const parts = k => ["frame", "lo", "hi", "value"].map(part => arrays[`${k}_${part}`]);
    this.points = { pitch: parts("pitch"), envelope: parts("envelope") };
    const choosing = [...this.unanswered.values()].some(m => m.type === "select");
    if (fresh || selected !== undefined && !choosing) this.selected = values.selected;
    if (fresh) this.begin();
    if (message.arrays.length || values.changed) this.preview = null;
    this.echo = true;
    this.refresh();
  }

  begin() { // another tune
    this.view = [0, Math.min(this.frames, 10 * this.tune.frame_rate)]; // ten seconds
    this.focus = { note: 0, pitch: 0, envelope: 0 };
    this.player.pause();
    this.player.position = 0;
  }

  level(which, from, to) { // what came of the loudness: the largest sample of each frame
    const x = this.store.arrays[which], hop = this.store.values.hop, n = Math.ceil(x.length / hop);
    if (this.levels[which]?.length !== n) this.levels[which] = new Float32Array(n);
    for (let f = Math.floor(from / hop); f < Math.min(Math.ceil(to / hop), n); f++) {
      let m = 0;
      for (let i = f * hop; i < Math.min((f + 1) * hop, x.length); i++) m = Math.max(m, Math.abs(x[i]));
      this.levels[which][f] = m / 32767;
    }
    this.player.load(which, x);
  }

  download(message, data) {
    const href = URL.createObjectURL(new Blob([data], { type: message.mime }));
    const link = html("a", { href, download: message.name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(href), 10000);
  }

  drop(e) {
    e.preventDefault();
    this.root.classList.remove("ald-dropping");
    this.openFile(e.dataTransfer.files[0]);
  }

  async openFile(file) { // in parts, each when the one before has arrived
    if (!file) return;
    const mega = (file.size / 1e6).toFixed(0), parts = Math.max(1, Math.ceil(file.size / PART));
    const large = `${file.name} has ${mega} MB; in Python, editor.open("${file.name}") reads it`;
    if (file.size > LARGEST) return this.say(large);
    this.say(`Reading ${file.name}`);
    for (let part = 0; part < parts; part++) {
      const data = await file.slice(part * PART, (part + 1) * PART).arrayBuffer();
      if (await this.send({ type: "open", name: file.name.slice(-200), part, parts }, [data])) return;
    }
  }

  // ---- notes

  get count() { return this.store.arrays.note_a?.length ?? 0; }
  note(i) {
    const { note_a, note_b, note_pitch, note_vibrato } = this.store.arrays;
    if (!(i >= 0 && i < this.count)) return undefined;
    return { a: note_a[i], b: note_b[i], pitch: note_pitch[i], vibrato: note_vibrato[i] };
  }
  between(a, b) { // first and last note, and one more, that sound from frame a to frame b
    return [below(this.latest ?? [], a, true), below(this.store.arrays.note_a ?? [], b)];
  }
  noteOf(frame) { // that a point belongs to
    return this.count ? Math.max(below(this.store.arrays.note_a, frame, true) - 1, 0) : -1;
  }
  noteAt(frame, number) { // that lies under the mouse
    const [first, last] = this.between(frame, frame + 1);
    for (let i = last - 1; i >= first; i--) {
      const n = this.note(i);
      if (n.a <= frame && frame < n.b && Math.abs(n.pitch - number) < 0.7) return i;
    }
    return -1;
  }
  point(curve, i) {
    const [frame, lo, hi, value] = this.points[curve];
    return { frame: frame[i], lo: lo[i], hi: hi[i], value: value[i] };
  }

  // ---- numbers to pixels

  get tune() { return this.store.values; }
  get frames() { return this.tune.frames ?? 0; }
  get span() { return this.view[1] - this.view[0]; }
  x(frame) { return GUTTER + (frame - this.view[0]) / this.span * (this.width - GUTTER); }
  frameAt(px) { return this.view[0] + (px - GUTTER) / (this.width - GUTTER) * this.span; }
  pitchY(m) { return RULER + (this.tune.high - m) / (this.tune.high - this.tune.low) * (ROLL - RULER); }
  numberAt(py) { return this.tune.high - (py - RULER) / (ROLL - RULER) * (this.tune.high - this.tune.low); }
  levelY(root) { return LOUD - 4 - root * (LOUD - 8); } // root of the amplitude: equal steps sound about equal
  rootAt(py) { return clamp((LOUD - 4 - py) / (LOUD - 8), 0, 1); }
  seconds(frame) { return frame / this.tune.frame_rate; }
  shows(frame) { return frame >= this.view[0] && frame <= this.view[1]; }

  setView(a, b, follow = false) { // by hand, after which playing does not move it any more
    if (!this.frames) return;
    const least = Math.min(40, this.frames), w = clamp(b - a, least, this.frames);
    a = clamp(a, 0, this.frames - w);
    this.view = [a, a + w];
    this.follow = follow;
    this.refresh();
  }
  zoom(by, at = (this.view[0] + this.view[1]) / 2) {
    this.setView(at - (at - this.view[0]) * by, at + (this.view[1] - at) * by);
  }
  reveal(frame) { if (!this.shows(frame)) this.setView(frame - this.span / 2, frame + this.span / 2); }

  wheel(e) {
    if (!this.frames) return;
    const way = Math.abs(e.deltaX) > Math.abs(e.deltaY) ? e.deltaX : e.shiftKey ? e.deltaY : 0;
    const d = way / this.width * this.span;
    if (!e.ctrlKey && !e.metaKey && !way) return;
    e.preventDefault();
    if (e.ctrlKey || e.metaKey) this.zoom(2 ** (e.deltaY / 300), this.frameAt(e.offsetX));
    else this.setView(this.view[0] + d, this.view[1] + d);
  }

  // ---- drawing

  refresh() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => { this.waiting = null; this.draw(); });
  }

  draw() {
    if (!this.frames) return;
    for (const [c, h] of [[this.roll, ROLL], [this.loud, LOUD], [this.over, OVERVIEW]])
      set(c, { width: this.width, height: h, viewBox: `0 0 ${this.width} ${h}` });
    this.drawRows();
    this.drawBars();
    this.drawChanged();
    this.drawNotes();
    this.drawPitch();
    this.drawLoud();
    this.drawOverview();
    this.drawPlayhead();
    this.drawToolbar();
    for (const curve of ["pitch", "envelope"]) this.drawPoints(curve);
    if (this.echo) this.tell(this.root.getRootNode().activeElement);
    this.echo = false;
  }

  drawRows() { // once for each compass, width and scale
    const { low, high, degrees, peak } = this.tune, key = [low, high, this.width, peak, ...degrees].join();
    if (this.rows === key) return;
    this.rows = key;
    const rows = [], keys = [svg("rect", { x: 0, y: 0, width: GUTTER, height: ROLL, class: "ald-keyboard" })];
    const tall = (ROLL - RULER) / (high - low), scale = degrees.length && degrees.length < 12;
    for (let m = Math.ceil(low); m < high; m++) {
      const step = ((m % 12) + 12) % 12, black = [1, 3, 6, 8, 10].includes(step), y = this.pitchY(m + 0.5);
      const kind = scale ? degrees.includes(step) ? "ald-in" : "ald-outside" : black ? "ald-black" : "ald-white";
      rows.push(svg("rect", { x: GUTTER, y, width: this.width - GUTTER, height: tall, class: kind }));
      const [width, colour] = black ? [30, "ald-black-key"] : [GUTTER, "ald-white-key"];
      keys.push(svg("rect", { x: 0, y, width, height: tall, class: colour }));
      if (step === 0 || step === 7 && tall > 5 || tall >= 11 && !black)
        keys.push(svg("text", { x: GUTTER - 5, y: y + tall / 2, class: "ald-key-name" }, name(m)));
    }
    const caption = this.store.arrays.bars.length ? "bar" : "time";
    keys.push(svg("rect", { x: 0, y: 0, width: GUTTER, height: RULER, class: "ald-corner" }));
    keys.push(this.caption = svg("text", { x: 6, y: 14, class: "ald-caption" }, caption));
    this.layers.rows.replaceChildren(...rows);
    this.layers.keys.replaceChildren(...keys);
    const levels = [], left = [svg("rect", { x: 0, y: 0, width: GUTTER, height: LOUD, class: "ald-corner" })];
    for (const [mark, velocity] of DYNAMICS) {
      const y = this.levelY(this.rootOf(velocity));
      levels.push(svg("line", { x1: GUTTER, x2: this.width, y1: y, y2: y }));
      left.push(svg("text", { x: GUTTER - 6, y, class: "ald-dynamic" }, mark));
    }
    this.layers.levels.replaceChildren(...levels);
    this.layers.marks.replaceChildren(...left);
  }

  drawBars() { // those on view, as many as have room
    const { bars } = this.store.arrays, [from, to] = this.view.map(f => this.seconds(f));
    const seconds = [Math.ceil(from), Math.floor(to) + 1], marks = [], lower = [];
    const [first, last] = bars.length ? [below(bars, from), below(bars, to, true)] : seconds;
    const every = Math.max(1, Math.ceil((last - first) * 8 / this.width));
    let labelled = -1e9;
    for (let i = Math.ceil(first / every) * every; i < last; i += every) {
      const x = this.x((bars.length ? bars[i] : i) * this.tune.frame_rate);
      marks.push(svg("line", { x1: x, x2: x, y1: 0, y2: ROLL }));
      lower.push(svg("line", { x1: x, x2: x, y1: 0, y2: LOUD }));
      if (x - labelled <= 34) continue;
      marks.push(svg("text", { x: x + 4, y: 14 }, bars.length ? String(i + 1) : `${i} s`));
      labelled = x;
    }
    this.caption.textContent = bars.length ? "bar" : "time";
    this.layers.bars.replaceChildren(...marks);
    this.layers["loud-bars"].replaceChildren(...lower);
  }

  rootOf(velocity) { return Math.sqrt(this.tune.peak) * velocity / 80; }
  mark(root) {
    const off = d => Math.abs(this.rootOf(d[1]) - root);
    return DYNAMICS.reduce((a, b) => off(b) < off(a) ? b : a)[0];
  }

  drawChanged() {
    const seen = this.tune.changed.filter(([a, b]) => b > this.view[0] && a < this.view[1]);
    for (const [layer, height] of [["changed", ROLL], ["loud-changed", LOUD]])
      this.layers[layer].replaceChildren(...seen.map(([a, b]) => {
        const x = Math.max(this.x(a), GUTTER);
        return svg("rect", { x, y: 0, width: Math.max(Math.min(this.x(b), this.width) - x, 0), height });
      }));
  }

  noteLabel(n, i) {
    const at = this.seconds(n.a), bar = below(this.store.arrays.bars, at + 0.01, true);
    const where = `${bar ? `bar ${bar}, ` : ""}at ${at.toFixed(2)} seconds`;
    return `Note ${i + 1} of ${this.count}, ${where}, ${this.seconds(n.b - n.a).toFixed(2)} long`;
  }
  noteValue(n) {
    const cents = Math.round(100 * (n.pitch - Math.round(n.pitch)));
    const off = cents ? ` ${cents > 0 ? "plus" : "minus"} ${Math.abs(cents)} cents` : "";
    return `${name(n.pitch)}${off}, vibrato ${Math.round(n.vibrato)} cents`;
  }

  drawNotes() {
    const tall = Math.max((ROLL - RULER) / (this.tune.high - this.tune.low), 6);
    const [first, last] = this.between(this.view[0] - 5, this.view[1] + 5), crowd = last - first > MANY;
    const shown = new Set([this.focus.note, this.selected].filter(i => i >= 0 && i < this.count));
    if (!crowd) for (let i = first; i < last; i++) shown.add(i);
    const shape = crowd ? [svg("path", { class: "ald-note", d: this.crowd(first, last, tall) })] : [];
    this.layers.crowd.replaceChildren(...shape);
    const role = { role: "slider", "aria-orientation": "vertical", "aria-roledescription": "note" };
    const make = () => svg("rect", { rx: 3, ...role });
    keyed(this.layers.notes, [...shown].sort((a, b) => a - b), i => i, make, (e, i) => {
      const n = this.note(i), moved = this.preview?.note === i ? this.preview : { semitones: 0, frames: 0 };
      set(e, {
        x: this.x(n.a + moved.frames), y: this.pitchY(n.pitch + moved.semitones + 0.5),
        width: Math.max(this.x(n.b) - this.x(n.a) - 1, 2), height: tall,
        "data-note": i, tabindex: i === this.focus.note ? 0 : -1,
        class: i === this.selected ? "ald-note ald-selected" : "ald-note",
        "aria-label": this.noteLabel(n, i), "aria-valuetext": this.noteValue(n),
        "aria-valuenow": n.pitch.toFixed(2), "aria-valuemin": 55, "aria-valuemax": 105,
      });
    });
  }

  crowd(first, last, tall) { // many notes as one shape; of those within a pixel the first
    const { note_a, note_b, note_pitch } = this.store.arrays, ends = new Map();
    let d = "";
    for (let i = first; i < last; i++) {
      const x = Math.max(this.x(note_a[i]), GUTTER), end = Math.max(this.x(note_b[i]), x + 1);
      const row = Math.round(note_pitch[i]);
      if (end < (ends.get(row) ?? -1) + 1) continue;
      ends.set(row, end);
      d += box(x, this.pitchY(note_pitch[i] + 0.5), end - x, tall);
    }
    return d;
  }

  columns(from, to) { // of frames: one each, or, where several fall on a pixel, as many as there are pixels
    const per = this.span / (this.width - GUTTER), step = per < 2 ? 1 : per, out = [];
    for (let f = from; f < to; f += step) out.push([Math.floor(f), Math.min(Math.floor(f + step), to)]);
    return out;
  }

  drawPitch() {
    const pitch = this.preview?.pitch ?? this.curve("pitch");
    const at = (f, hz) => `${this.x(f + 0.5).toFixed(1)} ${this.pitchY(toNumber(hz)).toFixed(1)}`;
    let d = "", on = false;
    if (pitch) for (const [a, b] of this.columns(...this.visible())) {
      let least = Infinity, most = 0;
      for (let f = a; f < b; f++) {
        if (!(pitch[f] > 0)) continue;
        least = Math.min(least, pitch[f]);
        most = Math.max(most, pitch[f]);
      }
      if (most) d += (on ? "L" : "M") + at(a, least) + (most > least ? "L" + at(a, most) : "");
      on = most > 0;
    }
    this.layers.pitch.replaceChildren(...["edge", "line"].map(k => svg("path", { d, class: `ald-pitch-${k}` })));
  }

  curve(which) { const c = this.store.arrays[which]; return c?.length ? c : null; }
  visible() { return [Math.max(0, Math.floor(this.view[0]) - 1), Math.min(this.frames, Math.ceil(this.view[1]) + 1)]; }

  line(values) { // of loudness
    let d = "";
    for (const [a, b] of this.columns(...this.visible())) {
      let most = 0;
      for (let f = a; f < b; f++) most = Math.max(most, values[f] ?? 0);
      d += `${d ? "L" : "M"}${this.x(a + 0.5).toFixed(1)} ${this.levelY(Math.sqrt(clamp(most, 0, 1))).toFixed(1)}`;
    }
    return d;
  }

  drawLoud() {
    const env = this.preview?.envelope ?? this.curve("envelope"), [a, b] = this.visible(), floor = this.levelY(0);
    if (env) {
      const d = this.line(env), area = `${d}L${this.x(b - 0.5)} ${floor}L${this.x(a + 0.5)} ${floor}Z`;
      const line = svg("path", { d, class: "ald-loud-line" });
      this.layers.envelope.replaceChildren(svg("path", { d: area, class: "ald-loud-area" }), line);
    } else {
      const text = "loudness is left to the player; draw to set it";
      const middle = { x: this.width / 2, y: LOUD / 2, class: "ald-absent" };
      this.layers.envelope.replaceChildren(svg("text", middle, text));
    }
    const got = this.player.samples[this.player.which] && this.levels[this.player.which];
    this.layers.got.replaceChildren(...got ? [svg("path", { d: this.line(got), class: "ald-got-line" })] : []);
  }

  drawPoints(curve) {
    const [frame, lo, hi] = this.points[curve], chosen = this.note(this.selected), shown = [];
    const own = i => chosen && frame[i] >= chosen.a && frame[i] < chosen.b;
    let [from, to] = [below(frame, this.view[0] - 1), below(frame, this.view[1])], right = -1e9;
    if (to - from > 4 * MANY) // too many to be told apart
      [from, to] = chosen ? [below(frame, chosen.a), below(frame, chosen.b)] : [0, 0];
    for (let i = from; i < to; i++) {
      const x = this.x(frame[i] + 0.5), wide = this.x(hi[i]) - this.x(lo[i]);
      // on a short note a point would hide the note; closer than 13 pixels, points could not be told apart
      const room = curve === "pitch" ? wide > 80 || own(i) && wide > 50 : x - right > 13 || own(i);
      const free = x >= GUTTER && x <= this.width && room;
      if (free) right = x;
      if (free || i === this.focus[curve]) shown.push([i, free]);
    }
    const focus = this.focus[curve];
    if (focus < frame.length && (focus < from || focus >= to)) shown.push([focus, false]);
    const role = { role: "slider", "aria-orientation": "vertical", "aria-roledescription": "point" };
    const make = () => svg("circle", { r: 5, ...role }), draw = (e, [i, free]) => this.drawPoint(e, curve, i, free);
    keyed(this.layers[curve + "-points"], shown, ([i]) => i, make, draw);
  }

  drawPoint(e, curve, i, free) {
    const p = this.point(curve, i), n = this.noteOf(p.frame);
    const by = this.preview?.point === i && this.preview.curve === curve ? this.preview.by : 0;
    const what = `${curve === "pitch" ? "Pitch" : "Loudness"} point ${i + 1} of ${this.points[curve][0].length}`;
    set(e, {
      cx: this.x(p.frame + 0.5),
      cy: curve === "pitch" ? this.pitchY(p.value + by) : this.levelY(clamp(p.value + by, 0, 1)),
      "data-point": i, tabindex: i === this.focus[curve] ? 0 : -1, class: free ? "ald-point" : "ald-point ald-away",
      "aria-label": `${what}, ${n >= 0 ? `of note ${n + 1}, ` : ""}at ${this.seconds(p.frame).toFixed(2)} seconds`,
      "aria-valuetext": this.pointValue(curve, p), "aria-valuenow": p.value.toFixed(3),
      "aria-valuemin": curve === "pitch" ? 55 : 0, "aria-valuemax": curve === "pitch" ? 105 : 1,
    });
  }

  pointValue(curve, p) {
    const named = () => this.noteValue({ pitch: p.value, vibrato: 0 }).split(",")[0];
    if (curve === "pitch") return `${toHz(p.value).toFixed(1)} hertz, ${named()}`;
    const level = p.value > 0.01 ? `${(40 * Math.log10(p.value)).toFixed(1)} decibels` : "silent";
    return `${SPOKEN[this.mark(p.value)]}, ${level}`;
  }

  drawOverview() {
    const { low, high } = this.tune, { note_a, note_b, note_pitch } = this.store.arrays, w = this.width - GUTTER;
    const at = f => GUTTER + f / this.frames * w;
    if (this.cache.overview !== this.width) { // one shape; of notes within a pixel the first
      const ends = new Map();
      let d = "";
      for (let i = 0; i < this.count; i++) {
        const x = at(note_a[i]), end = Math.max(at(note_b[i]), x + 1), row = Math.round(note_pitch[i]);
        if (end < (ends.get(row) ?? -1) + 0.5) continue;
        ends.set(row, end);
        d += box(x, 4 + (high - note_pitch[i]) / (high - low) * (OVERVIEW - 10), end - x, 2);
      }
      this.layers["over-notes"].replaceChildren(svg("path", { d }));
      this.cache.overview = this.width;
    }
    const x = at(this.view[0]), width = Math.max(at(this.view[1]) - x, 4);
    this.layers["over-window"].replaceChildren(svg("rect", { x, y: 1, width, height: OVERVIEW - 2, rx: 3 }));
    const [a, b, end] = [...this.view, this.frames].map(f => this.seconds(f).toFixed(1));
    set(this.over, { "aria-valuemax": end, "aria-valuenow": a, "aria-valuetext": `from ${a} to ${b} seconds` });
  }

  drawPlayhead() {
    if (!this.frames) return;
    const t = this.player.now(), f = t * this.tune.frame_rate, x = this.x(f), playing = this.player.playing;
    if (playing && this.follow && !this.held && !this.shows(f)) this.setView(f, f + this.span, true);
    const head = (height, px) => px < GUTTER ? [] : [svg("line", { x1: px, x2: px, y1: 0, y2: height })];
    this.layers["roll-head"].replaceChildren(...head(ROLL, x));
    this.layers["loud-head"].replaceChildren(...head(LOUD, x));
    this.layers["over-head"].replaceChildren(...head(OVERVIEW, GUTTER + f / this.frames * (this.width - GUTTER)));
    this.clock.textContent = `${t.toFixed(1)} / ${this.seconds(this.frames).toFixed(1)} s`;
    const b = this.buttons.play, label = playing ? "Pause" : "Play";
    if (b.getAttribute("aria-label") === label) return;
    b.textContent = playing ? "❚❚ Pause" : "▶ Play";
    b.setAttribute("aria-label", label);
  }

  get held() { // whether a selected note, or a drag, keeps the view where it is
    const n = this.note(this.selected);
    return this.drag || n && n.b > this.view[0] && n.a < this.view[1];
  }

  drawToolbar() {
    const b = this.buttons, { status } = this, { samples, which } = this.player, busy = !!status.busy && !this.mute;
    for (const t of ["move", "draw"]) b[t].setAttribute("aria-pressed", this.tool === t);
    for (const w of ["before", "sound"]) {
      b[w].setAttribute("aria-pressed", which === w);
      b[w].disabled = !samples[w];
    }
    b.undo.disabled = !status.undo;
    b.redo.disabled = !status.redo;
    b.play.disabled = !samples[which];
    b.generate.textContent = status.generate ?? "Generate";
    b.generate.setAttribute("aria-label", b.generate.textContent);
    b.generate.disabled = busy;
    b.cancel.hidden = this.done.hidden = !busy;
    if (!busy) this.done.value = 0;
    this.root.dataset.tool = this.tool;
    this.root.setAttribute("aria-busy", busy);
  }

  // ---- doing

  setTool(tool) {
    this.tool = tool;
    this.say(tool === "draw" ? "Draw: press and drag over pitch or loudness" : "Move: drag points and notes");
    this.refresh();
  }
  choose(which) {
    this.player.choose(which);
    this.say(which === "sound" ? "B, now" : "A, before");
    this.refresh();
  }
  togglePlay() {
    if (this.player.playing) return this.player.pause();
    this.follow = true;
    if (!this.player.play()) this.say("There is no sound yet; press Generate");
  }
  select(i) {
    if (i >= 0) this.focus.note = i;
    if (this.selected !== i) { this.selected = i; this.send({ type: "select", note: i }); }
    this.refresh();
  }

  tell(target) { // the note or point that has the focus, if what there is to say of it is new
    const own = target?.dataset?.key && this.root.contains(target);
    const text = own && `${target.getAttribute("aria-label")}: ${target.getAttribute("aria-valuetext")}`;
    if (text && text !== this.told && Date.now() - (this.saidAt ?? 0) > NEWS) this.say(this.told = text);
  }

  focused(target) { // a point is its note's: what is selected, and what the sliders act on, is always the same note
    const i = Number(target.dataset?.note ?? target.dataset?.point);
    if (target.dataset?.note !== undefined) { this.reveal(this.note(i).a); this.select(i); }
    else if (target.dataset?.point !== undefined) {
      const curve = target.parentNode === this.layers["pitch-points"] ? "pitch" : "envelope";
      const { frame } = this.point(curve, i);
      this.focus[curve] = i;
      this.reveal(frame);
      this.select(this.noteOf(frame));
    }
    this.told = null;
    this.tell(target);
  }

  snapped(m) { // the nearest pitch of the scale, or the pitch itself
    const { degrees } = this.tune, at = Math.round(m);
    if (!degrees.length) return m;
    for (let d = 0; d < 12; d++) for (const c of m < at ? [at - d, at + d] : [at + d, at - d])
      if (degrees.includes(((c % 12) + 12) % 12)) return c;
  }

  step(n, way, far) { // semitones from a note to the next pitch up or down
    if (far) return 12 * way;
    if (!this.tune.degrees.length) return way;
    for (let d = 1; d < 13; d++) {
      const to = Math.round(n.pitch) + way * d;
      if (this.snapped(to) === to) return to - n.pitch;
    }
    return way;
  }

  press(e, canvas, curve) {
    if (e.button || e.offsetX < GUTTER || !this.frames || this.mute) return;
    const target = e.target, at = { x: e.offsetX, y: e.offsetY };
    canvas.setPointerCapture(e.pointerId);
    e.preventDefault();
    if (this.tool === "draw") {
      this.drag = { kind: "draw", curve, at: [], values: [] };
      this.follow = false;
      return this.stroke(e);
    }
    if (target.dataset.point !== undefined) {
      target.focus();
      this.drag = { kind: "pull", curve, point: Number(target.dataset.point), ...at };
      return;
    }
    const under = () => curve === "pitch" ? this.noteAt(this.frameAt(at.x), this.numberAt(at.y)) : -1;
    const note = Number(target.dataset.note ?? under());
    if (note >= 0) {
      this.select(note);
      this.now();
      this.layers.notes.querySelector(`[data-key="${note}"]`)?.focus();
      this.drag = { kind: "nudge", note, ...at };
    } else {
      this.select(-1);
      this.player.seek(clamp(this.seconds(this.frameAt(e.offsetX)), 0, this.seconds(this.frames)));
    }
  }

  move(e) {
    const d = this.drag;
    if (!d) return;
    const all = e.getCoalescedEvents?.() ?? [];
    if (d.kind === "draw") for (const p of all.length ? all : [e]) this.stroke(p);
    if (d.kind === "pull") {
      const p = this.point(d.curve, d.point);
      d.by = d.curve === "pitch" ? this.snapped(p.value + this.numberAt(e.offsetY) - this.numberAt(d.y)) - p.value
        : clamp(p.value + this.rootAt(e.offsetY) - this.rootAt(d.y), 0, 1) - p.value;
      this.preview = { curve: d.curve, point: d.point, by: d.by, [d.curve]: this.pulled(d.curve, p, d.by) };
    }
    if (d.kind === "nudge") this.carry(e, d);
    this.refresh();
  }

  carry(e, d) { // a note, in pitch or in time
    const dx = e.offsetX - d.x, dy = e.offsetY - d.y, n = this.note(d.note);
    d.axis ??= Math.hypot(dx, dy) < 4 ? undefined : Math.abs(dx) > Math.abs(dy) ? "time" : "pitch";
    if (!d.axis) return;
    const to = n.pitch + this.numberAt(e.offsetY) - this.numberAt(d.y);
    const landed = this.tune.degrees.length ? this.snapped(to) : Math.round(to - n.pitch) + n.pitch;
    d.semitones = d.axis === "pitch" ? landed - n.pitch : 0;
    d.frames = d.axis === "time" ? Math.round(this.frameAt(e.offsetX) - this.frameAt(d.x)) : 0;
    const pitch = this.curve("pitch")?.slice();
    if (pitch) for (let f = n.a; f < n.b; f++) pitch[f] *= 2 ** (d.semitones / 12);
    this.preview = { note: d.note, semitones: d.semitones, frames: d.frames, pitch };
  }

  pulled(curve, p, by) { // what Python's `pull` will make of it
    const out = this.curve(curve)?.slice() ?? new Float32Array(this.frames);
    for (let f = Math.max(p.lo, 0); f <= Math.min(p.hi, this.frames - 1); f++) {
      const end = f < p.frame ? p.lo : p.hi, part = f === p.frame ? 0 : (f - p.frame) / (end - p.frame);
      const w = 0.5 + 0.5 * Math.cos(Math.PI * part);
      out[f] = curve === "pitch" ? out[f] * 2 ** (w * by / 12) : clamp(Math.sqrt(out[f]) + w * by, 0, 1) ** 2;
    }
    return out;
  }

  stroke(e) {
    const { curve, at, values } = this.drag, box = this[curve === "pitch" ? "roll" : "loud"].getBoundingClientRect();
    const f = clamp(Math.floor(this.frameAt(e.clientX - box.left)), 0, this.frames - 1), py = e.clientY - box.top;
    const hz = () => toHz(clamp(this.snapped(this.numberAt(py)), this.tune.low, this.tune.high));
    const v = curve === "pitch" ? hz() : this.rootAt(py) ** 2;
    const out = this.preview?.[curve] ?? this.curve(curve)?.slice() ?? new Float32Array(this.frames);
    const f0 = at.length ? at[at.length - 1] : f, v0 = at.length ? values[values.length - 1] : v;
    for (let k = Math.min(f0, f); k <= Math.max(f0, f); k++) {
      const part = f === f0 ? 1 : (k - f0) / (f - f0);
      out[k] = curve === "pitch" ? v0 * (v / v0) ** part : v0 + (v - v0) * part;
    }
    at.push(f);
    values.push(v);
    this.preview = { [curve]: out };
    this.refresh();
  }

  release() {
    const d = this.drag;
    this.drag = null;
    if (!d) return;
    if (d.kind === "draw") this.send({ type: "draw", curve: d.curve, at: d.at, values: d.values });
    else if (d.kind === "pull" && d.by) this.send({ type: "pull", curve: d.curve, point: d.point, by: d.by });
    else if (d.kind === "nudge" && (d.semitones || d.frames))
      this.send({ type: "nudge", note: d.note, semitones: d.semitones, seconds: this.seconds(d.frames) });
    else { this.preview = null; this.refresh(); }
  }

  // ---- keys

  key(e, target) {
    const control = e.ctrlKey || e.metaKey, k = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    const done = () => { e.preventDefault(); e.stopPropagation(); };
    if (control && k === "z") { done(); return this.send({ type: e.shiftKey ? "redo" : "undo" }); }
    if (control && k === "y") { done(); return this.send({ type: "redo" }); }
    if (control || e.altKey || !this.frames) return;
    // space is a button's own where the keyboard led to it, not where a click left it
    const presses = target.matches(":is(button, summary, a, [type=checkbox]):focus-visible");
    if (k === " " && !presses) { done(); return this.togglePlay(); }
    const plain = {
      g: () => this.send({ type: "generate" }), m: () => this.setTool("move"), d: () => this.setTool("draw"),
      b: () => this.choose(this.player.which === "sound" ? "before" : "sound"),
      "+": () => this.zoom(1 / 1.5), "=": () => this.zoom(1 / 1.5), "-": () => this.zoom(1.5),
      Escape: () => { this.drag = this.preview = null; this.select(-1); },
    }[k];
    if (plain) { done(); return plain(); }
    if (target === this.over) return this.scrollKey(k, done);
    if (target.dataset.point !== undefined) return this.pointKey(e, target, done);
    if (target.dataset.note !== undefined) return this.noteKey(e, target, done);
    if (k === "n" || k === "p") this.go(e, "note", this.focus.note, this.count, done);
  }

  scrollKey(k, done) {
    const arrows = { ArrowLeft: -0.25, ArrowDown: -0.25, ArrowRight: 0.25, ArrowUp: 0.25 };
    const by = { ...arrows, PageDown: 0.9, PageUp: -0.9, Home: -1e9, End: 1e9 }[k];
    if (!by) return;
    done();
    this.setView(this.view[0] + by * this.span, this.view[1] + by * this.span);
  }

  noteKey(e, target, done) {
    const i = Number(target.dataset.note);
    const way = { ArrowUp: 1, ArrowDown: -1 }[e.key], later = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!way && !later) return this.go(e, "note", i, this.count, done);
    done();
    const semitones = way ? this.step(this.note(i), way, e.shiftKey) : 0;
    const seconds = later ? later * (e.shiftKey ? 0.1 : 0.02) : 0;
    this.send({ type: "nudge", note: i, semitones, seconds });
  }

  pointKey(e, target, done) {
    const i = Number(target.dataset.point), way = { ArrowUp: 1, ArrowDown: -1 }[e.key];
    const curve = target.parentNode === this.layers["pitch-points"] ? "pitch" : "envelope";
    const by = (curve === "pitch" ? 0.1 : 0.02) * (e.shiftKey ? 5 : 1); // semitones; root of the amplitude
    if (!way) return this.go(e, curve, i, this.points[curve][0].length, done);
    done();
    this.send({ type: "pull", curve, point: i, by: way * by });
  }

  go(e, what, i, count, done) { // to another note, or another point of the curve
    const sideways = what === "note" ? {} : { ArrowRight: 1, ArrowLeft: -1 };
    const k = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    const by = { n: 1, p: -1, PageDown: 1, PageUp: -1, Home: -i, End: count - 1 - i, ...sideways }[k];
    if (by === undefined || !count) return;
    done();
    this.focus[what] = clamp(i + by, 0, count - 1);
    this.reveal(what === "note" ? this.note(this.focus.note).a : this.points[what][0][this.focus[what]]);
    this.now();
    const layer = this.layers[what === "note" ? "notes" : what + "-points"];
    layer.querySelector(`[data-key="${this.focus[what]}"]`)?.focus();
  }

  now() { // draw at once what waits to be drawn
    if (this.waiting) cancelAnimationFrame(this.waiting);
    this.waiting = null;
    this.draw();
  }
}

export default {
  render({ model, el }) {
    const surface = new Surface(model, el);
    return () => surface.close();
  },
};
