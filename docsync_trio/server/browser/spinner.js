// What takes the place of the spinner in a page that gets no document.
"use strict";
window.docsync = window.docsync || {};
docsync.spinner = docsync.spinner || (() => {
  const RELOADED = "docsync-reloaded-for-its-models"

  const element = () => document.getElementById("docsync-waiting")

  // `page` is the HTML of a whole page. Nothing in it runs: it is parsed, not loaded.
  function give_way(page) {
    const {documentElement} = new DOMParser().parseFromString(page, "text/html")
    document.documentElement.replaceWith(documentElement)
  }

  // An application may import models of its own when it is built, which is after this page
  // was told what to load. The next one is told of them.
  function unreadable(error) {
    if (remember(RELOADED, location.href)) {
      location.reload()
    } else {
      element().setAttribute("role", "alert")
      element().textContent = `This page could not be drawn. ${error}`
    }
  }

  // Whether that was news, and could be stored.
  function remember(key, value) {
    try {
      const known = sessionStorage.getItem(key)
      if (value === null) {
        sessionStorage.removeItem(key)
      } else {
        sessionStorage.setItem(key, value)
      }
      return known !== value
    } catch (_) {
      return false
    }
  }

  return {
    is_there: () => element() != null,
    readable: () => remember(RELOADED, null),
    unreadable,
    give_way,
  }
})()
