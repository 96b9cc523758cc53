// ---- sound

class Player {
  constructor(moved) {
    Object.assign(this, { rate: 22050, moved, position: 0, which: "sound", samples: {}, sources: null });
  }
  get playing() { return this.sources !== null; }
  get length() { return (this.samples[this.which]?.length ?? 0) / this.rate; } // seconds
  load(which, ints) { // 16 bits a sample
    this.samples[which] = ints?.length ? ints : null;
    if (this.playing && which === this.which) this.restart();
  }
  now() {
    if (!this.playing) return this.position;
    return clamp(this.from + this.context.currentTime - this.began, this.from, this.length);
  }
  open() { // at the sound's own rate, so that its stretches join without a seam
    try { return new AudioContext({ sampleRate: this.rate }); } catch { return new AudioContext(); }
  }
  play() {
    if (!this.samples[this.which]) return false;
    this.context ??= this.open();
    this.context.resume();
    if (this.position >= this.length - 0.01) this.position = 0;
    Object.assign(this, { sources: [], from: this.position, next: Math.round(this.position * this.rate) });
    this.began = this.context.currentTime + 0.02;
    this.feed();
    const sources = this.sources;
    const tick = () => { this.moved(); if (this.sources === sources) requestAnimationFrame(tick); };
    tick();
    return true;
  }
  feed() { // stretches of sound, until two are waiting
    const x = this.samples[this.which];
    while (this.next < x.length && this.next / this.rate < this.now() + 2 * CHUNK) {
      const part = x.subarray(this.next, this.next + CHUNK * this.rate);
      const source = this.context.createBufferSource(), sources = this.sources;
      source.buffer = this.context.createBuffer(1, part.length, this.rate);
      source.buffer.getChannelData(0).set(Float32Array.from(part, s => s / 32768));
      source.connect(this.context.destination);
      source.onended = () => { if (this.sources === sources) this.ended(source); };
      source.start(this.began + this.next / this.rate - this.from);
      this.sources.push(source);
      this.next += part.length;
    }
  }
  ended(source) {
    this.sources.splice(this.sources.indexOf(source), 1);
    this.feed();
    if (!this.sources.length) { this.sources = null; this.position = 0; this.moved(); }
  }
  pause() {
    if (!this.playing) return;
    const sources = this.sources;
    this.position = this.now();
    this.sources = null;
    for (const s of sources) s.stop();
    this.moved();
  }
  restart() { if (this.playing) { this.pause(); this.play(); } }
  seek(seconds) { const on = this.playing; this.pause(); this.position = seconds; on ? this.play() : this.moved(); }
  choose(which) { const on = this.playing; this.pause(); this.which = which; on ? this.play() : this.moved(); }
  close() { this.pause(); this.context?.close(); }
}
