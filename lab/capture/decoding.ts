/** How Wireshark is told what is spoken on ports that are not the standard ones. */
import type { Scenario } from '../scenario/scenario.ts'
import type { InstanceStatus } from '../host/lab.ts'

/** What Wireshark calls the protocol of a standard port, and whether it is inside of TLS. */
const protocols: ReadonlyMap<number, readonly [name: string, isSecure: boolean]> = new Map([
  [25, ['smtp', false]],
  [53, ['dns', false]],
  [80, ['http', false]],
  [110, ['pop', false]],
  [143, ['imap', false]],
  [443, ['http', true]],
  [465, ['smtp', true]],
  [587, ['smtp', false]],
  [993, ['imap', true]],
  [995, ['pop', true]],
  [5060, ['sip', false]],
  [5061, ['sip', true]],
  [5222, ['xmpp', false]],
  [5223, ['xmpp', true]],
  [5269, ['xmpp', false]],
])

/** The words with which wireshark and tshark read a capture of the lab as it listens now, as in `-d tcp.port==2525,smtp`. */
export function decodingWords(
  status: readonly InstanceStatus[],
  { instances }: Pick<Scenario, 'instances'>,
): string[] {
  return status.flatMap(({ name, addresses }) =>
    addresses.flatMap(({ endpoint, transport, address: { port } }) => {
      const standard = instances.find((each) => each.name === name)?.service.endpoints[endpoint]?.standard
      const [protocol, isSecure] = protocols.get(standard ?? 0) ?? []
      if (protocol === undefined || port === standard) return []
      const transports = transport === 'both' ? (['udp', 'tcp'] as const) : [transport]
      const inner = isSecure === true ? [['-d', `tls.port==${port},${protocol}`]] : []
      const outer = isSecure === true ? 'tls' : protocol
      return [...transports.map((each) => ['-d', `${each}.port==${port},${outer}`]), ...inner].flat()
    }),
  )
}
