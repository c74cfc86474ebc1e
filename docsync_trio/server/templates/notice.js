(function () {
  "use strict";
  const told = {{ told|tojson }};
  const id = {{ element|tojson }};
  const watched = {{ watched|tojson }};
  console.error(["docsync: " + told.title, told.text].concat(told.notes).join("\n"));
  const element = id === null ? null : document.getElementById(id);
  if (element === null) {
    return;
  }
  const box = document.createElement("div");
  box.setAttribute("role", "alert");
  Object.assign(box.style, {
    boxSizing: "border-box", maxWidth: "46rem", padding: "1rem 1.2rem", margin: "0.5rem 0",
    font: "15px/1.5 system-ui, sans-serif", color: "#24292f", background: "#fbfaf8",
    border: "1px solid #e2dfd9", borderLeft: "3px solid #d9902f", borderRadius: "8px",
  });
  const title = document.createElement("strong");
  title.textContent = told.title;
  box.append(title);
  for (const text of [told.text].concat(told.notes)) {
    if (text === "") {
      continue;
    }
    const line = document.createElement(text.includes("\n") ? "pre" : "p");
    line.textContent = text;
    Object.assign(line.style, {margin: "0.5rem 0 0", whiteSpace: "pre-wrap", overflowWrap: "anywhere"});
    if (line.tagName === "PRE") {
      Object.assign(line.style, {font: "13px/1.5 ui-monospace, Menlo, Consolas, monospace", maxHeight: "24rem", overflow: "auto"});
    }
    box.append(line);
  }
  if (element.tagName === "SCRIPT") {
    element.after(box);
  } else {
    element.replaceChildren(box);
  }

  async function follow() {
    let {version} = watched;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const asked = fetch(watched.state).then((answer) => answer.json());
      const state = await asked.catch(() => ({version}));
      if (state.version === version) {
        continue;
      }
      version = state.version;
      const again = document.createElement("script");
      again.src = watched.script;
      const loaded = new Promise((resolve, reject) => Object.assign(again, {onload: resolve, onerror: reject}));
      document.body.append(again);
      if (await loaded.then(() => true, () => false)) {
        box.remove();
        return;
      }
    }
  }
  if (watched !== null) {
    follow();
  }
})();
