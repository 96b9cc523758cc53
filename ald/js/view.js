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
});
