// ---- what hands do: select, drag, draw

extend(class {
  setTool(tool) {
    this.tool = tool;
    this.say(tool === "draw" ? "Draw: press and drag over pitch or loudness" : "Move: drag points and notes");
    this.refresh();
  }
  choose(which) {
    this.player.choose(which);
    this.say({ sound: "B, now", before: "A, before", preview: "Plain tone on the curves" }[which]);
    this.refresh();
  }
  togglePlay() {
    if (this.player.playing) return this.player.pause();
    this.follow = true;
    document.dispatchEvent(new CustomEvent("ald:plays", { detail: this.root })); // another editor gives way
    if (!this.player.play()) this.say("There is no sound yet; press Generate");
    else if (this.player.which !== this.player.heard) this.say("A plain tone on the curves; Generate makes the violin");
  }

  tell(target) { // the note or point that has the focus, if what there is to say of it is new
    if (this.mute) return; // why nothing happens stays to be read
    const own = target?.dataset?.key && this.root.contains(target);
    const text = own && `${target.getAttribute("aria-label")}: ${target.getAttribute("aria-valuetext")}`;
    if (text && text !== this.told && Date.now() - (this.saidAt ?? 0) > NEWS) this.say(this.told = text);
  }

  focused(target) { // a point is its note's: what is selected, and what the sliders act on, is always the same
    const keep = note => this.select(note, this.chosen.has(note) ? this.list : [note]);
    const i = Number(target.dataset?.note ?? target.dataset?.point);
    if (target.dataset?.note !== undefined) { this.reveal(this.note(i).a); keep(i); }
    else if (target.dataset?.point !== undefined) {
      const curve = target.parentNode === this.layers["pitch-points"] ? "pitch" : "envelope";
      const { frame } = this.point(curve, i);
      this.focus[curve] = i;
      this.reveal(frame);
      keep(this.noteOf(frame));
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
    const hairpin = canvas === this.loud && e.altKey; // also from a point
    if (target.dataset.point !== undefined && !hairpin) {
      target.focus();
      this.drag = { kind: "pull", curve, point: Number(target.dataset.point), ...at };
      return;
    }
    const under = () => curve === "pitch" ? this.noteAt(this.frameAt(at.x), this.numberAt(at.y)) : -1;
    const note = Number(target.dataset.note ?? under());
    if (note >= 0) this.pressNote(e, note, { ...at, shift: e.shiftKey });
    else this.pressEmpty(e, canvas, at);
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
    this.moveNotes(e, d);
    this.refresh();
  }

  carry(e, d) { // the selected notes, in pitch or in time
    const dx = e.offsetX - d.x, dy = e.offsetY - d.y, n = this.note(d.note);
    d.axis ??= Math.hypot(dx, dy) < 4 ? undefined : Math.abs(dx) > Math.abs(dy) ? "time" : "pitch";
    if (!d.axis) return;
    const to = n.pitch + this.numberAt(e.offsetY) - this.numberAt(d.y);
    const landed = this.tune.degrees.length ? this.snapped(to) : Math.round(to - n.pitch) + n.pitch;
    d.semitones = d.axis === "pitch" ? landed - n.pitch : 0;
    const at = n.a + this.frameAt(e.offsetX) - this.frameAt(d.x);
    d.frames = d.axis === "time" ? Math.round(this.snapTime(at)) - n.a : 0;
    const pitch = this.curve("pitch")?.slice();
    if (pitch && d.semitones) for (const m of this.list.map(i => this.note(i)))
      for (let f = m.a; f < m.b; f++) pitch[f] *= 2 ** (d.semitones / 12);
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
    if (this.releaseNotes(d)) return this.refresh();
    if (d.kind === "draw") this.send({ type: "draw", curve: d.curve, at: d.at, values: d.values });
    else if (d.kind === "pull" && d.by) this.send({ type: "pull", curve: d.curve, point: d.point, by: d.by });
    else if (d.kind === "nudge" && (d.semitones || d.frames))
      this.send({ type: "nudge", note: d.note, semitones: d.semitones, seconds: this.seconds(d.frames) });
    else { this.preview = null; this.refresh(); }
  }
});
