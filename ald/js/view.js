// ---- notes, and numbers to pixels

extend(class {
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
  get low() { return this.pitches?.[0] ?? this.tune.low; } // pitches on view
  get high() { return this.pitches?.[1] ?? this.tune.high; }
  get row() { return (this.heights.roll - RULER) / (this.high - this.low); } // pixels in a semitone
  pitchY(m) { return RULER + (this.high - m) * this.row; }
  numberAt(py) { return this.high - (py - RULER) / this.row; }
  levelY(root) { // root of the amplitude: equal steps sound about equal
    return this.heights.loud - 4 - root * (this.heights.loud - 8);
  }
  rootAt(py) { return clamp((this.heights.loud - 4 - py) / (this.heights.loud - 8), 0, 1); }
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
    const d = way / this.width * this.span, y = e.offsetY, keys = e.offsetX < GUTTER; // over the keyboard: pitch
    if (!e.ctrlKey && !e.metaKey && !e.altKey && !keys && !way) return;
    e.preventDefault();
    if (e.altKey || keys && e.ctrlKey) this.zoomPitch(2 ** (e.deltaY / 300), this.numberAt(y));
    else if (keys) this.scrollPitch(-e.deltaY / 200 * (this.high - this.low) / 4);
    else if (e.ctrlKey || e.metaKey) this.zoom(2 ** (e.deltaY / 300), this.frameAt(e.offsetX));
    else this.setView(this.view[0] + d, this.view[1] + d);
  }

  // ---- pitches on view, and how tall the canvases are

  setPitch(pitches) { // lowest and highest, MIDI numbers; null for all of the tune
    if (!this.frames) return;
    const { low, high } = this.tune, least = Math.min(low, 52), most = Math.max(high, 108);
    if (pitches) {
      const wide = clamp(pitches[1] - pitches[0], 5, most - least), a = clamp(pitches[0], least, most - wide);
      pitches = [a, a + wide];
    }
    this.pitches = pitches;
    this.refresh();
  }
  zoomPitch(by, at = (this.low + this.high) / 2) {
    this.setPitch([at - (at - this.low) * by, at + (this.high - at) * by]);
  }
  scrollPitch(by) { this.setPitch([this.low + by, this.high + by]); }
  revealPitch(m) {
    const wide = this.high - this.low;
    if (this.pitches && (m < this.low || m > this.high - 1)) this.setPitch([m - wide / 2, m + wide / 2]);
  }

  setHeights(roll, loud) { // pixels; the browser remembers them
    this.heights = { roll: Math.round(clamp(roll, 120, 1400)), loud: Math.round(clamp(loud, 60, 700)) };
    try { localStorage.setItem("ald-heights", JSON.stringify(this.heights)); } catch { /* not allowed here */ }
    this.refresh();
  }
  rememberedHeights() {
    let kept;
    try { kept = JSON.parse(localStorage.getItem("ald-heights")); } catch { /* not allowed here */ }
    this.heights = { roll: clamp(kept?.roll || ROLL, 120, 1400), loud: clamp(kept?.loud || LOUD, 60, 700) };
  }
  handle(which, label) { // below a canvas, to make it taller
    const role = { role: "separator", "aria-orientation": "horizontal", tabindex: 0 };
    return html("div", { class: "ald-handle", "aria-label": label, title: label, "data-height": which, ...role });
  }
  drawHandles() {
    for (const e of this.handles) set(e, { "aria-valuenow": this.heights[e.dataset.height], "aria-valuemin": 60 });
    set(this.clip, { x: GUTTER, y: RULER, width: Math.max(this.width - GUTTER, 0), height: this.heights.roll });
  }
  listenHeights() {
    for (const e of this.handles) {
      const more = (k, by) => this.heights[k] + (k === e.dataset.height ? by : 0);
      const size = by => this.setHeights(more("roll", by), more("loud", by));
      let y = null;
      e.addEventListener("pointerdown", p => { e.setPointerCapture(p.pointerId); y = p.clientY; });
      e.addEventListener("pointermove", p => { if (y !== null) { size(p.clientY - y); y = p.clientY; } });
      for (const end of ["pointerup", "pointercancel"]) e.addEventListener(end, () => { y = null; });
      e.addEventListener("keydown", k => {
        const way = { ArrowDown: 20, ArrowUp: -20 }[k.key];
        if (way) { k.preventDefault(); k.stopPropagation(); size(way); }
      });
    }
    this.root.addEventListener("focusin", e => {
      if (e.target.dataset?.note !== undefined) this.revealPitch(this.note(Number(e.target.dataset.note)).pitch);
    });
  }
});
