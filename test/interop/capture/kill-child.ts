/** A lab with a capture, for a test that kills it: `FOLDER`; sends its port. */
import { join } from 'node:path'
import { openLab } from '../../lab.ts'
import { openCapture } from './tshark.ts'

const [folder = ''] = process.argv.slice(2)
const lab = await openLab('services:\n  http: { root: www }\n', {
  files: { 'www/page.txt': 'x'.repeat(30_000) },
})
await openCapture(lab, { file: join(folder, 'trace.pcapng') })
process.send?.(lab.address('http', 'http').port)
