// BokehJS draws a document that it has pulled again from nothing: nothing may jump
// meanwhile, and who was typing goes on typing.
"use strict";
window.docsync = window.docsync || {};
docsync.redraw = docsync.redraw || (() => {
  const LONGEST = 5_000 // ms until the page is let go, whatever is drawn by then
  const LOOK = 10

  function focused() {
    let element = document.activeElement
    while (element && element.shadowRoot && element.shadowRoot.activeElement) {
      element = element.shadowRoot.activeElement
    }
    return element
  }

  // The view in whose own tree `element` is, if it is one of Bokeh's.
  function owner_of(element, views) {
    const host = element && element.getRootNode().host
    return host ? views.query_one((view) => view.el === host) : null
  }

  function above(element) {
    const parent = element.parentElement || element.getRootNode().host
    return parent ? [parent, ...above(parent)] : []
  }

  // Keep the room that `elements` take while they are gone; returns what lets it go again.
  function hold(elements) {
    const around = new Set(elements.flatMap(above))
    const boxes = new Set(elements.map((element) => (
      above(element).find((parent) => getComputedStyle(parent).display != "contents")
    )))
    const heights = [...boxes].map((box) => [box, box.style.minHeight])
    const scrolled = [...around].map((element) => [element, element.scrollLeft, element.scrollTop])
    const page = document.createElement("div") // what overflows has no box to be held by
    Object.assign(page.style, {
      position: "absolute", top: 0, left: 0, width: "1px", visibility: "hidden", pointerEvents: "none",
      height: `${document.documentElement.scrollHeight}px`,
    })
    boxes.forEach((box) => box.style.minHeight = getComputedStyle(box).height)
    document.body.append(page)
    return () => {
      page.remove()
      heights.forEach(([box, height]) => box.style.minHeight = height)
      scrolled.forEach(([element, left, top]) => element.scrollTo(left, top))
    }
  }

  function is_drawn(root, views) {
    const view = views.get(root)
    return root.default_view == null || (view != null && view.has_finished())
  }

  // `replace` puts another document in the place of that in `doc`, to be drawn in a while.
  // Returns a promise of when it is drawn.
  return (doc, replace) => {
    const views = doc.views_manager
    if (!views) {
      replace()
      return Promise.resolve()
    }
    const field = focused()
    const owner = owner_of(field, views)
    if (owner) {
      field.blur() // what was typed becomes a change like any other
    }
    const old = doc.roots().map((root) => views.get(root))
    const let_go = hold(old.map((view) => view && view.el).filter((el) => el && el.isConnected))
    replace()
    const begun = Date.now()
    const settle = (drawn) => {
      if (!doc.roots().every((root) => is_drawn(root, views)) && Date.now() - begun < LONGEST) {
        setTimeout(settle, LOOK, drawn)
        return
      }
      let_go()
      const view = owner && views.find_one_by_id(owner.model.id)
      const again = view && view.el.shadowRoot && view.el.shadowRoot.querySelector(field.localName)
      if (again && document.activeElement == document.body) {
        again.focus({preventScroll: true})
      }
      drawn()
    }
    return new Promise(settle)
  }
})()
