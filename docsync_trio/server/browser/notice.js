// One calm line at the foot of the window that tells how the connection is.
//
// A page may have several connections; they share the line.
"use strict";
window.docsync = window.docsync || {};
docsync.notice = docsync.notice || (() => {
  const STYLE = `
    :host { position: fixed; inset: auto 0 1rem; z-index: 2147483647; pointer-events: none; text-align: center; }
    span { display: inline-block; margin: 0 1rem; padding: .5rem .9rem; max-width: 40rem; text-align: start;
      border: 1px solid #c9ccd1; border-radius: .5rem; box-shadow: 0 2px 10px rgb(0 0 0 / .16);
      font: 14px/1.45 system-ui, sans-serif; color: #24292f; background: #fff; }
    button { margin-inline-start: .8rem; padding: .1rem .6rem; border: 1px solid; border-radius: .35rem;
      font: inherit; color: inherit; background: transparent; cursor: pointer; pointer-events: auto; }
    @media (prefers-color-scheme: dark) { span { color: #e8eaed; background: #2a2e35; border-color: #4b515b; } }
    @media print { :host { display: none; } }`
  const lost = new Set()
  let status = null
  let timer = 0

  function region() {
    if (!status) {
      const host = document.createElement("div")
      const sheet = new CSSStyleSheet() // a content security policy may forbid <style>
      sheet.replaceSync(STYLE)
      host.attachShadow({mode: "open"}).adoptedStyleSheets = [sheet]
      status = document.createElement("div")
      status.setAttribute("role", "status")
      host.shadowRoot.append(status)
      document.body.append(host)
    }
    return status
  }

  // Show `text`, with a button to reload the page if `reload`, for some `seconds` or until the next.
  function say(text, {seconds, reload} = {}) {
    const line = document.createElement("span")
    line.append(text)
    if (reload) {
      const button = document.createElement("button")
      button.append("Reload")
      button.addEventListener("click", () => location.reload())
      line.append(button)
    }
    region().replaceChildren(line)
    if (seconds) {
      setTimeout(() => line.remove(), seconds * 1000)
    }
  }

  // `who` has lost its connection; said after `delay` ms, as short cuts are not worth a word.
  function wait(who, delay) {
    region() // screen readers tell of changes in what was there before
    lost.add(who)
    timer = timer || setTimeout(() => say("Connection lost. Reconnecting…"), delay)
  }

  // Nobody need wait to be told: `text` says why there is no connection.
  function explain(text) {
    clearTimeout(timer)
    timer = timer || -1
    say(text, {reload: true})
  }

  // `who` waits no longer, whatever the reason.
  function forget(who) {
    lost.delete(who)
    if (lost.size == 0) {
      clearTimeout(timer)
      timer = 0
    }
  }

  // `who` is back, perhaps with `news`.
  function back(who, news) {
    const seen = lost.has(who) && region().hasChildNodes()
    forget(who)
    if (news) {
      say(news, {seconds: 15})
    } else if (seen && lost.size == 0) {
      say("Connected again.", {seconds: 4})
    }
  }

  return {say, wait, explain, forget, back}
})()
