// ---- notes: several selected, added, deleted, made longer, split, marked, copied

const MARKS = [["staccato", "·", "."], ["slur", "⌢", "("], ["accent", ">", ">"], ["bow", "∨", ","]];
const MARK_NAMES = { staccato: "Staccato", slur: "Slur to the next note", accent: "Accent", bow: "New bow" };
const EDGE = 7; // pixels at the ends of a note that make it longer or shorter
const NEW_NOTE = 0.5; // seconds, where no beats are known

extend(class {
  buildNotes(button, group) {
    const marking = ([mark, glyph, key]) => [mark, button(MARK_NAMES[mark], glyph, () => this.setMark(mark), key)];
    const marks = MARKS.map(marking);
    Object.assign(this.buttons, Object.fromEntries(marks), {
      add: button("Add a note at the playhead", "+ Note", () => this.addHere(), "A"),
      split: button("Split the note at the playhead", "Split", () => this.splitNote(), "S"),
      delete: button("Delete the selected notes", "Delete", () => this.deleteNotes(), "Delete"),
      duplicate: button("Duplicate the selected notes", "Duplicate", () => this.duplicateNotes(), "Ctrl+D"),
      copy: button("Copy the selected notes", "Copy", () => this.copyNotes(), "Ctrl+C"),
      paste: button("Paste curves onto the selected notes", "Paste curves", () => this.pasteCurves(), "Ctrl+V"),
      put: button("Paste notes at the playhead", "Paste notes", () => this.pasteNotes(), "Ctrl+Shift+V"),
    });
    const b = this.buttons;
    this.chosenText = html("span", { class: "ald-chosen" });
    this.notebar = html("div", { role: "toolbar", "aria-label": "Notes", class: "ald-toolbar ald-notebar" },
      group("Edit notes", b.add, b.split, b.delete, b.duplicate), group("Marks", ...marks.map(([, m]) => m)),
      group("Clipboard", b.copy, b.paste, b.put), this.chosenText);
    this.notebar.addEventListener("mousedown", e => e.preventDefault()); // the focus stays on the note
    return this.notebar;
  }

  listenNotes() {
    this.roll.addEventListener("pointermove", e => this.hovered(e));
    this.roll.addEventListener("pointerleave", () => { this.hover = null; });
    this.roll.addEventListener("dblclick", e => this.addAt(e));
  }

  drawNotebar() {
    const b = this.buttons, some = this.chosen.size > 0, marks = this.sharedMarks();
    for (const [mark] of MARKS) {
      b[mark].disabled = !some;
      b[mark].setAttribute("aria-pressed", marks.has(mark));
    }
    for (const k of ["delete", "duplicate", "copy"]) b[k].disabled = !some;
    b.split.disabled = !this.count;
    b.paste.disabled = !some || !this.copied;
    b.put.disabled = !this.copied;
    const many = this.chosen.size;
    this.chosenText.textContent = many ? `${many} note${many > 1 ? "s" : ""} selected` : "";
  }

  // ---- which notes

  get list() { return [...this.chosen].sort((a, b) => a - b); }
  marksOf(i) { // a bit for each, in the order of MARKS
    const bits = this.store.arrays.note_marks?.[i] ?? 0;
    return MARKS.flatMap(([mark], k) => bits >> k & 1 ? [mark] : []);
  }
  sharedMarks() { // what all selected notes have
    const bits = this.list.reduce((all, i) => all & this.store.arrays.note_marks[i], this.chosen.size ? 15 : 0);
    return new Set(MARKS.flatMap(([mark], k) => bits >> k & 1 ? [mark] : []));
  }

  select(i, notes = i < 0 ? [] : [i]) {
    if (i >= 0) this.focus.note = i;
    const same = notes.length === this.chosen.size && notes.every(k => this.chosen.has(k));
    if (this.selected !== i || !same) {
      this.selected = i;
      this.chosen = new Set(notes);
      this.send({ type: "select", note: i, notes });
      if (notes.length > 1) { this.say(`${notes.length} notes selected`); this.saidAt = Date.now(); }
    }
    this.refresh();
  }
  selectAll() {
    if (this.count) this.select(Math.max(this.selected, 0), Array.from({ length: this.count }, (_, i) => i));
  }
  toggleNote(i) { // one more, or one less
    const notes = this.chosen.has(i) ? this.list.filter(k => k !== i) : [...this.list, i];
    this.select(notes.includes(i) ? i : notes.at(-1) ?? -1, notes);
  }
  selectThrough(i) { // all from the selected note to this one
    const a = Math.min(Math.max(this.selected, 0), i), b = Math.max(this.selected, i);
    this.select(i, Array.from({ length: b - a + 1 }, (_, k) => a + k));
  }

  learnNotes(values, choosing) { // what Python says is selected
    if (values.selection !== undefined && !choosing) this.chosen = new Set(values.selection);
    if (this.selected >= 0) this.focus.note = this.selected;
    this.focus.note = clamp(this.focus.note, 0, Math.max(this.count - 1, 0));
  }

  attend() { // the focus goes to the note that is selected now
    if (this.selected < 0) return;
    this.reveal(this.note(this.selected).a);
    this.now();
    this.layers.notes.querySelector(`[data-key="${this.selected}"]`)?.focus();
  }
  async editNotes(message) { // what makes notes selects them
    if (!await this.send(message)) this.attend();
  }

  // ---- with the mouse

  edgeAt(i, x) {
    const n = this.note(i), left = this.x(n.a), right = this.x(n.b), zone = Math.min(EDGE, (right - left) / 4);
    return x > right - zone ? "end" : x < left + zone ? "start" : null;
  }

  hovered(e) {
    this.hover = { x: e.offsetX, y: e.offsetY };
    const i = e.target.dataset.note;
    if (i === undefined || this.drag) return;
    e.target.classList.toggle("ald-edge", this.tool === "move" && !!this.edgeAt(Number(i), e.offsetX));
  }

  pressNote(e, note, at) { // true if there is nothing to drag
    if (e.ctrlKey || e.metaKey) { this.toggleNote(note); return true; }
    if (e.shiftKey) this.selectThrough(note);
    else this.select(note, this.chosen.has(note) ? this.list : [note]);
    this.now();
    this.layers.notes.querySelector(`[data-key="${note}"]`)?.focus();
    const edge = this.edgeAt(note, at.x);
    this.drag = edge ? { kind: "resize", note, edge, ...at } : { kind: "nudge", note, ...at };
  }

  pressEmpty(e, canvas, at) { // seeks, and a drag selects
    if (canvas === this.loud && e.altKey) { this.drag = { kind: "hairpin", ...at }; return; }
    if (!e.shiftKey) this.select(-1);
    if (canvas === this.roll) this.drag = { kind: "band", kept: this.list, ...at };
    if (!e.shiftKey) this.player.seek(clamp(this.seconds(this.frameAt(at.x)), 0, this.seconds(this.frames)));
  }

  moveNotes(e, d) {
    if (d.kind === "resize") this.pullEdge(e, d);
    if (d.kind === "band") this.dragBand(e, d);
    if (d.kind === "hairpin") this.dragHairpin(e, d);
  }

  pullEdge(e, d) {
    const n = this.note(d.note), least = Math.ceil(0.06 * this.tune.frame_rate);
    const to = (d.edge === "end" ? n.b : n.a) + this.frameAt(e.offsetX) - this.frameAt(d.x);
    const snapped = Math.round(this.snapTime?.(to) ?? to);
    d.to = d.edge === "end" ? Math.max(snapped, n.a + least) : clamp(snapped, 0, n.b - least);
    this.preview = { ends: { [d.note]: d.edge === "end" ? { b: d.to } : { a: d.to } } };
  }

  dragBand(e, d) { // notes that a rectangle touches
    const [x, y] = [e.offsetX, e.offsetY];
    if (Math.hypot(x - d.x, y - d.y) < 4 && !d.box) return;
    d.box = { x: Math.min(x, d.x), y: Math.min(y, d.y), width: Math.abs(x - d.x), height: Math.abs(y - d.y) };
    const [a, b] = [d.box.x, d.box.x + d.box.width].map(p => this.frameAt(p));
    const [low, high] = [d.box.y + d.box.height, d.box.y].map(p => this.numberAt(p));
    const notes = new Set(d.kept), [first, last] = this.between(a, b);
    for (let i = first; i < last; i++) {
      const n = this.note(i);
      if (n.b > a && n.a < b && n.pitch + 0.5 > low && n.pitch - 0.5 < high) notes.add(i);
    }
    this.chosen = d.notes = notes;
  }

  dragHairpin(e, d) { // from one dynamic mark to another, over the notes in between
    const [a, b] = [d.x, e.offsetX].sort((p, q) => p - q).map(p => this.frameAt(p));
    const [first, end] = this.between(a, b), marks = [d.y, e.offsetY].map(y => this.mark(this.rootAt(y)));
    if (e.offsetX < d.x) marks.reverse();
    d.over = end > first && b - a > 2 ? { first, last: end - 1, begin: marks[0], end: marks[1] } : null;
  }

  releaseNotes(d) { // true if something is sent
    if (d.kind === "band") {
      if (!d.notes) return false;
      this.chosen = new Set(d.kept);
      this.select([...d.notes].at(-1) ?? -1, [...d.notes]);
      return true;
    }
    if (d.kind === "hairpin") { if (d.over) this.send({ type: "crescendo", ...d.over }); return !!d.over; }
    if (d.kind === "resize" && d.to !== undefined) {
      const end = d.edge === "end", n = this.note(d.note), at = this.seconds(d.to);
      if (d.to === (end ? n.b : n.a)) return false;
      this.send({ type: "resize", note: d.note, [d.edge]: at });
      return true;
    }
    if (d.kind === "nudge" && (d.semitones || d.frames) && this.chosen.size > 1) {
      this.send({ type: "move", notes: this.list, semitones: d.semitones, seconds: this.seconds(d.frames) });
      return true;
    }
    if (d.kind === "nudge" && !d.semitones && !d.frames && !d.shift) this.select(d.note); // a click chooses one
    return false;
  }

  placed(i) { // a note as the hand holds it
    const n = this.note(i), p = this.preview, held = p?.note === i || p?.note !== undefined && this.chosen.has(i);
    if (p?.ends?.[i]) return { ...n, ...p.ends[i] };
    return held ? { ...n, a: n.a + p.frames, b: n.b + p.frames, pitch: n.pitch + p.semitones } : n;
  }

  // ---- what is done with them

  newEnd(frame) { // until the next note, or for a beat
    const beat = (60 / (this.tempoAt?.(this.seconds(frame)) || 60 / NEW_NOTE)) * this.tune.frame_rate;
    const next = this.store.arrays.note_a?.[below(this.store.arrays.note_a, frame, true)] ?? Infinity;
    return Math.max(Math.min(frame + beat, next), frame + 0.1 * this.tune.frame_rate);
  }
  addNote(frame, pitch) {
    const start = this.seconds(frame), end = this.seconds(this.newEnd(frame));
    return this.editNotes({ type: "add", start, end, pitch });
  }
  addAt(e) {
    const { x, y } = { x: e.offsetX, y: e.offsetY }, frame = this.frameAt(x);
    const free = e.target.dataset.note === undefined && e.target.dataset.point === undefined;
    if (this.tool !== "move" || !free || x < GUTTER || y < RULER || this.noteAt(frame, this.numberAt(y)) >= 0) return;
    const pitch = this.numberAt(y);
    const at = this.snapTime?.(frame) ?? frame;
    this.addNote(Math.max(Math.round(at), 0), this.tune.degrees.length ? this.snapped(pitch) : Math.round(pitch));
  }
  addHere() { // at the playhead, as high as the selected note or the one before
    const frame = this.player.now() * this.tune.frame_rate, near = this.noteOf(frame);
    const like = this.note(this.selected) ?? this.note(near);
    this.addNote(Math.round(frame), like ? Math.round(like.pitch) : 69);
  }
  deleteNotes() { if (this.chosen.size) this.send({ type: "delete", notes: this.list }); }
  duplicateNotes() { if (this.chosen.size) this.editNotes({ type: "duplicate", notes: this.list }); }
  setMark(mark) { if (this.chosen.size) this.send({ type: "mark", mark, notes: this.list }); }

  splitNote() { // a selected note at the playhead, else the note under the mouse, else the one at the playhead
    const inside = (i, f) => { const n = this.note(i); return n && n.a < f && f < n.b; };
    const head = this.player.now() * this.tune.frame_rate, chosen = this.list.find(i => inside(i, head));
    const under = this.hover ? this.noteAt(this.frameAt(this.hover.x), this.numberAt(this.hover.y)) : -1;
    const [note, frame] = chosen !== undefined ? [chosen, head]
      : under >= 0 ? [under, this.snapTime?.(this.frameAt(this.hover.x)) ?? this.frameAt(this.hover.x)]
        : [this.noteOf(head), head];
    if (!inside(note, frame)) return this.say("Put the playhead or the mouse inside a note to split it");
    this.editNotes({ type: "split", note, at: this.seconds(frame) });
  }

  copyNotes() {
    if (!this.chosen.size) return;
    this.copied = true;
    this.send({ type: "copy", notes: this.list });
  }
  pasteCurves() { if (this.copied && this.chosen.size) this.send({ type: "paste", notes: this.list }); }
  pasteNotes() { if (this.copied) this.editNotes({ type: "paste_notes", at: this.player.now() }); }

  // ---- with keys

  noteKeys(e, k) { // true if it was one of these
    const control = e.ctrlKey || e.metaKey, words = !getSelection().isCollapsed;
    if (!this.frames) return false;
    if (control && !e.altKey) {
      const act = {
        a: () => this.selectAll(), c: this.chosen.size && !words && (() => this.copyNotes()),
        v: this.copied && (() => e.shiftKey || !this.chosen.size ? this.pasteNotes() : this.pasteCurves()),
        d: this.chosen.size && (() => this.duplicateNotes()),
      }[k];
      if (act) act();
      return !!act;
    }
    const later = { ArrowRight: 1, ArrowLeft: -1 }[k], edge = e.shiftKey ? "start" : "end";
    if (e.altKey && later && this.chosen.size) {
      this.send({ type: "lengthen", notes: this.list, seconds: (e.shiftKey ? -later : later) * 0.02, edge });
      return true;
    }
    if (e.altKey) return false;
    const mark = MARKS.find(([, , key]) => key === k)?.[0];
    const act = mark ? () => this.setMark(mark) : {
      Delete: () => this.deleteNotes(), Backspace: () => this.deleteNotes(), Insert: () => this.addHere(),
      ...e.shiftKey ? {} : { a: () => this.addHere(), s: () => this.splitNote() },
    }[k];
    if (act) act();
    return !!act;
  }

  // ---- what is drawn of it

  chosenOnView(first, last) { // those that are drawn one by one
    const seen = this.list.filter(i => i >= first && i < last);
    return seen.length > MANY ? [] : seen;
  }

  drawMarks() {
    const [first, last] = this.between(...this.view), out = [];
    for (let i = first; i < last && last - first <= MANY; i++) {
      const marks = this.marksOf(i), n = this.placed(i), x = this.x(n.a), y = this.pitchY(n.pitch + 0.5);
      if (!marks.length) continue;
      const middle = (x + this.x(n.b)) / 2, up = y - 5;
      if (marks.includes("staccato")) out.push(svg("circle", { cx: middle, cy: up, r: 2.2 }));
      const above = up - (marks.includes("staccato") ? 12 : 7);
      if (marks.includes("accent")) out.push(svg("path", { d: `M${middle - 5} ${above}l10 3l-10 3` }));
      if (marks.includes("bow")) out.push(svg("path", { d: `M${x + 1} ${up - 8}l4 8l4 -8` }));
      const next = marks.includes("slur") && i + 1 < this.count ? this.placed(i + 1) : null;
      if (next) {
        const to = (this.x(next.a) + this.x(next.b)) / 2, part = (to - middle) / 4;
        const [from, under] = [n, next].map(m => this.pitchY(m.pitch - 0.5) + 3), low = Math.max(from, under) + 9;
        out.push(svg("path", { d: `M${middle} ${from}C${middle + part} ${low} ${to - part} ${low} ${to} ${under}` }));
      }
    }
    const box = this.drag?.kind === "band" && this.drag.box;
    if (box) out.push(svg("rect", { ...box, class: "ald-band" }));
    this.layers["note-marks"].replaceChildren(...out);
    this.drawHairpin();
  }

  drawHairpin() {
    const d = this.drag?.kind === "hairpin" ? this.drag.over : null, out = [];
    if (d) {
      const [a, b] = [this.x(this.note(d.first).a), this.x(this.note(d.last).b)];
      const level = mark => this.levelY(this.rootOf(DYNAMICS.find(([m]) => m === mark)[1]));
      out.push(svg("line", { x1: a, y1: level(d.begin), x2: b, y2: level(d.end) }));
      for (const [x, m] of [[a - 4, d.begin], [b + 18, d.end]])
        out.push(svg("text", { x, y: level(m), class: "ald-dynamic" }, m));
    }
    this.layers.hairpin.replaceChildren(...out);
  }
});
