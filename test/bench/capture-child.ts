/** The lab of the benchmark of captures, `MODE FOLDER`: `off` with nothing attached, `seen` with an attachment that does nothing, `file` with a capture; sends its ports. */
import { join } from 'node:path'
import { openLab } from '../lab.ts'

const [mode, folder = ''] = process.argv.slice(2)
const lab = await openLab(
  'domain: bench.test\nservices:\n  dns: {}\n  http: { root: www }\n  https: { root: www }\n',
  {
    files: { 'www/30k.txt': 'x'.repeat(30_000), 'www/8m.txt': 'x'.repeat(8 * 1024 * 1024) },
  },
)
if (mode === 'seen') lab.wire.attach({ name: 'seen', passed: () => undefined })
if (mode === 'file') {
  // Without a capture its code is not there either.
  const { openCapture } = await import('../interop/capture/tshark.ts')
  const log = { debug: () => undefined, info: () => undefined, warn: console.error, error: console.error }
  const capture = await openCapture(lab, { file: join(folder, 'bench.pcapng'), ring: '100MB' }, log)
  process.on('message', () => process.send?.(capture.state().dropped))
} else process.on('message', () => process.send?.(0))
process.send?.([
  lab.address('http', 'http').port,
  lab.address('https', 'https').port,
  lab.address('dns', 'dns').port,
])
