/** Makes authorities and certifies their roots anew without end; the test beside it kills this process at some moment. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createAuthority } from '../../../certs/authority.ts'

const [folder = ''] = process.argv.slice(2)
const random = { bytes: (count: number) => randomBytes(count) }

for (let number = 0; ; number++) {
  for (const domain of ['a.org', 'b.org', 'c.org']) {
    const place = { folder: join(folder, String(number)), domain, addresses: [] }
    const root = await createAuthority({ ...place, clock: Date, random }).authority()
    process.stdout.write(`${JSON.stringify({ number, root })}\n`)
  }
}
