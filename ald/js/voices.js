// ---- tracks: several lines and violins, heard together; one of them is edited

// Plays the track that is edited, among the others. Each has a gain for each ear.
class Band extends Player {
  constructor(moved) {
    super(moved);
    Object.assign(this, { own: [1, 1], others: [] });
  }
  get count() { return Math.max(super.count, ...this.others.map(o => o.samples.length)); }
  get heard() { return super.heard ?? (this.others.length ? this.which : null); }
  blend(own, others) { // gains [left, right]; [{ samples, gains }]
    Object.assign(this, { own, others });
    this.restart();
  }
  part(from, to) {
    const end = Math.min(to, super.count), own = end > from ? super.part(from, end) : new Float32Array(0);
    const all = [{ data: own, gains: this.own, scale: 1 }];
    for (const { samples, gains } of this.others)
      all.push({ data: samples.subarray(from, to), gains, scale: 1 / 32768 });
    if (all.length === 1 && this.own.every(g => g === 1)) return own;
    const ears = all.some(o => o.gains[0] !== o.gains[1]) ? [0, 1] : [0];
    const [left, right] = ears.map(ear => {
      const out = new Float32Array(to - from);
      for (const { data, gains, scale } of all) {
        const gain = gains[ear] * scale;
        for (let i = 0; i < data.length; i++) out[i] += gain * data[i];
      }
      return out;
    });
    return Object.assign(left, { right });
  }
  source(data) {
    if (!data.right) return super.source(data);
    const source = this.context.createBufferSource();
    source.buffer = this.pair(data);
    source.connect(this.context.destination);
    return source;
  }
  pair(data) { // both ears
    const buffer = this.context.createBuffer(2, data.length, this.rate);
    buffer.getChannelData(0).set(data);
    buffer.getChannelData(1).set(data.right);
    return buffer;
  }
}

