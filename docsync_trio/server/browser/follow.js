// How a page follows its application while that is changed.
//
// The server is asked below the page, at /docsync. The address of this script says what is
// known of the page it stands in: its sign, or of which version nothing could be shown.
"use strict";
window.docsync = window.docsync || {};
docsync.follow = docsync.follow || (() => {
  const PLACE = "docsync-place"
  const TOKEN = "bokeh-token"
  const PERIOD = 400 // ms between questions whether there is another version
  const FRESH = 30_000 // ms for which a place that was left is worth going back to
  const LONGEST = 3_000 // ms that nothing is painted, or a place is held
  const LOOK = 50
  const INSTANTLY = "::view-transition-group(*), ::view-transition-old(*), ::view-transition-new(*) { animation: none !important }"

  const {currentScript} = document
  const told = currentScript ? new URL(currentScript.src).searchParams : new URLSearchParams()
  const sign = told.get("page") // null where nothing is reloaded, or the page is not ours

  let styles = told.get("styles")

  const pause = (delay) => new Promise((resolve) => setTimeout(resolve, delay))

  const seen = () => document.hidden
    ? new Promise((resolve) => document.addEventListener("visibilitychange", resolve, {once: true}))
    : null

  const page_of = (url) => url.replace(/^ws/, "http").replace(/\/ws$/, "")

  // What has become of the application at `page`, and with a `token` of its session; null
  // where nobody answers. `args` are what else the page was asked for with.
  async function ask(page, token, args) {
    try {
      const answer = await fetch(`${page}/docsync${args ? `?${args}` : ""}`, {
        headers: token ? {"Bokeh-Token": token} : {},
        cache: "no-store",
        credentials: "include",
      })
      return answer.ok ? await answer.json() : answer.status == 404 ? {gone: true} : null
    } catch (_) {
      return null
    }
  }

  // Until there is another version than `version`; without one, than the first that is told.
  async function another(page, version) {
    for (;;) {
      await seen()
      const state = await ask(page)
      version = version || (state && state.version)
      if (state && (state.gone || state.version !== version)) {
        return
      }
      await pause(PERIOD)
    }
  }

  // Load the page anew, with the session that `token` names, and come back to where it was.
  function load(token) {
    const {href, pathname, search} = location
    const height = document.documentElement.scrollHeight
    const place = {href, pathname, x: scrollX, y: scrollY, height, at: Date.now()}
    let remembered = true
    try {
      sessionStorage.setItem(PLACE, JSON.stringify(place))
    } catch (_) {
      remembered = false
    }
    const query = new URLSearchParams(search)
    if (remembered && token && !query.has(TOKEN) && !query.has("bokeh-session-id")) {
      location.replace(`${pathname}${search}${search ? "&" : "?"}${TOKEN}=${encodeURIComponent(token)}`)
    } else {
      location.reload()
    }
  }

  function take_place() {
    try {
      const place = JSON.parse(sessionStorage.getItem(PLACE))
      sessionStorage.removeItem(PLACE)
      return place && place.pathname == location.pathname && Date.now() - place.at < FRESH ? place : null
    } catch (_) {
      return null
    }
  }

  const is_drawn = () => {
    const {Bokeh} = window
    return Bokeh && Bokeh.documents.length != 0 && Bokeh.documents.every((one) => one.is_idle)
  }

  async function go_back_to({x, y, height}) {
    const room = document.createElement("div") // what is drawn in a moment has no height yet
    Object.assign(room.style, {
      position: "absolute", top: 0, left: 0, width: "1px", height: `${height}px`,
      visibility: "hidden", pointerEvents: "none",
    })
    document.body.append(room)
    scrollTo(x, y)
    const until = Date.now() + LONGEST
    while (!is_drawn() && Date.now() < until) {
      await pause(LOOK)
    }
    room.remove()
    scrollTo(x, y)
  }

  // `act`, which gives a promise, while what is on the screen stays there.
  async function without_flash(act) {
    if (!document.startViewTransition || document.hidden) {
      await act()
      return
    }
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(INSTANTLY)
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
    const {ready, updateCallbackDone, finished} = document.startViewTransition(
      () => Promise.race([act(), pause(LONGEST)]),
    )
    await Promise.allSettled([ready, updateCallbackDone, finished])
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet)
  }

  // The stylesheets of the page are now those that `version` stands for. Those inside of the
  // document are loaded when it is drawn.
  function restyle(version) {
    if (!styles || version === styles) {
      return
    }
    styles = version
    for (const link of document.querySelectorAll('link[rel~="stylesheet"]')) {
      const url = new URL(link.href)
      if (url.origin == location.origin) {
        url.searchParams.set("docsync", version)
        const fresh = link.cloneNode()
        fresh.href = url
        fresh.onload = fresh.onerror = () => link.remove() // not before, or the page would be bare
        link.after(fresh)
      }
    }
  }

  function begin() {
    const place = take_place()
    if (place) {
      history.replaceState(history.state, "", place.href)
      document.addEventListener("DOMContentLoaded", () => go_back_to(place))
    }
    if (told.has("failed")) {
      const page = `${location.origin}${location.pathname.replace(/\/+$/, "")}`
      another(page, told.get("failed")).then(() => location.reload())
    }
  }

  begin()
  return {sign, page_of, ask, another, load, without_flash, restyle}
})()
