/** Issues certificates, and revokes every other one, as often as it is told, or else without end; tells each when it is done. */
import { randomBytes, X509Certificate } from 'node:crypto'
import { createAuthority } from '../../../certs/authority.ts'

const [folder = '', count = 'Infinity'] = process.argv.slice(2)
const random = { bytes: (size: number) => randomBytes(size) }
const authority = createAuthority({ folder, domain: 'a.org', addresses: [], clock: Date, random })

for (let number = 0; number < Number(count); number++) {
  const { certificate } = await authority.issueNew({ names: ['www.a.org'], purpose: 'server' })
  const serial = new X509Certificate(certificate).serialNumber
  process.stdout.write(`issued ${serial}\n`)
  if (number % 2 === 0) continue
  await authority.revoke(serial, 'superseded')
  process.stdout.write(`revoked ${serial}\n`)
}
