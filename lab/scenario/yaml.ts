import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'

/** The YAML library. */
export type Yaml = typeof import('yaml')

/** The library as long as memory is not tidied: it is large, and a running lab reads no scenario most of the time. */
let lent: WeakRef<Yaml> | undefined

/** Lends the library; what is not held elsewhere is let go, code and all, when the garbage collector runs. */
export function borrowYaml(): Yaml {
  const known = lent?.deref()
  if (known !== undefined) return known
  // Only modules loaded in this way can be unloaded.
  const require = createRequire(import.meta.url)
  const yaml: Yaml = require('yaml')
  const folder = join(dirname(require.resolve('yaml/package.json')), sep)
  for (const path of Object.keys(require.cache)) if (path.startsWith(folder)) delete require.cache[path]
  lent = new WeakRef(yaml)
  return yaml
}
