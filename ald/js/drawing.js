// ---- drawing

extend(class {
  refresh() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => { this.waiting = null; this.draw(); });
  }

  draw() {
    if (!this.frames) return;
    const { roll, loud } = this.heights;
    for (const [c, h] of [[this.roll, roll], [this.loud, loud], [this.over, OVERVIEW]])
      set(c, { width: this.width, height: h, viewBox: `0 0 ${this.width} ${h}` });
    this.drawRows();
    this.drawBars();
    this.drawBeats();
    this.drawLoop();
    this.drawHandles();
    this.drawChanged();
    this.drawOthers();
    this.drawNotes();
    this.drawMarks();
    this.drawPitch();
    this.drawLoud();
    this.drawOverview();
    this.drawPlayhead();
    this.drawToolbar();
    this.drawVoices();
    this.drawTakes();
    this.drawRecent();
    for (const curve of ["pitch", "envelope"]) this.drawPoints(curve);
    if (this.echo) this.tell(this.root.getRootNode().activeElement);
    this.echo = false;
  }

  drawRows() { // once for each compass, width and scale
    const { degrees, peak } = this.tune, { low, high, row: tall } = this, { roll, loud } = this.heights;
    const key = [low, high, this.width, roll, loud, peak, ...degrees].join();
    if (this.rows === key) return;
    this.rows = key;
    const rows = [], keys = [svg("rect", { x: 0, y: 0, width: GUTTER, height: roll, class: "ald-keyboard" })];
    const scale = degrees.length && degrees.length < 12;
    for (let m = Math.floor(low); m < high + 0.5; m++) {
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
    const levels = [], left = [svg("rect", { x: 0, y: 0, width: GUTTER, height: loud, class: "ald-corner" })];
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
    const seconds = [Math.ceil(from), Math.floor(to) + 1], marks = [], lower = [], names = [];
    const [first, last] = bars.length ? [below(bars, from), below(bars, to, true)] : seconds;
    const every = Math.max(1, Math.ceil((last - first) * 8 / this.width));
    let labelled = -1e9;
    for (let i = Math.ceil(first / every) * every; i < last; i += every) {
      const x = this.x((bars.length ? bars[i] : i) * this.tune.frame_rate);
      marks.push(svg("line", { x1: x, x2: x, y1: 0, y2: this.heights.roll }));
      lower.push(svg("line", { x1: x, x2: x, y1: 0, y2: this.heights.loud }));
      if (x - labelled <= 34) continue;
      names.push(svg("text", { x: x + 4, y: 14 }, bars.length ? String(i + 1) : `${i} s`));
      labelled = x;
    }
    this.caption.textContent = bars.length ? "bar" : "time";
    this.layers.bars.replaceChildren(...marks);
    this.layers["bar-names"].replaceChildren(...names);
    this.layers["loud-bars"].replaceChildren(...lower);
  }

  rootOf(velocity) { return Math.sqrt(this.tune.peak) * velocity / 80; }
  mark(root) {
    const off = d => Math.abs(this.rootOf(d[1]) - root);
    return DYNAMICS.reduce((a, b) => off(b) < off(a) ? b : a)[0];
  }

  drawChanged() {
    const seen = [], pixel = this.span / this.width; // of stretches within a pixel one
    for (const [a, b] of this.tune.changed) {
      if (b <= this.view[0] || a >= this.view[1]) continue;
      if (seen.length && a - seen.at(-1)[1] < pixel) seen.at(-1)[1] = b;
      else seen.push([a, b]);
    }
    for (const [layer, height] of [["changed", this.heights.roll], ["loud-changed", this.heights.loud]])
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
    const tall = Math.max(this.row, 6);
    const [first, last] = this.between(this.view[0] - 5, this.view[1] + 5), crowd = last - first > MANY;
    const chosen = this.chosenOnView(first, last);
    const shown = new Set([this.focus.note, this.selected, ...chosen].filter(i => i >= 0 && i < this.count));
    if (!crowd) for (let i = first; i < last; i++) shown.add(i);
    const shape = crowd ? [svg("path", { class: "ald-note", d: this.crowd(first, last, tall) })] : [];
    if (crowd && !chosen.length && this.chosen.size)
      shape.push(svg("path", { class: "ald-note ald-selected", d: this.crowd(first, last, tall, this.chosen) }));
    this.layers.crowd.replaceChildren(...shape);
    const role = { role: "slider", "aria-orientation": "vertical", "aria-roledescription": "note" };
    const make = () => svg("rect", { rx: 3, ...role });
    keyed(this.layers.notes, [...shown].sort((a, b) => a - b), i => i, make, (e, i) => {
      const n = this.placed(i);
      set(e, {
        x: this.x(n.a), y: this.pitchY(n.pitch + 0.5),
        width: Math.max(this.x(n.b) - this.x(n.a) - 1, 2), height: tall,
        "data-note": i, tabindex: i === this.focus.note ? 0 : -1,
        class: this.chosen.has(i) ? "ald-note ald-selected" : "ald-note",
        "aria-label": this.noteLabel(n, i), "aria-valuetext": [this.noteValue(n), ...this.marksOf(i)].join(", "),
        "aria-valuenow": n.pitch.toFixed(2), "aria-valuemin": 55, "aria-valuemax": 105,
      });
    });
  }

  crowd(first, last, tall, own) { // many notes, or those of a set, as one shape; of those within a pixel the first
    const { note_a, note_b, note_pitch } = this.store.arrays, ends = new Map();
    let d = "";
    for (let i = first; i < last; i++) {
      if (own && !own.has(i)) continue;
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
      const middle = { x: this.width / 2, y: this.heights.loud / 2, class: "ald-absent" };
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
    const frame = svg("rect", { x, y: 1, width, height: OVERVIEW - 2, rx: 3 });
    const [la, lb] = (this.looping ? this.loop : [0, 0]).map(at);
    const loop = { x: la, width: lb - la, y: OVERVIEW - 5, height: 4, class: "ald-loop-on" };
    this.layers["over-window"].replaceChildren(frame, svg("rect", loop));
    const [a, b, end] = [...this.view, this.frames].map(f => this.seconds(f).toFixed(1));
    set(this.over, { "aria-valuemax": end, "aria-valuenow": a, "aria-valuetext": `from ${a} to ${b} seconds` });
  }

  drawPlayhead() {
    if (!this.frames) return;
    const t = this.player.now(), f = t * this.tune.frame_rate, x = this.x(f), playing = this.player.playing;
    if (playing && this.follow && !this.held && !this.shows(f)) this.setView(f, f + this.span, true);
    const head = (height, px) => px < GUTTER ? [] : [svg("line", { x1: px, x2: px, y1: 0, y2: height })];
    this.layers["roll-head"].replaceChildren(...head(this.heights.roll, x));
    this.layers["loud-head"].replaceChildren(...head(this.heights.loud, x));
    this.layers["over-head"].replaceChildren(...head(OVERVIEW, GUTTER + f / this.frames * (this.width - GUTTER)));
    this.clock.textContent = `${t.toFixed(1)} / ${this.seconds(this.frames).toFixed(1)} s`;
    this.drawTempo(t);
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
    for (const w of ["before", "sound", "preview"]) b[w].setAttribute("aria-pressed", which === w);
    for (const w of ["before", "sound"]) b[w].disabled = !samples[w];
    b.undo.disabled = !status.undo;
    b.redo.disabled = !status.redo;
    b.play.disabled = !this.player.length;
    b.generate.textContent = this.generateLabel();
    b.generate.setAttribute("aria-label", b.generate.textContent);
    b.generate.disabled = busy;
    b.cancel.hidden = this.done.hidden = !busy;
    if (!busy) this.done.value = 0;
    this.drawTime();
    this.drawNotebar();
    this.root.dataset.tool = this.tool;
    this.root.setAttribute("aria-busy", busy);
  }
});
