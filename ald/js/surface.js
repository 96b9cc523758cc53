// ---- the editor on the page: its parts, what it listens to

class Surface {
  constructor(model, el) {
    Object.assign(this, { model, el, tool: "move", view: null, preview: null, drag: null, width: 900 });
    Object.assign(this, { selected: -1, chosen: new Set(), follow: true, focus: { note: 0, pitch: 0, envelope: 0 } });
    Object.assign(this, { store: new Store(), levels: {}, cache: {} });
    Object.assign(this, { sent: 0, unanswered: new Map(), heard: Date.now(), mute: false });
    Object.assign(this, { timeStep: "off", loop: null, looping: false, pitches: null });
    this.rememberedHeights();
    this.build();
    this.player = new Band(() => this.drawPlayhead());
    this.listen();
    this.look();
    enter(this);
    this.send({ type: "hello", page: onPage() });
  }

  // ---- what is there

  button(label, glyph, act, keys) {
    const title = label + (keys ? ` (${keys})` : "");
    const b = html("button", { type: "button", title, "aria-label": label }, glyph);
    b.addEventListener("click", act);
    return b;
  }
  group(label, ...parts) { return html("div", { "aria-label": label, role: "group", class: "ald-group" }, ...parts); }

  build() {
    const { button, group } = this;
    const b = this.buttons = {
      open: button("Open a file", "Open", () => this.chooser.click()),
      move: button("Move notes and points", "✥ Move", () => this.setTool("move"), "M"),
      draw: button("Draw freehand", "✎ Draw", () => this.setTool("draw"), "D"),
      undo: button("Undo", "↶", () => this.send({ type: "undo" }), "Ctrl+Z"),
      redo: button("Redo", "↷", () => this.send({ type: "redo" }), "Ctrl+Shift+Z"),
      out: button("Zoom out", "−", () => this.zoom(1.5), "-"),
      in: button("Zoom in", "+", () => this.zoom(1 / 1.5), "+"),
      all: button("Show the whole tune", "↔", () => this.setView(0, this.frames)),
      generate: button("Generate", "Generate", () => this.generate(), "G"),
      cancel: button("Cancel", "Cancel", () => this.send({ type: "cancel" })),
      play: button("Play", "▶ Play", () => this.togglePlay(), "Space"),
      before: button("Listen to the version before", "A before", () => this.choose("before"), "B"),
      sound: button("Listen to the version now", "B now", () => this.choose("sound"), "B"),
      preview: button("Listen to a plain tone on the curves", "Preview", () => this.choose("preview"), "V"),
    };
    b.generate.classList.add("ald-generate");
    this.chooser = html("input", { type: "file", hidden: "", tabindex: -1, "aria-hidden": "true" });
    this.done = html("progress", { max: 1, value: 0, "aria-label": "How much is rendered" });
    this.clock = html("span", { class: "ald-clock" });
    this.timebar = this.buildTime();
    this.toolbar = html("div", { role: "toolbar", "aria-label": "Editor tools", class: "ald-toolbar" },
      group("File", b.open, ...this.buildProject(button)),
      group("Tool", b.move, b.draw), group("History", b.undo, b.redo),
      group("Zoom", b.out, b.in, b.all), group("Listen", b.play, b.before, b.sound, b.preview),
      group("Sound", this.fields.quality, b.generate, b.cancel, this.done), this.clock, this.chooser);
    this.buildCanvases();
    this.live = html("div", { role: "status", "aria-live": "polite", class: "ald-live" });
    const help = html("details", { class: "ald-help" }, html("summary", {}, "Keys"), html("p", {}, HELP));
    const foot = html("div", { class: "ald-foot" }, this.live, help);
    const about = { role: "region", "aria-label": "Curve editor", "data-lm-suppress-shortcuts": "true" };
    this.handles = [this.handle("roll", "Height of the roll"), this.handle("loud", "Height of the loudness")];
    const [under_roll, under_loud] = this.handles, top = [this.toolbar, this.buildNotes(button, group), this.timebar];
    top.push(this.buildVoices());
    const canvases = [this.roll, under_roll, this.loud, under_loud, this.over];
    this.root = html("div", { class: "ald-editor", ...about }, ...top, ...canvases, this.buildTakes(), foot);
    this.el.append(this.root);
  }

  buildCanvases() {
    const canvas = (height, label) => svg("svg", { height, role: "group", "aria-label": label, class: "ald-canvas" });
    this.roll = canvas(this.heights.roll, "Notes and pitch");
    this.loud = canvas(this.heights.loud, "Loudness");
    const id = `ald-clip-${Math.random().toString(36).slice(2)}`, inside = { "clip-path": `url(#${id})` }; // nothing over ruler and keyboard
    this.roll.append(svg("clipPath", { id }, this.clip = svg("rect")));
    const part = { role: "slider", tabindex: 0, "aria-label": "Part of the tune that is shown", "aria-valuemin": 0 };
    this.over = svg("svg", { height: OVERVIEW, class: "ald-overview", ...part });
    this.layers = {};
    const layer = (parent, key, more = {}) => {
      parent.append(this.layers[key] = svg("g", { class: "ald-" + key, ...more }));
    };
    const hidden = { "aria-hidden": "true" };
    layer(this.roll, "rows", { ...hidden, ...inside });
    for (const k of ["beats", "bars", "changed", "loop"]) layer(this.roll, k, hidden);
    layer(this.roll, "others", { ...hidden, ...inside });
    layer(this.roll, "crowd", { ...hidden, ...inside });
    layer(this.roll, "notes", { role: "group", "aria-label": "Notes", ...inside });
    layer(this.roll, "pitch", { ...hidden, ...inside });
    layer(this.roll, "pitch-points", { role: "group", "aria-label": "Pitch points", ...inside });
    layer(this.roll, "note-marks", { ...hidden, ...inside });
    layer(this.roll, "ruler", hidden);
    layer(this.roll, "ends", { role: "group", "aria-label": "Ends of the loop" });
    for (const k of ["bar-names", "roll-head", "keys"]) layer(this.roll, k, hidden);
    const below = ["levels", "loud-bars", "loud-changed", "loud-loop", "got", "envelope"];
    for (const k of below) layer(this.loud, k, hidden);
    layer(this.loud, "envelope-points", { role: "group", "aria-label": "Loudness points" });
    layer(this.loud, "hairpin", hidden);
    for (const k of ["loud-head", "marks"]) layer(this.loud, k, hidden);
    for (const k of ["over-notes", "over-window", "over-head"]) layer(this.over, k, hidden);
  }

  listen() {
    const { model, root } = this, hear = (m, buffers) => this.receive(m, buffers);
    model.on("msg:custom", hear);
    this.off = [() => model.off("msg:custom", hear)];
    this.toolbar.addEventListener("mousedown", e => { // a click leaves the focus where it was, but for lists and fields
      if (e.target.closest("select, input")) return;
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
    this.listenTime();
    this.listenNotes();
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
    on(document, "ald:plays", e => { if (e.detail !== root) this.player.pause(); });
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
}

// The files that follow give the surface more methods, a class of them each.
function extend({ prototype }) {
  const { constructor, ...members } = Object.getOwnPropertyDescriptors(prototype);
  Object.defineProperties(Surface.prototype, members);
}
