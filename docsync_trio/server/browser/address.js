// Where the websockets are whose pages do not have them at the usual place.
//
// BokehJS knows no other place than /ws below a page. This page's own is told in the
// address of this script, those of embedded documents by the scripts that embed them.
"use strict";
window.docsync = window.docsync || {};
docsync.websockets = docsync.websockets || {};
docsync.address = docsync.address || (() => {
  const name_of = (host, path) => `${host}${path.replace(/\/+$/, "")}`

  const {currentScript} = document
  const own = currentScript && new URL(currentScript.src).searchParams.get("websocket")
  if (own) {
    docsync.websockets[name_of(location.host, location.pathname)] = own
  }

  // Where to connect instead of at `url`, the usual place.
  return (url) => {
    const usual = new URL(url)
    const path = usual.pathname.replace(/\/ws$/, "")
    const {websockets} = docsync
    // An embedded document whose page names no server has the page's.
    const told = websockets[name_of(usual.host, path)] || websockets[name_of("", path)]
    if (!told) {
      return url
    }
    return new URL(told.startsWith("/") ? told : `./${told}`, usual).href
  }
})()
