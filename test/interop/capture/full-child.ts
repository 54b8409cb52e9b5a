/** A capture on a file system that gets full: `FOLDER`; prints what became of it, and what tshark makes of the file. */
import { join } from 'node:path'
import { openLab } from '../../lab.ts'
import { until } from '../../talk.ts'
import { fieldsOf, listening, openCapture } from './tshark.ts'

const [folder = ''] = process.argv.slice(2)
await using lab = await openLab('services:\n  http: { root: www }\n', {
  files: { 'www/page.txt': 'x'.repeat(100_000) },
})
const log = listening()
const file = join(folder, 'trace.pcapng')
await using capture = await openCapture(lab, { file }, log)
const { port } = lab.address('http', 'http')
const ask = async (): Promise<number> => {
  const response = await fetch(`http://127.0.0.1:${port}/page.txt`)
  return (await response.arrayBuffer()).byteLength
}
for (let round = 0; round < 20; round += 1) await ask()
await until(() => capture.ended.aborted)
const after = await ask()
const wrong = await fieldsOf(
  file,
  [[port, 'http']],
  'tcp.checksum.status != 1 || _ws.malformed',
  'frame.number',
)
const frames = (await fieldsOf(file, [], 'frame', 'frame.number')).length
process.stdout.write(
  JSON.stringify({ heard: log.heard, ...capture.state(), after, wrong, hasFrames: frames > 20 }),
)
