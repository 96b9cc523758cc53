// ---- Python: what is sent, what comes back

extend(class {
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
    if (sentence) this.say(sentence + (onPage() ? "reload the page: your edits are kept." : "run the cell again."));
    if (this.mute) return;
    this.mute = true;
    this.preview = this.drag = null;
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
      const { type, resolve } = this.unanswered.get(message.n) ?? {};
      resolve?.(message.error);
      this.unanswered.delete(message.n);
      this.preview = null;
      if (message.error) this.say(this.failed = message.error);
      else if (type !== "select" && this.live.textContent === this.failed) this.say(""); // it is over
      this.refresh();
    }
    if (message.type === "download") this.download(message, buffers[0]);
  }

  learn(message, buffers) {
    const { id, selected } = message.values, { values, arrays } = this.store;
    const fresh = id !== undefined && id !== values.id;
    for (const [name, from, to] of this.store.take(message, buffers)) {
      if (name === "note_b") this.latest = this.store.arrays.note_b.slice();
      if (/^(sound|before|stem_\d+)$/.test(name)) this.level(name, from, to);
      this.cache = {};
    }
    for (let i = 1; i < (this.latest?.length ?? 0); i++) // the end of what began up to there
      if (this.latest[i - 1] > this.latest[i]) this.latest[i] = this.latest[i - 1];
    this.player.rate = values.sample_rate;
    const parts = k => ["frame", "lo", "hi", "value"].map(part => arrays[`${k}_${part}`]);
    this.points = { pitch: parts("pitch"), envelope: parts("envelope") };
    const choosing = [...this.unanswered.values()].some(m => m.type === "select");
    if (fresh || selected !== undefined && !choosing) this.selected = values.selected;
    this.learnNotes(message.values, choosing && !fresh);
    if (fresh) this.begin();
    this.learnVoices(message);
    this.keepTime(fresh, message.arrays.some(a => ["pitch", "envelope"].includes(a.name)));
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
});
