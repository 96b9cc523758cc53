// ---- a plain tone on the curves: heard at once, before anything is rendered

const PARTIALS = 6, TABLE = 1024; // harmonics of the tone; samples of one period

function period(partials) { // one period of the tone, as loud as 1 at its peak
  const wave = new Float32Array(TABLE + 1);
  for (let i = 0; i <= TABLE; i++)
    for (let k = 1; k <= partials; k++) wave[i] += Math.sin(2 * Math.PI * k * i / TABLE) / k ** 1.3;
  const most = wave.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return wave.map(x => x / most);
}

class Tone {
  constructor() {
    this.tables = Array.from({ length: PARTIALS }, (_, k) => period(k + 1));
    this.frames = 0;
  }
  get length() { return this.frames * (this.hop ?? 0); } // samples
  follow({ pitch, envelope, frames, hop }, rate) { // an absent pitch is A4, an absent loudness mf
    Object.assign(this, { pitch, envelope, frames, hop, rate, turns: null });
  }
  begin() { // pitch at the beginning of each frame, and how often the tone has turned by then
    const hz = new Float32Array(this.frames + 1), turns = new Float64Array(this.frames + 1);
    for (let f = 0, last = 440; f <= this.frames; f++) {
      const p = this.pitch ? this.pitch[Math.min(f, this.frames - 1)] : 440;
      hz[f] = p > 0 ? last = p : last;
      if (f) turns[f] = turns[f - 1] + (hz[f - 1] + hz[f]) / 2 * this.hop / this.rate;
    }
    Object.assign(this, { hz, turns });
  }
  level(f) { // silent where nothing is voiced
    if (f >= this.frames || this.pitch && !(this.pitch[f] > 0)) return 0;
    return this.envelope ? this.envelope[f] : 0.3;
  }
  render(from, to) { // samples
    if (!this.turns) this.begin();
    const out = new Float32Array(to - from), { hop, rate, hz, turns } = this;
    for (let f = Math.floor(from / hop); f * hop < to; f++) {
      const e0 = this.level(f), e1 = this.level(f + 1), slope = (hz[f + 1] - hz[f]) / hop;
      const wave = this.tables[clamp(Math.floor(rate / 2.2 / Math.max(hz[f], hz[f + 1])), 1, PARTIALS) - 1];
      if (!e0 && !e1) continue;
      for (let i = Math.max(from - f * hop, 0); i < Math.min(hop, to - f * hop); i++) {
        const turn = turns[f] + i * (hz[f] + slope * i / 2) / rate, at = (turn - Math.floor(turn)) * TABLE;
        const k = Math.floor(at), w = wave[k] + (at - k) * (wave[k + 1] - wave[k]);
        out[f * hop + i - from] = (e0 + (e1 - e0) * i / hop) * w;
      }
    }
    return out;
  }
}
