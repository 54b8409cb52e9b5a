/** A lab with a zone of its own that forwards everything else. */
import type { Message } from '../../../services/dns/wire/message.ts'
import { ask, serverOf, type Asking } from '../../conformance/dns/subject.ts'
import { openLab, type TestLab } from '../../lab.ts'
import { openUpstream, type Script, type Upstream } from './upstream.ts'

const ZONE = `$TTL 1h
@ SOA dns host 1 1h 15m 1w 5m
@ NS dns
dns A 127.0.0.1
out CNAME www.far.test.
lost CNAME gone.far.test.
round CNAME back.far.test.
sub NS ns.sub
ns.sub A 192.0.2.53
below CNAME www.sub
`
/** RD. */
const RECURSIVE = 0x0100

/** Starts it; `more` are further options. */
export function openForwarding(forwarders: readonly string[], more = ''): Promise<TestLab> {
  const list = forwarders.map((each) => `"${each}"`).join(', ')
  return openLab(
    `domain: conformance.test\nservices: { dns: { zone: zone.db, forwarders: [${list}]${more} } }`,
    { files: { 'zone.db': ZONE } },
  )
}

/** Asks the lab over UDP, with RD unless told otherwise. */
export function query(lab: TestLab, name: string, asking: Asking = {}): Promise<Message> {
  return ask(serverOf(lab), name, { flags: RECURSIVE, ...asking })
}

/** A lab with one upstream that follows the script. */
export async function openPair(
  script: Script,
  more = '',
): Promise<AsyncDisposable & { readonly lab: TestLab; readonly upstream: Upstream }> {
  const upstream = await openUpstream(script)
  const lab = await openForwarding([upstream.address], more)
  return {
    lab,
    upstream,
    async [Symbol.asyncDispose]() {
      await lab[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

/** Where the answers came from, as the journal says. */
export function sources(lab: TestLab): readonly unknown[] {
  return lab.journal.since(0, ['dns.answered']).map((entry) => entry.data?.['source'])
}
