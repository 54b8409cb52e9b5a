import { Buffer } from 'node:buffer'
import type { TLSSocket } from 'node:tls'
import type { Attachment, Direction, Flow, TlsAgreement } from './flow.ts'

type Done = (error?: Error | null) => void

interface Piece {
  readonly chunk: Buffer | string
  readonly encoding: BufferEncoding
}

/** The three methods by which octets enter and leave every stream (the implementer's side of `Readable` and `Writable`). */
interface Mouths {
  push(chunk: unknown, encoding?: BufferEncoding): boolean
  _write(chunk: Buffer | string, encoding: BufferEncoding, done: Done): void
  _writev?(pieces: readonly Piece[], done: Done): void
}

/** Has the attachments see what TLS carries, from now on; the socket is used as before. */
export function tapPlain(secured: TLSSocket, flow: Flow, attachments: readonly Attachment[]): void {
  const tell = (direction: Direction, bytes: Buffer): void => {
    for (const attachment of attachments) attachment.plain?.(flow, direction, bytes)
  }
  const mouths: Mouths = secured
  const push = mouths.push.bind(secured)
  const write = mouths._write.bind(secured)
  const writeAll = mouths._writev?.bind(secured)
  mouths.push = (chunk, encoding) => {
    if (Buffer.isBuffer(chunk)) tell('in', chunk)
    return push(chunk, encoding)
  }
  mouths._write = (chunk, encoding, done) => {
    tell('out', octetsOf({ chunk, encoding }))
    write(chunk, encoding, done)
  }
  if (writeAll === undefined) return
  mouths._writev = (pieces, done) => {
    for (const piece of pieces) tell('out', octetsOf(piece))
    writeAll(pieces, done)
  }
}

/** What both ends of a handshake that is over have agreed on. */
export function agreementOf(secured: TLSSocket): TlsAgreement {
  const { alpnProtocol, servername } = socketFields(secured)
  return {
    version: secured.getProtocol() ?? '',
    cipher: secured.getCipher()?.standardName ?? '',
    protocol: typeof alpnProtocol === 'string' ? alpnProtocol : undefined,
    servername: typeof servername === 'string' && servername !== '' ? servername : undefined,
    isResumed: secured.isSessionReused(),
    own: secured.getX509Certificate()?.raw,
    peer: secured.getPeerX509Certificate()?.raw,
  }
}

/** Node has `false` where there is none, which its types tell of one of them alone. */
function socketFields(secured: { readonly alpnProtocol: unknown; readonly servername?: unknown }): {
  readonly alpnProtocol: unknown
  readonly servername?: unknown
} {
  return secured
}

function octetsOf({ chunk, encoding }: Piece): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk
}
