// Put into every page before its own scripts: how tests look at models and at the wire.
(() => {
  const unanswered = new Set()
  const refused = []
  const sockets = new Set()

  function sent(data) {
    if (typeof data == "string" && data.includes('"msgtype":"PATCH-DOC"')) {
      unanswered.add(JSON.parse(data).msgid)
    }
  }

  function received(data) {
    if (typeof data == "string" && data.includes('"reqid"')) {
      const {msgtype, reqid} = JSON.parse(data)
      unanswered.delete(reqid)
      if (msgtype == "ERROR") {
        refused.push(reqid)
      }
    }
  }

  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args)
      sockets.add(this)
      this.addEventListener("close", () => sockets.delete(this))
      this.addEventListener("message", ({data}) => received(data))
    }
    send(data) {
      sent(data)
      super.send(data)
    }
  }

  const models = () => Bokeh.documents.flatMap((document) => [...document.all_models])

  const named = (name) => models().filter((candidate) => candidate.name == name)

  function model(name) {
    const found = named(name)
    if (found.length != 1) {
      throw new Error(`${found.length} models are named ${name}`)
    }
    return found[0]
  }

  const about = (name, code) => new Function("m", `return ${code}`)(model(name))

  // Typed arrays, nested arrays and maps as values that travel to Python.
  function plain(value) {
    if (ArrayBuffer.isView(value) || Array.isArray(value)) {
      return Array.from(value, plain)
    } else if (value instanceof Map) {
      return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]))
    } else if (value !== null && value.constructor === Object) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
    } else {
      return value
    }
  }

  const dump = () => JSON.stringify(Bokeh.documents.map((document) => document.to_json()))

  let last = ""
  let frames = 0

  window.whole = {
    dump,
    refused,
    ready: () => (
      window.Bokeh !== undefined
      && Bokeh.documents.length > 0
      && Bokeh.documents.every((document) => document.roots().length > 0 && document.is_idle)
    ),
    value: ([name, code]) => plain(about(name, code)),
    // A model that the server has yet to send makes no condition true.
    holds: ([name, code]) => named(name).length == 1 && about(name, code),
    element: (name) => {
      const {el} = Bokeh.index.get_one(model(name))
      el.dataset.whole = name
    },
    answered: () => unanswered.size == 0,
    // No websocket is there, and none is being opened.
    disconnected: () => sockets.size == 0,
    // No websocket is being opened: each is open, or has failed.
    attempted: () => [...sockets].every((socket) => socket.readyState != WebSocket.CONNECTING),
    // Nothing on its way to the server, and nothing that layout or painting still changes.
    settled: () => {
      const now = dump()
      frames = now === last && unanswered.size == 0 ? frames + 1 : 0
      last = now
      return frames >= 3
    },
  }
})()
