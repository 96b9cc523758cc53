// ---- sound

const CLICKS = [1000, 1600], AHEAD = 1; // Hz, of a beat and of a bar; seconds for which clicks are prepared
const FADE = 64; // samples, 3 ms: so much of a loop's ends is faded, or a jump would click

class Player {
  constructor(moved) {
    Object.assign(this, { rate: 22050, moved, position: 0, which: "sound", samples: {}, sources: null });
    Object.assign(this, { tone: new Tone(), loop: null, beats: null, ticking: [], clicked: 0 });
  }
  get playing() { return this.sources !== null; }
  get heard() { return this.samples[this.which] ? this.which : this.tone.length ? "preview" : null; }
  get count() { return this.heard === "preview" ? this.tone.length : this.samples[this.which]?.length ?? 0; }
  get length() { return this.count / this.rate; } // seconds
  get round() { // what is played again and again, in samples
    if (!this.loop) return null;
    const [a, b] = this.loop.map(t => clamp(Math.round(t * this.rate), 0, this.count));
    return b - a > 4 * FADE ? [a, b] : null;
  }
  load(which, ints) { // 16 bits a sample
    this.samples[which] = ints?.length ? ints : null;
    if (this.playing && which === this.which) this.restart();
  }
  draw(curves) { // the curves that the plain tone follows
    this.tone.follow(curves, this.rate);
    if (this.playing && this.heard === "preview") this.restart();
  }
  at(time) { // position in seconds at a time of the sound card
    const t = Math.max(this.from + time - this.began, this.from), [a, b] = this.turn ?? [];
    return this.turn && t >= b ? a + (t - a) % (b - a) : t;
  }
  now() { return this.playing ? Math.min(this.at(this.context.currentTime), this.length) : this.position; }
  open() { // at the sound's own rate, so that its stretches join without a seam
    try { return new AudioContext({ sampleRate: this.rate }); } catch { return new AudioContext(); }
  }
  play() {
    if (!this.heard) return false;
    this.context ??= this.open();
    this.context.resume();
    const { round } = this, at = Math.round(this.position * this.rate);
    if (round && !(at >= round[0] && at < round[1])) this.position = round[0] / this.rate;
    if (this.position >= this.length - 0.01) this.position = 0;
    Object.assign(this, { sources: [], from: this.position, next: Math.round(this.position * this.rate) });
    this.turn = round && round.map(s => s / this.rate);
    this.began = this.clicked = this.context.currentTime + 0.02;
    round ? this.feedLoop(round) : this.feed();
    const sources = this.sources;
    const tick = () => {
      this.moved();
      if (this.sources !== sources) return;
      this.tick();
      requestAnimationFrame(tick);
    };
    tick();
    return true;
  }
  part(from, to) { // of what is heard
    if (this.heard === "preview") return this.tone.render(from, to);
    return Float32Array.from(this.samples[this.which].subarray(from, to), s => s / 32768);
  }
  source(data) {
    const source = this.context.createBufferSource();
    source.buffer = this.context.createBuffer(1, data.length, this.rate);
    source.buffer.getChannelData(0).set(data);
    source.connect(this.context.destination);
    return source;
  }
  feed() { // stretches of sound, until two are waiting
    while (this.next < this.count && this.next / this.rate < this.now() + 2 * CHUNK) {
      const part = this.part(this.next, Math.min(this.next + CHUNK * this.rate, this.count));
      const source = this.source(part), { sources } = this;
      source.onended = () => { if (this.sources === sources) this.ended(source); };
      source.start(this.began + this.next / this.rate - this.from);
      this.sources.push(source);
      this.next += part.length;
    }
  }
  feedLoop([a, b]) { // one source, which the sound card itself repeats: there is no gap
    const data = this.part(a, b), n = b - a;
    for (const ear of [data, data.right ?? []])
      for (let i = 0; i < FADE; i++) { ear[i] *= i / FADE; ear[n - 1 - i] *= i / FADE; }
    const source = this.source(data);
    source.loop = true;
    source.start(this.began, (this.next - a) / this.rate);
    this.sources.push(source);
  }
  ended(source) {
    this.sources.splice(this.sources.indexOf(source), 1);
    this.feed();
    if (!this.sources.length) { this.sources = null; this.silence(); this.position = 0; this.moved(); }
  }
  tick() { // the metronome: clicks of the next second
    const until = this.context.currentTime + AHEAD;
    if (!this.beats) { this.clicked = Math.max(this.clicked, this.context.currentTime); return; }
    while (this.clicked < until) {
      const from = this.at(this.clicked), end = this.turn ? this.turn[1] : this.length;
      const step = Math.min(until - this.clicked, end - from);
      if (step < 1e-6) { if (!this.turn) return; this.clicked += 1e-6; continue; }
      for (const [t, first] of this.beats(from, from + step)) this.click(this.clicked + t - from, first);
      this.clicked += step;
    }
  }
  click(when, first) {
    const n = Math.round(0.04 * this.rate), hz = CLICKS[first ? 1 : 0];
    const wave = i => Math.sin(2 * Math.PI * hz * i / this.rate) * Math.exp(-8 * i / n);
    const source = this.source(Float32Array.from({ length: n }, (_, i) => (first ? 0.5 : 0.3) * wave(i)));
    source.start(when);
    this.ticking.push(source);
    source.onended = () => this.ticking.splice(this.ticking.indexOf(source), 1);
  }
  silence() { // no more clicks
    for (const s of this.ticking) { s.onended = null; s.stop(); }
    this.ticking = [];
    this.clicked = this.context?.currentTime ?? 0;
  }
  beat(beats) { // `beats(from, to)`: those between two times, [[seconds, whether a bar begins]]; null for none
    this.beats = beats;
    this.silence();
  }
  pause() {
    if (!this.playing) return;
    const sources = this.sources;
    this.position = this.now();
    this.sources = null;
    for (const s of sources) s.stop();
    this.silence();
    this.moved();
  }
  restart() { if (this.playing) { this.pause(); this.play(); } }
  repeat(loop) { this.loop = loop; this.restart(); } // from and to, seconds; null for none
  seek(seconds) { const on = this.playing; this.pause(); this.position = seconds; on ? this.play() : this.moved(); }
  choose(which) { const on = this.playing; this.pause(); this.which = which; on ? this.play() : this.moved(); }
  close() { this.pause(); this.context?.close(); }
}
