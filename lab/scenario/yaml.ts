import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'

/** The YAML library. */
export type Yaml = typeof import('yaml')

/**
 * Loads the library anew, for the reading of one scenario. It is large, and a running lab reads none most of the time:
 * once its user lets it go, the garbage collector takes it, code and all, which keeps an idle lab more than a megabyte smaller.
 */
export function loadYaml(): Yaml {
  // Only modules loaded in this way can be unloaded.
  const require = createRequire(import.meta.url)
  const yaml: Yaml = require('yaml')
  const folder = join(dirname(require.resolve('yaml/package.json')), sep)
  for (const path of Object.keys(require.cache)) if (path.startsWith(folder)) delete require.cache[path]
  return yaml
}
