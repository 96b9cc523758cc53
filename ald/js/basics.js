// The drawing surface of ald.editor.CurveEditor: a piano roll with the pitch over it, loudness below,
// an overview, a player.
// Python holds the truth. A gesture is shown at once as a preview, sent as one message when it ends, and what comes
// back replaces it.

const SVG = "http://www.w3.org/2000/svg";
const NAMES = "C C♯ D D♯ E F F♯ G G♯ A A♯ B".split(" ");
const DYNAMICS = [["pp", 33], ["p", 49], ["mp", 64], ["mf", 80], ["f", 96], ["ff", 112]]; // marks and their velocities
const SPOKEN = { pp: "very soft", p: "soft", mp: "rather soft", mf: "medium loud", f: "loud", ff: "very loud" };
const PART = 4e6; // bytes of a file in one message; Jupyter's server closes a connection that sends over 10 MiB at once
const LARGEST = 1e9; // bytes of a file
const GUTTER = 52, RULER = 20, ROLL = 300, LOUD = 150, OVERVIEW = 34; // pixels
const MANY = 300; // notes on view, above which they are one shape; a note alone is then drawn only if it is selected
const CHUNK = 20; // seconds of sound handed to the sound card at once, two of them ahead
const PATIENCE = 6000, SILENCE = 20000; // milliseconds without an answer to a message; without a word while rendering
const READING = 120000; // milliseconds that a file may take to be read
const NEWS = 1500; // milliseconds for which what Python says is not replaced by what has the focus
const MUTE = "Python does not answer: it is busy with something else, or it has ended. If it has ended, ";
const HELP = "Keys work wherever you are on the page, unless you type. Space: play. G: generate. Control Z: undo. "
  + "Control Shift Z: redo. B: before or now. V: a plain tone on the curves. M: move. D: draw. Plus and minus: zoom. "
  + "Alt plus and minus: zoom in pitch. Alt Page Up and Down: scroll in pitch. Alt Shift plus and minus: a taller or "
  + "lower roll. I and O: begin and end the loop at the playhead. L: loop on or off. Shift L: loop the selected notes. "
  + "Shift G: generate everything, not the loop alone. K: metronome. T: tap the tempo. Q: snap notes in time. "
  + "N and P, or Page Down and Up: "
  + "next and previous note or point. Arrow keys move the selected note or point, with Shift further. "
  + "Tab: notes, pitch points, loudness points. Escape: select nothing; again: no loop. "
  + "Control A: select all notes. Shift N and P: select one more. Control or Shift and click, or a drag over empty "
  + "space: select several. A, or a double click: add a note. Delete: delete. S: split at the playhead or the mouse. "
  + "Alt Left and Right: earlier and later end, with Shift its beginning; or drag an edge. Dot: staccato. "
  + "Left parenthesis: slur. Greater than: accent. Comma: new bow. Control C: copy. Control V: paste curves onto the "
  + "selected notes. Control Shift V: paste notes at the playhead. Control D: duplicate. "
  + "Alt and drag over loudness: crescendo from mark to mark. Control S: save the project. Control O: open a file. "
  + "Bracket left and right: edit another track. Shift M and Shift S: mute or solo it.";

const clamp = (x, a, b) => Math.min(Math.max(x, a), b);
const name = m => NAMES[((Math.round(m) % 12) + 12) % 12] + (Math.floor(Math.round(m) / 12) - 1);
const toHz = m => 440 * 2 ** ((m - 69) / 12);
const toNumber = hz => 69 + 12 * Math.log2(hz / 440);
const onPage = () => document.body.dataset.voila !== undefined; // the page of `ald ui`, all of which is the editor's

// How many of a sorted array are less than `value` (or equal to it).
function below(sorted, value, equal = false) {
  let a = 0, b = sorted.length;
  while (a < b) {
    const m = (a + b) >> 1;
    if (sorted[m] < value || equal && sorted[m] === value) a = m + 1;
    else b = m;
  }
  return a;
}

function html(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  e.append(...children);
  return e;
}

function svg(tag, attributes = {}, ...children) {
  const e = document.createElementNS(SVG, tag);
  set(e, attributes);
  e.append(...children);
  return e;
}

function set(e, attributes) {
  for (const [k, v] of Object.entries(attributes)) if (e.getAttribute(k) !== String(v)) e.setAttribute(k, v);
}

// Children of `layer` for `items`, kept by key, so that the one with the focus keeps it.
function keyed(layer, items, key, make, update) {
  const old = new Map([...layer.children].map(e => [e.dataset.key, e]));
  for (const item of items) {
    const k = String(key(item));
    const e = old.get(k) ?? layer.appendChild(make(item));
    e.dataset.key = k;
    old.delete(k);
    update(e, item);
  }
  for (const e of old.values()) e.remove();
}

// A rectangle, as part of a path.
function box(x, y, width, height) {
  const [w, h] = [width, height].map(v => v.toFixed(1));
  return `M${x.toFixed(1)} ${y.toFixed(1)}h${w}v${h}h-${w}z`;
}

// Dark or light, by what is really behind the editor: every notebook names its theme differently.
function isDark(el) {
  for (let e = el; e; e = e.parentElement ?? e.getRootNode().host) {
    const c = getComputedStyle(e).backgroundColor.match(/[\d.]+/g)?.map(Number);
    if (c && (c.length < 4 || c[3] > 0.5)) return 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2] < 128;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches;
}
