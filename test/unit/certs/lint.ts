/** Takes certificates apart for the checks of `profile.ts`. */
import { X509Certificate } from 'node:crypto'
import { readDer, type DerNode } from '../../../certs/der-reader.ts'

/** A certificate taken apart without the code that has made it. */
export interface Lint {
  readonly text: X509Certificate
  readonly kind: 'root' | 'intermediate' | 'leaf'
  readonly version: number
  readonly serial: Buffer
  readonly inner: Buffer
  readonly outer: Buffer
  readonly times: readonly (readonly [tag: number, digits: string])[]
  readonly subject: readonly (readonly [type: string, value: string])[]
  readonly extensions: ReadonlyMap<string, { readonly isCritical: boolean; readonly value: DerNode }>
  readonly count: number
  readonly rest: readonly DerNode[]
  readonly raw: Buffer
  readonly again: Buffer
}

/** Takes a certificate apart. */
export async function readLint(pem: string, kind: Lint['kind']): Promise<Lint> {
  const text = new X509Certificate(pem)
  const whole = await readDer(text.raw)
  const [content, outer] = whole.sequence()
  const [version, serial, inner, , validity, subject, , ...more] = content?.sequence() ?? []
  const list = more.at(-1)?.inner().sequence() ?? []
  return {
    text,
    kind,
    version: version?.inner().number() ?? -1,
    serial: serial?.integer() ?? Buffer.alloc(0),
    inner: inner?.der() ?? Buffer.alloc(0),
    outer: outer?.der() ?? Buffer.alloc(1),
    times: (validity?.sequence() ?? []).map(
      (time) => [time.der().readUInt8(0), time.content().toString('latin1')] as const,
    ),
    subject: (subject?.sequence() ?? []).flatMap((set) =>
      set.set().map((attribute) => {
        const [type, value] = attribute.sequence()
        return [type?.identifier() ?? '', value?.text() ?? ''] as const
      }),
    ),
    extensions: new Map(
      list.map((extension) => {
        const [type, ...rest] = extension.sequence()
        const value = rest.pop()
        if (type === undefined || value === undefined) throw new Error('an extension was expected')
        return [type.identifier(), { isCritical: rest[0]?.boolean() ?? false, value: value.enclosed() }]
      }),
    ),
    count: list.length,
    rest: more,
    raw: text.raw,
    again: whole.der(),
  }
}

/** The extensions that a certificate may have (RFC 5280 §4.2). */
export const EXTENSIONS = {
  keyUsage: '2.5.29.15',
  subjectKeyId: '2.5.29.14',
  names: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlPoints: '2.5.29.31',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  access: '1.3.6.1.5.5.7.1.1',
} as const
/** The purpose of a server (RFC 5280 §4.2.1.12). */
export const SERVER = '1.3.6.1.5.5.7.3.1'
/** The purpose of a client (RFC 5280 §4.2.1.12). */
export const CLIENT = '1.3.6.1.5.5.7.3.2'
/** The attribute of a name (RFC 5280 appendix A.1). */
export const COMMON_NAME = '2.5.4.3'

/** Of a certificate's content. */
export const valueOf = ({ extensions }: Lint, type: string): DerNode | undefined =>
  extensions.get(type)?.value
/** Of a certificate's content. */
export const isCritical = ({ extensions }: Lint, type: string): boolean =>
  extensions.get(type)?.isCritical === true
/** Of a certificate's content. */
export const isRsa = ({ text }: Lint): boolean => text.publicKey.asymmetricKeyType === 'rsa'
/** Of a certificate's content. */
export const purposes = (lint: Lint): readonly string[] =>
  (valueOf(lint, EXTENSIONS.extendedKeyUsage)?.sequence() ?? []).map((purpose) => purpose.identifier())
/** Of a certificate's content. */
export const commonName = ({ subject }: Lint): string | undefined =>
  subject.find(([type]) => type === COMMON_NAME)?.[1]
/** The tags of GeneralName: 1 is a mailbox, 2 a DNS name, 7 an address. */
export const names = (lint: Lint): readonly (readonly [tag: number | undefined, value: string])[] =>
  (valueOf(lint, EXTENSIONS.names)?.sequence() ?? []).map(
    (name) => [name.tag, name.content().toString('latin1')] as const,
  )
/** Of a certificate's content. */
export const urls = (node: DerNode | undefined): readonly string[] =>
  [
    ...(node
      ?.der()
      .toString('latin1')
      .matchAll(/\w+:\/\/[\x21-\x7e]+?(?=[^\x21-\x7e]|0|$)/g) ?? []),
  ].map(String)
/** Of a certificate's content. */
export const bitsOf = (lint: Lint): string =>
  [...(valueOf(lint, EXTENSIONS.keyUsage)?.content().subarray(1) ?? [])]
    .map((octet) => octet.toString(2).padStart(8, '0'))
    .join('')
    .replace(/0+$/, '')
/** Of a certificate's content. */
export const keyId = (lint: Lint): string =>
  valueOf(lint, EXTENSIONS.subjectKeyId)?.octets().toString('hex') ?? ''

/** One check: where it is written, in words, and whether a certificate passes it. */
export type Check = readonly [
  where: string,
  what: string,
  holds: (lint: Lint, issuer: Lint, isPublished: boolean) => boolean,
]
