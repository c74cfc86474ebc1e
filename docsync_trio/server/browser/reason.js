// Why a websocket could not be opened. Browsers do not say, so the server is asked.
"use strict";
window.docsync = window.docsync || {};
docsync.reason = docsync.reason || (() => {
  const PATIENCE = 10_000 // ms

  // `url` is the usual place of the websocket, below its page. Returns what is wrong, in a
  // sentence, or nothing where the server would let the page in; null where it does not say.
  return async (url, token) => {
    const page = url.replace(/^ws/, "http").replace(/\/ws$/, "")
    try {
      const answer = await fetch(`${page}/preflight?origin=${encodeURIComponent(location.origin)}`, {
        headers: {"Bokeh-Token": token},
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE),
      })
      const {checks} = await answer.json()
      const wrong = checks.find(({good}) => good === false)
      return wrong ? wrong.says : ""
    } catch (_) {
      return null
    }
  }
})()
