// ---- keys

extend(class {
  key(e, target) {
    const control = e.ctrlKey || e.metaKey, k = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    const done = () => { e.preventDefault(); e.stopPropagation(); };
    if (control && k === "z") { done(); return this.send({ type: e.shiftKey ? "redo" : "undo" }); }
    if (control && k === "y") { done(); return this.send({ type: "redo" }); }
    if (this.projectKey(e, k)) return done();
    if (this.noteKeys(e, k)) return done();
    if (this.timeKey(e, target, k)) return done();
    if (control || e.altKey || !this.frames) return;
    if (this.voiceKey(e, k)) return done();
    // space is a button's own where the keyboard led to it, not where a click left it
    const presses = target.matches(":is(button, summary, a, [type=checkbox]):focus-visible");
    if (k === " " && !presses) { done(); return this.togglePlay(); }
    const plain = {
      m: () => this.setTool("move"), d: () => this.setTool("draw"),
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
    const i = Number(target.dataset.note), notes = this.list;
    const way = { ArrowUp: 1, ArrowDown: -1 }[e.key], later = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!way && !later) return this.go(e, "note", i, this.count, done);
    done();
    const semitones = way ? this.step(this.note(i), way, e.shiftKey) : 0;
    const seconds = later ? later * (e.shiftKey ? 0.1 : 0.02) : 0;
    if (notes.length > 1) this.send({ type: "move", notes, semitones, seconds });
    else this.send({ type: "nudge", note: i, semitones, seconds });
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
    const to = this.focus[what] = clamp(i + by, 0, count - 1);
    if (what === "note") this.select(to, e.shiftKey ? [...new Set([...this.chosen, to])] : [to]);
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
});

export default {
  render({ model, el }) {
    const surface = new Surface(model, el);
    return () => surface.close();
  },
};
