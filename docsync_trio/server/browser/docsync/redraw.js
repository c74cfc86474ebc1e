// BokehJS draws a document that it has pulled again from nothing: nothing may jump
// meanwhile, and who was typing goes on typing.
"use strict";
window.docsync = window.docsync || {};
docsync.redraw = docsync.redraw || (() => {
  const LONGEST = 5_000 // ms until the room is given free, whatever is drawn by then
  const LOOK = 50

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

  function is_drawn(root, views) {
    const view = views.get(root)
    return root.default_view == null || (view != null && view.has_finished())
  }

  // `replace` puts another document in the place of that in `doc`, to be drawn in a while.
  return (doc, replace) => {
    const views = doc.views_manager
    if (!views) {
      return replace()
    }
    const old = doc.roots().map((root) => views.get(root))
    const boxes = [...new Set(old.map((view) => view && view.el && view.el.parentElement))].filter(Boolean)
    const field = focused()
    const owner = owner_of(field, views)
    if (owner) {
      field.blur() // what was typed becomes a change like any other
    }
    const heights = boxes.map((box) => box.style.minHeight)
    boxes.forEach((box) => box.style.minHeight = getComputedStyle(box).height)
    replace()
    const begun = Date.now()
    const settle = () => {
      if (!doc.roots().every((root) => is_drawn(root, views)) && Date.now() - begun < LONGEST) {
        setTimeout(settle, LOOK)
        return
      }
      boxes.forEach((box, i) => box.style.minHeight = heights[i])
      const view = owner && views.find_one_by_id(owner.model.id)
      const again = view && view.el.shadowRoot && view.el.shadowRoot.querySelector(field.localName)
      if (again && document.activeElement == document.body) {
        again.focus({preventScroll: true})
      }
    }
    settle()
  }
})()
