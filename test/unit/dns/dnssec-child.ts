/** Makes keys of zones without end; the test beside it kills this process at some moment. */
import { openKeyStore } from '../../../services/dns/dnssec/key-store.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'

const [folder = ''] = process.argv.slice(2)
const store = await openKeyStore(folder)

for (let number = 0; ; number += 1) {
  const { dnskey } = await store.load(parseName(`z${number}.test.`, ROOT), Date.now())
  process.stdout.write(`z${number}.test. ${dnskey.toString('base64')}\n`)
}
