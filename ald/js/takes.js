// ---- takes: the list of what was rendered, A and B chosen from it; saving and opening projects

extend(class {
  buildTakes() {
    const many = "The takes of this track. A and B are what you listen to; B changes between them.";
    this.takeRows = html("tbody");
    const heads = ["Take", "Name", "Rendered", "Seed", "Steps", "Time", "Listen", ""];
    const head = html("tr", {}, ...heads.map(t => html("th", { scope: "col" }, t)));
    const table = html("table", { "aria-label": many }, html("thead", {}, head), this.takeRows);
    const kept = "The last takes are kept, as many as fit: 20 or 512 MB. Those marked with Keep stay.";
    this.takeCount = html("summary", { title: kept }, "Takes");
    this.takes = html("details", { class: "ald-takes", hidden: "" }, this.takeCount, table);
    return this.keepFocus(this.takes);
  }

  drawTakes() {
    const { takes = [] } = this.tune, chosen = k => takes.find(t => t[k])?.number;
    const told = JSON.stringify(takes);
    if (this.takesDrawn === told) return;
    this.takesDrawn = told;
    const [a, b] = [chosen("a"), chosen("b")];
    this.takes.hidden = !takes.length;
    this.takeCount.textContent = `Takes: ${takes.length}, B is ${b ?? "none"}${a && a !== b ? `, A is ${a}` : ""}`;
    this.buttons.before.textContent = a && a !== b ? `A take ${a}` : "A before";
    this.buttons.sound.textContent = a && a !== b ? `B take ${b}` : "B now";
    keyed(this.takeRows, [...takes].reverse(), t => t.number, t => this.takeRow(t), (row, t) => this.showTake(row, t));
  }

  takeRow({ number }) { // its cells; the take itself is shown by `showTake`
    const row = html("tr"), ask = (type, more = {}) => this.send({ type, number, ...more });
    const act = (what, text, f) => {
      const label = `${what} ${number}`, about = { type: "button", "aria-label": label, title: label };
      const b = html("button", about, text);
      b.addEventListener("click", () => f(row.take));
      return b;
    };
    const about = { "aria-label": `Name of take ${number}`, placeholder: "name" };
    const name = html("input", { type: "text", maxlength: 80, ...about });
    name.addEventListener("change", () => ask("change_take", { label: name.value }));
    name.addEventListener("keydown", e => { if (e.key === "Enter") name.blur(); });
    row.parts = {
      name, what: html("td"), seed: html("td"), steps: html("td"), made: html("td"),
      a: act("A is take", "A", () => this.compare({ a: number })),
      b: act("B is take", "B", () => this.compare({ b: number })),
      pin: act("Keep take", "Keep", t => ask("change_take", { pinned: !t.pinned })),
      use: act("Use the curves of take", "Use", () => ask("use_take")),
      drop: act("Delete take", "✕", () => ask("delete_take")),
    };
    const { what, seed, steps, made, a, b, pin, use, drop } = row.parts, cell = (...x) => html("td", {}, ...x);
    const head = html("th", { scope: "row" }, String(number));
    row.append(head, cell(name), what, seed, steps, made, cell(a, b), cell(pin, use, drop));
    return row;
  }

  showTake(row, t) {
    const { name, what, seed, steps, made, a, b, pin, drop } = row.parts;
    row.take = t;
    if (this.root.getRootNode().activeElement !== name) name.value = t.name;
    for (const [cell, text] of [[what, t.what], [seed, t.seed], [steps, t.steps], [made, t.made]])
      cell.textContent = String(text);
    set(a, { "aria-pressed": t.a });
    set(b, { "aria-pressed": t.b });
    set(pin, { "aria-pressed": t.pinned });
    drop.disabled = t.b;
  }

  async compare(which) { // the take that is chosen is heard
    if (await this.send({ type: "compare", ...which })) return;
    this.choose("a" in which ? "before" : "sound");
  }

  // ---- projects

  buildProject(button) { // save, and what was edited last
    this.buttons.save = button("Save the project", "Save", () => this.saveProject(), "Ctrl+S");
    this.recent = html("select", { "aria-label": "Edited last", title: "Edited last", hidden: "" });
    this.recent.addEventListener("change", () => {
      this.send({ type: "recent", label: this.recent.value });
      this.recent.value = "";
    });
    return [this.buttons.save, this.recent];
  }

  drawRecent() {
    const { recent = [] } = this.tune, told = recent.join("\n");
    if (this.recentDrawn === told) return;
    this.recentDrawn = told;
    this.recent.hidden = !recent.length;
    const first = html("option", { value: "", disabled: "", selected: "" }, "Recent");
    this.recent.replaceChildren(first, ...recent.map(name => html("option", { value: name }, name)));
  }

  async saveProject() {
    const failed = await this.send({ type: "save", suffix: ".ald" });
    if (!failed) this.say(`${this.tune.name}.ald is saved: all tracks and edits`);
  }

  openDialogue() { // browsers open one only soon after a hand has done something
    if (navigator.userActivation?.isActive ?? true) return this.chooser.click();
    this.buttons.open.focus();
    this.say("The browser asks for one more key: press Enter to open a file");
  }

  projectKey(e, k) { // true if the key was one of these
    if (!(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey) return false;
    if (k === "s") this.saveProject();
    else if (k === "o") this.openDialogue();
    else return false;
    return true;
  }
});
