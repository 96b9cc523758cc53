// ---- a loop, set in the ruler: played again and again, and rendered alone

extend(class {
  setLoop(loop, on = true) { // first frame, frame after the last; null for none
    this.loop = loop && [Math.min(...loop), Math.max(...loop)].map(f => clamp(f, 0, this.frames));
    if (this.loop && this.loop[1] - this.loop[0] < 4) this.loop = null;
    this.looping = !!this.loop && on;
    this.player.repeat(this.looping ? this.loop.map(f => this.seconds(f)) : null);
    this.refresh();
  }
  toldLoop() {
    const [a, b] = (this.loop ?? [0, 0]).map(f => this.seconds(f).toFixed(2));
    return this.loop ? `Loop from ${a} to ${b} seconds${this.looping ? "" : ", off"}` : "No loop";
  }
  toggleLoop() { // without one, what is seen
    if (this.loop) this.setLoop(this.loop, !this.looping);
    else this.setLoop(this.view.map(f => this.snapTime(f)));
    this.say(this.toldLoop());
  }
  setEnd(which) { // at the playhead
    const f = this.snapTime(this.player.now() * this.tune.frame_rate), [a, b] = this.loop ?? [0, this.frames];
    const end = which ? [Math.min(a, f), f] : [f, Math.max(b, f)];
    this.setLoop(which && f <= a ? [0, f] : !which && f >= b ? [f, this.frames] : end);
    this.say(this.toldLoop());
  }
  loopNotes() { // around the selected notes
    const notes = this.chosenNotes().map(i => this.note(i));
    if (!notes.length) return this.say("Select notes first");
    this.setLoop([Math.min(...notes.map(n => n.a)), Math.max(...notes.map(n => n.b))]);
    this.say(this.toldLoop());
  }

  generate(all = false) { // what changed; with a loop only in it
    const span = this.looping && !all ? this.loop.map(f => this.seconds(f)) : null;
    this.send({ type: "generate", ...span ? { span } : {} });
  }
  get waitingInLoop() { // frames in the loop whose sound is not that of the curves
    const stale = this.store.arrays.sound?.length ? this.tune.changed : [[0, this.frames]];
    const [a, b] = this.loop.map(Math.round);
    return stale.reduce((sum, [c, d]) => sum + Math.max(0, Math.min(b, d) - Math.max(a, c)), 0);
  }
  generateLabel() {
    if (!this.looping || this.status.busy) return this.status.generate ?? "Generate";
    const left = this.seconds(this.waitingInLoop);
    return left ? `Generate the loop (${left.toFixed(1)} s)` : "Loop generated";
  }

  drawLoop() {
    const { roll, loud } = this.heights, state = this.looping ? "ald-loop-on" : "ald-loop-off";
    const [a, b] = (this.loop ?? [0, 0]).map(f => clamp(this.x(f), GUTTER, this.width)), seen = this.loop && b > a;
    const area = (y, height) => seen ? [svg("rect", { x: a, y, width: b - a, height, class: state })] : [];
    this.layers.loop.replaceChildren(...area(RULER, roll - RULER));
    this.layers["loud-loop"].replaceChildren(...area(0, loud));
    const back = svg("rect", { x: GUTTER, y: 0, width: this.width - GUTTER, height: RULER, class: "ald-ruler-back" });
    this.layers.ruler.replaceChildren(back, ...area(0, RULER));
    const ends = this.loop ? [0, 1] : [], role = { role: "slider", "aria-orientation": "horizontal", tabindex: 0 };
    const make = i => svg("rect", { y: 0, width: 7, height: RULER, rx: 2, class: "ald-end", ...role });
    keyed(this.layers.ends, ends, i => i, make, (e, i) => {
      const px = this.x(this.loop[i]), at = this.seconds(this.loop[i]);
      set(e, {
        x: i ? px - 7 : px, visibility: px >= GUTTER - 1 && px <= this.width + 1 ? "visible" : "hidden",
        "data-end": i, "aria-label": i ? "End of the loop" : "Beginning of the loop",
        "aria-valuenow": at.toFixed(3), "aria-valuemin": 0, "aria-valuemax": this.seconds(this.frames).toFixed(3),
        "aria-valuetext": `${at.toFixed(2)} seconds`,
      });
    });
  }

  listenLoop() {
    this.root.addEventListener("pointerdown", e => this.pressRuler(e), true); // before the roll hears it
    this.roll.addEventListener("pointermove", e => this.dragRuler(e));
    for (const end of ["pointerup", "pointercancel"]) this.roll.addEventListener(end, e => this.letGo(e));
    this.layers.ends.addEventListener("keydown", e => {
      const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[e.key], i = Number(e.target.dataset.end);
      if (!way || e.ctrlKey || e.altKey || e.metaKey) return;
      e.preventDefault();
      e.stopPropagation();
      const loop = [...this.loop];
      loop[i] = this.stepOf(loop[i], way);
      if (loop[1] - loop[0] >= 4) this.setLoop(loop, this.looping);
      this.say(this.toldLoop());
    });
  }

  pressRuler(e) { // in the ruler: a click seeks, a drag sets the loop; on the keyboard: a drag scrolls in pitch
    if (e.button || !this.frames || this.mute || !this.roll.contains(e.target)) return;
    const box = this.roll.getBoundingClientRect(), x = e.clientX - box.left, y = e.clientY - box.top;
    if (y > RULER && x >= GUTTER || y <= RULER && x < GUTTER) return;
    e.stopPropagation();
    e.preventDefault();
    this.roll.setPointerCapture(e.pointerId);
    const end = e.target.dataset.end, at = this.frameAt(x);
    if (end !== undefined) e.target.focus();
    this.pulling = y > RULER ? { pitch: [this.low, this.high], y }
      : { from: end === undefined ? at : this.loop[1 - Number(end)], x, moved: end !== undefined };
  }
  dragRuler(e) {
    const p = this.pulling;
    if (!p) return;
    const box = this.roll.getBoundingClientRect(), x = e.clientX - box.left, y = e.clientY - box.top;
    if (p.pitch) {
      const by = (y - p.y) / (this.heights.roll - RULER) * (p.pitch[1] - p.pitch[0]);
      return this.setPitch([p.pitch[0] + by, p.pitch[1] + by]);
    }
    p.moved ||= Math.abs(x - p.x) > 3;
    if (!p.moved) return;
    const to = this.frameAt(clamp(x, GUTTER, this.width)), ends = [p.from, to];
    this.loop = (e.shiftKey ? ends : ends.map(f => this.snapTime(f))).map(f => clamp(f, 0, this.frames));
    this.loop.sort((a, b) => a - b);
    this.looping = true;
    this.refresh();
  }
  letGo(e) {
    const p = this.pulling;
    this.pulling = null;
    if (!p || p.pitch) return;
    if (p.moved) { this.setLoop(this.loop); this.say(this.toldLoop()); }
    else this.player.seek(clamp(this.seconds(p.from), 0, this.seconds(this.frames)));
  }
});
