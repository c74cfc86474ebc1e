// What has gone wrong in the application, over the page of the one who mends it.
//
// Nothing of it is HTML: what an application says may contain anything.
"use strict";
window.docsync = window.docsync || {};
docsync.overlay = docsync.overlay || (() => {
  const STYLE = `
    :host { --paper: #fff; --ink: #24292f; --quiet: #69707a; --line: #e2dfd9; --mark: #fff1d6; --edge: #c4501f;
      position: fixed; inset: auto 0 0; z-index: 2147483646; display: grid; justify-items: center;
      padding: .75rem .75rem 4.25rem; pointer-events: none; color-scheme: light dark; }
    @media (prefers-color-scheme: dark) { :host { --paper: #1d2126; --ink: #e3e6ea; --quiet: #98a1ac;
      --line: #343b44; --mark: #3a2f1b; --edge: #e58f5b; } }
    @media print { :host { display: none; } }
    * { box-sizing: border-box; margin: 0; }
    .card { display: flex; flex-direction: column; width: min(56rem, 100%); max-height: 72vh; pointer-events: auto;
      font: 14px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
      border: 1px solid var(--line); border-top: 3px solid var(--edge); border-radius: .6rem;
      box-shadow: 0 8px 40px rgb(0 0 0 / .3); overflow: hidden; }
    .all { overflow: auto; overscroll-behavior: contain; }
    .all:focus-visible, button:focus-visible, summary:focus-visible { outline: 2px solid var(--edge); outline-offset: -2px; }
    .bar { display: flex; align-items: center; gap: 1rem; padding: .4rem .5rem .4rem 1rem; border-bottom: 1px solid var(--line); }
    .bar span { flex: 1; color: var(--quiet); font-size: 12px; }
    button { padding: .25rem .7rem; border: 1px solid var(--line); border-radius: .4rem; font: inherit; color: inherit;
      background: transparent; cursor: pointer; }
    button:hover { background: var(--mark); }
    article { padding: .8rem 1rem 1rem; }
    article + article { border-top: 1px solid var(--line); }
    h2 { font-size: 14px; font-weight: 600; }
    code, pre { font: 13px/1.55 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
    .error { margin: .4rem 0 0; white-space: pre-wrap; color: var(--edge); }
    .hint { margin: .6rem 0 0; padding: .5rem .8rem; border-radius: .4rem; background: var(--mark); }
    .hint::first-letter { text-transform: uppercase; }
    .place { margin: .7rem 0 0; border: 1px solid var(--line); border-radius: .4rem; overflow: hidden; }
    .place > p { padding: .3rem .8rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
    .place > p:last-child { border-bottom: 0; }
    .source { padding: .3rem 0; overflow-x: auto; }
    .source span { display: block; width: max-content; min-width: 100%; padding: 0 .8rem; white-space: pre; }
    .source .here { background: var(--mark); box-shadow: inset 3px 0 var(--edge); }
    .source i { display: inline-block; min-width: 2.2rem; padding-right: .8rem; text-align: end; font-style: normal;
      color: var(--quiet); user-select: none; }
    .lines { margin: .6rem 0 0; white-space: pre-wrap; }
    details { margin: .7rem 0 0; }
    summary { color: var(--quiet); cursor: pointer; }`

  const shown = new Map() // by what it says: {owner, failure, times}
  let root = null

  const key_of = ({title, error, places, lines}) => JSON.stringify([title, error, places[0], lines])

  function element(name, kind, ...content) {
    const made = document.createElement(name)
    made.className = kind
    made.append(...content)
    return made
  }

  function place_of({file, line, function: name, source}) {
    const where = element("p", "", element("code", "", `${file}:${line}`), name ? ` in ${name}` : "")
    const lines = source.map(([number, text, here]) => (
      element("span", here ? "here" : "", element("i", "", `${number}`), text)
    ))
    return element("div", "place", where, ...(lines.length ? [element("pre", "source", ...lines)] : []))
  }

  function article_of({failure, times}) {
    const {title, error, lines, places, hint} = failure
    const article = element("article", "", element("h2", "", times > 1 ? `${title} (${times} times)` : title))
    const [first, ...others] = places
    article.append(
      ...(error ? [element("p", "error", element("code", "", error))] : []),
      ...(hint ? [element("p", "hint", hint)] : []),
      ...(lines.length ? [element("pre", "lines", lines.join("\n"))] : []),
      ...(first ? [place_of(first)] : []),
    )
    if (others.length) {
      const summary = element("summary", "", "Called from")
      article.append(element("details", "", summary, ...others.map(place_of)))
    }
    return article
  }

  function card_of(failures) {
    const close = element("button", "", "Close")
    close.addEventListener("click", dismiss)
    const all = element("div", "all", ...failures.map(article_of))
    all.tabIndex = 0 // so that keys scroll it
    all.setAttribute("role", "alert")
    const card = element("section", "card", element("div", "bar", element("span", "", "docsync: this page follows your files"), close), all)
    card.setAttribute("aria-label", "What has gone wrong")
    return card
  }

  function draw() {
    if (!root) {
      const host = document.createElement("div")
      const sheet = new CSSStyleSheet() // a content security policy may forbid <style>
      sheet.replaceSync(STYLE)
      root = host.attachShadow({mode: "open"})
      root.adoptedStyleSheets = [sheet]
      document.body.append(host)
    }
    const latest_first = [...shown.values()].reverse()
    root.replaceChildren(...(latest_first.length ? [card_of(latest_first)] : []))
  }

  function dismiss() {
    shown.clear()
    draw()
  }

  // `owner` is the connection that they came by.
  function show(owner, failures) {
    for (const failure of failures) {
      const key = key_of(failure)
      const times = shown.has(key) ? shown.get(key).times + 1 : 1
      shown.delete(key)
      shown.set(key, {owner, failure, times})
    }
    if (failures.length) {
      draw()
    }
  }

  // What came by `owner` is no longer so: of that `source` alone, if there is one.
  function mended(owner, source) {
    const before = shown.size
    for (const [key, {owner: its, failure}] of shown) {
      if (its === owner && (!source || failure.source === source)) {
        shown.delete(key)
      }
    }
    if (shown.size != before) {
      draw()
    }
  }

  addEventListener("keydown", ({key}) => {
    if (key == "Escape" && shown.size) {
      dismiss()
    }
  })

  return {show, mended}
})()
