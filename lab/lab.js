#!/usr/bin/env node
// The launcher: plain JavaScript that any Node understands. On Node 26 it goes on in this process; on an older one it
// hands over to the Node 26 that npm installed beside it, with the same terminal, signals and exit code.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NEEDED = 26
const here = dirname(fileURLToPath(import.meta.url))

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  // Threads that wait for a disk: of Node's four, as many messages would be made durable at a time.
  process.env['UV_THREADPOOL_SIZE'] ??= '16'
  // Compiled modules are kept beside the packages: the next start reads them instead of stripping types again.
  const { enableCompileCache, registerHooks } = await import('node:module')
  const packages = join(here, '..', 'node_modules')
  enableCompileCache(existsSync(packages) ? join(packages, '.cache', 'telelab') : undefined)
  // zod loads its words in sixty languages, 2 MB of them; the lab needs two. Should that place move, all are loaded again.
  registerHooks({
    resolve(name, context, next) {
      const found = next(name, context)
      if (!found.url.endsWith('/zod/v4/locales/index.js')) return found
      return { ...found, url: new URL('scenario/locales.js', import.meta.url).href }
    },
  })
  const { main } = await import('./cli/index.ts')
  await main()
} else {
  const node = findNode()
  if (node === undefined) {
    process.stderr.write(
      `lab needs Node ${NEEDED}, this is ${process.version}, and no copy of it was found. Run: npm ci\n` +
        `lab necesita Node ${NEEDED}, este es ${process.version}, y no se ha encontrado ninguna copia. Ejecuta: npm ci\n`,
    )
    process.exit(1)
  }
  handOver(node)
}

/** @returns {string | undefined} the path of the Node 26 that npm installed */
function findNode() {
  const require = createRequire(import.meta.url)
  const name = process.platform === 'win32' ? 'win' : process.platform
  for (const candidate of [`node-${name}-${process.arch}`, `node-bin-${name}-${process.arch}`]) {
    try {
      const folder = dirname(require.resolve(`${candidate}/package.json`))
      const path = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
      if (existsSync(path)) return path
    } catch {
      // Not this package: the next one may be installed.
    }
  }
  return undefined
}

/** @param {string} node the program to run instead of this one */
function handOver(node) {
  // The channel tells the lab when this process is gone, even by SIGKILL.
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { LAB_CALLED: process.argv[1], ...process.env, LAB_LAUNCHED: '1' },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal))
  }
  child.on('error', (error) => {
    process.stderr.write(`lab: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name)
    process.kill(process.pid, signal)
  })
}
