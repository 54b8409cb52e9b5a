/** A client that takes whatever certificate a server shows, as openssl s_client does. */
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:tls'
import type { Address } from '../../lab/service.ts'

/** Certificates of a chain at most. */
const LONGEST = 10

/** What the server sends, as PEM: its own certificate first; `isShort` leaves the others out. */
export async function certificatesOf(
  { host, port }: Address,
  name: string,
  isShort = false,
): Promise<string> {
  const socket = connect({ host, port, servername: name, rejectUnauthorized: false })
  socket.setTimeout(5000, () => socket.destroy(new Error('the server is silent')))
  socket.on('error', () => undefined)
  try {
    await once(socket, 'secureConnect')
    const chain: string[] = []
    let each = socket.getPeerX509Certificate()
    while (each !== undefined && chain.length < (isShort ? 1 : LONGEST)) {
      chain.push(each.toString())
      each = each.issuerCertificate
    }
    return chain.join('')
  } finally {
    const closed = once(socket, 'close')
    socket.destroy()
    await closed
  }
}

/** The names for which the server's own certificate is. */
export async function namesOf(address: Address, name: string): Promise<readonly string[]> {
  const { subjectAltName = '' } = new X509Certificate(await certificatesOf(address, name, true))
  return [...subjectAltName.matchAll(/DNS:([^,]+)/g)].map(([, each = '']) => each)
}
