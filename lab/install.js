// Runs at the end of npm ci, by the Node 26 that npm has just installed: compiles the lab's modules into the cache that
// the launcher reads, so that the very first start is as quick and as small as every other one.
import * as fs from 'node:fs'
import * as module from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

try {
  // An older Node has neither the cache nor types to strip; the launcher then finds the right one or says what is missing.
  if (Number(process.versions.node.split('.')[0]) >= 26) {
    module.enableCompileCache(join(root, 'node_modules', '.cache', 'telelab'))
    for (const file of fs.globSync('{lab,services,certs}/**/*.ts', { cwd: root }))
      await import(pathToFileURL(join(root, file)).href).catch(() => undefined)
    module.flushCompileCache()
  }
} catch {
  // Without the cache the first start takes longer, no more.
}
