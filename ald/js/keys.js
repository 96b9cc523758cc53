// ---- keys of the whole page
// The editor that the focus is in hears them; else the one last used, on a page of its own or after a click in it.

const surfaces = new Set();
let used = null;

function typing(e) {
  const inputs = "input:not([type=range], [type=button], [type=checkbox], [type=radio], [type=file])";
  const texts = "textarea, select, [contenteditable]:not([contenteditable=false]), [role=textbox], .cm-editor";
  return e.closest(`${inputs}, ${texts}`);
}

function hearing(target) {
  for (const s of surfaces) if (s.scope.contains(target)) return s;
  const shown = [...surfaces].filter(s => s.root.isConnected && s.root.offsetParent !== null);
  if (onPage()) return shown.includes(used) ? used : shown[0];
  return shown.includes(used) && target.contains(used.root) ? used : null;
}

function pressed(e) {
  const target = e.composedPath()[0];
  if (e.isComposing || !(target instanceof Element) || typing(target)) return;
  const surface = hearing(target);
  if (!surface) return;
  surface.saidAt = 0; // what somebody turns to is said at once
  surface.key(e, target);
}

function touched(e) {
  const [target] = e.composedPath(), inside = [...surfaces].find(s => s.scope.contains(target));
  const around = e.type === "focusin" && used && target.contains(used.root); // the cell that was clicked
  if (inside || !onPage() && !around) used = inside ?? null;
}

function enter(surface) {
  if (!surfaces.size) {
    addEventListener("keydown", pressed, true); // before the notebook's own, which listens on the document
    document.addEventListener("pointerdown", touched, true);
    document.addEventListener("focusin", touched, true);
  }
  surfaces.add(surface);
}

function leave(surface) {
  surfaces.delete(surface);
  if (surfaces.size) return;
  removeEventListener("keydown", pressed, true);
  document.removeEventListener("pointerdown", touched, true);
  document.removeEventListener("focusin", touched, true);
}
