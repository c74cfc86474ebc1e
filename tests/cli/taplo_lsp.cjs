// Taplo's language server over stdio, as the extension "Even Better TOML" runs it.
// The programs that pip and npm install are built without it; the package @taplo/lsp is it.
const fs = require("fs")
const path = require("path")
const { fileURLToPath } = require("url")
const { TaploLsp } = require(path.join(process.argv[2], "@taplo/lsp"))

const environment = {
  cwd: () => process.cwd(),
  envVar: (name) => process.env[name],
  envVars: () => Object.entries(process.env),
  findConfigFile: () => undefined,
  glob: () => [],
  isAbsolute: (file) => path.isAbsolute(file),
  now: () => new Date(),
  readFile: (file) => fs.promises.readFile(file),
  writeFile: (file, data) => fs.promises.writeFile(file, data),
  stdin: async () => new Uint8Array(),
  stdout: async (data) => data.length,
  stderr: async (data) => data.length,
  stdErrAtty: () => false,
  urlToFilePath: (url) => fileURLToPath(url),
}

function write(message) {
  const data = Buffer.from(JSON.stringify(message))
  process.stdout.write(`Content-Length: ${data.length}\r\n\r\n`)
  process.stdout.write(data)
}

async function main() {
  const server = await TaploLsp.initialize(environment, { onMessage: write })
  let waiting = Buffer.alloc(0)
  process.stdin.on("data", (data) => {
    waiting = Buffer.concat([waiting, data])
    for (;;) {
      const end = waiting.indexOf("\r\n\r\n")
      if (end < 0) return
      const length = Number(/content-length: *(\d+)/i.exec(waiting.subarray(0, end).toString())[1])
      if (waiting.length < end + 4 + length) return
      const message = JSON.parse(waiting.subarray(end + 4, end + 4 + length).toString())
      waiting = waiting.subarray(end + 4 + length)
      server.send(message)
    }
  })
}

main()