extend(class {
  buildVoices() {
    this.strip = html("div", { role: "group", "aria-label": "Tracks", class: "ald-voices", hidden: "" });
    return this.keepFocus(this.strip);
  }

  keepFocus(part) { // a click on a button leaves the focus where it was, so that Space still plays
    part.addEventListener("mousedown", e => { if (e.target.closest("button, summary")) e.preventDefault(); });
    return part;
  }

  get tracks() { return this.tune.tracks ?? []; }

  learnVoices(message) { // what Python told of the tracks
    const { values, arrays } = message, stems = arrays.some(a => /^stem_/.test(a.name));
    if (values.track !== undefined) this.focus = { note: 0, pitch: 0, envelope: 0 };
    if (values.tracks || values.track !== undefined || stems) this.blend();
  }

  gains(tracks) { // of each track and ear, as `mixed` has them in Python
    const wide = tracks.some(t => t.place !== tracks[0].place);
    return tracks.map(({ level, place }) => {
      const g = 10 ** (level / 20), angle = (1 + place) * Math.PI / 4;
      return wide ? [g * Math.cos(angle), g * Math.sin(angle)] : [g, g];
    });
  }

  blend() {
    const { tracks } = this, { arrays } = this.store, at = this.tune.track;
    if (tracks.length < 2) return this.player.blend([1, 1], []);
    const sounding = tracks.map((t, k) => ({ ...t, k, x: k === at ? arrays.sound : arrays[`stem_${k}`] }));
    const heard = sounding.filter(t => t.heard && (t.x?.length || t.k === at)), gains = this.gains(heard);
    const loudest = this.loudest(heard, gains), clip = Math.min(1, 0.99 / loudest);
    const all = heard.map((t, i) => ({ k: t.k, samples: t.x, gains: gains[i].map(g => g * clip) }));
    this.player.blend(all.find(t => t.k === at)?.gains ?? [0, 0], all.filter(t => t.k !== at));
  }

  loudest(heard, gains) { // what the mix may reach: the sum of the largest samples of each frame
    const levels = heard.map(t => this.levels[t.k === this.tune.track ? "sound" : `stem_${t.k}`] ?? []);
    let most = 0.01;
    for (let f = 0; f < Math.max(0, ...levels.map(l => l.length)); f++) for (const ear of [0, 1])
      most = Math.max(most, levels.reduce((sum, l, i) => sum + (l[f] ?? 0) * gains[i][ear], 0));
    return most;
  }

  // ---- the strip

  drawVoices() {
    const { tracks } = this, told = JSON.stringify([tracks, this.tune.track]);
    if (this.voicesDrawn === told) return;
    this.voicesDrawn = told;
    this.strip.hidden = tracks.length < 2;
    const shown = tracks.length < 2 ? [] : tracks;
    keyed(this.strip, shown.map((t, k) => ({ t, k })), ({ t, k }) => `${k} ${t.name}`, o => this.voice(o),
      (e, o) => this.showVoice(e, o));
  }

  voice({ t, k }) {
    const change = how => this.send({ type: "mix", index: k, ...how });
    const button = (what, text, f) => {
      const label = `${what} ${t.name}`, about = { type: "button", "aria-label": label, title: label };
      const b = html("button", about, text);
      b.addEventListener("click", f);
      return b;
    };
    const slider = (label, field, min, max, step) => {
      const s = html("input", { type: "range", min, max, step, "aria-label": `${label} of ${t.name}`, title: label });
      s.addEventListener("change", () => change({ [field]: Number(s.value) }));
      return s;
    };
    const e = html("div", { role: "group", "aria-label": t.name, class: "ald-voice" });
    e.parts = {
      edit: button("Edit", t.name, () => this.editTrack(k)),
      mute: button("Mute", "M", () => change({ mute: !this.tracks[k].mute })),
      solo: button("Solo", "S", () => change({ solo: !this.tracks[k].solo })),
      level: slider("Level", "level", -30, 12, 0.5), place: slider("Place", "place", -1, 1, 0.05),
    };
    e.append(...Object.values(e.parts));
    return e;
  }

  showVoice(e, { t, k }) {
    const { edit, mute, solo, level, place } = e.parts, side = Math.round(100 * Math.abs(t.place));
    set(edit, { "aria-pressed": k === this.tune.track });
    set(mute, { "aria-pressed": t.mute });
    set(solo, { "aria-pressed": t.solo });
    e.classList.toggle("ald-unheard", !t.heard);
    level.value = t.level;
    place.value = t.place;
    const where = side ? `${side} percent ${t.place < 0 ? "left" : "right"}` : "middle";
    set(level, { "aria-valuetext": `${t.level} decibels`, title: `Level ${t.level} dB` });
    set(place, { "aria-valuetext": where, title: `Place: ${where}` });
  }

  async editTrack(k) {
    if (k === this.tune.track || await this.send({ type: "track", index: k })) return;
    this.say(`${this.tracks[k]?.name} is edited`);
  }

  voiceKey(e, k) { // true if the key was one of these
    const n = this.tracks.length, at = this.tune.track;
    if (n < 2 || e.ctrlKey || e.metaKey || e.altKey) return false;
    const change = how => this.send({ type: "mix", index: at, ...how });
    if (k === "[" || k === "]") this.editTrack((at + (k === "]" ? 1 : n - 1)) % n);
    else if (e.shiftKey && k === "m") change({ mute: !this.tracks[at].mute });
    else if (e.shiftKey && k === "s") change({ solo: !this.tracks[at].solo });
    else return false;
    return true;
  }

  // ---- the notes of the other tracks, behind those that are edited

  drawOthers() {
    const { other_a: a = [], other_b: b = [], other_pitch: pitch = [], other_track: track = [] } = this.store.arrays;
    const tall = Math.max(this.row, 6), shapes = new Map();
    if (this.cache.longest === undefined) this.cache.longest = a.reduce((most, x, i) => Math.max(most, b[i] - x), 0);
    const ends = new Map();
    for (let i = below(a, this.view[0] - this.cache.longest); i < below(a, this.view[1]); i++) {
      const x = Math.max(this.x(a[i]), GUTTER), end = Math.max(this.x(b[i]), x + 1);
      const row = `${track[i]} ${Math.round(pitch[i])}`;
      if (this.x(b[i]) < GUTTER || end < (ends.get(row) ?? -1) + 1) continue; // of those within a pixel the first
      ends.set(row, end);
      shapes.set(track[i], (shapes.get(track[i]) ?? "") + box(x, this.pitchY(pitch[i] + 0.5), end - x, tall));
    }
    this.layers.others.replaceChildren(...[...shapes].map(([k, d]) => {
      const path = svg("path", { d, class: "ald-other" }, svg("title", {}, `${this.tracks[k]?.name}: click to edit`));
      path.addEventListener("pointerdown", e => {
        if (this.tool !== "move" || e.button || e.shiftKey) return;
        e.stopPropagation();
        this.editTrack(k);
      });
      return path;
    }));
  }
});
