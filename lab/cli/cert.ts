import { RequestError } from '../../certs/scope.ts'
import { nearest } from '../kit/nearest.ts'
import { LabError, messageOf } from '../host/error.ts'
import { placeOptions, labOptions, type Command } from './command.ts'
import type { Verb } from './cert/verb.ts'

/** What can be done with certificates, each loaded when it is called for, and the most words that may follow. */
const verbs: Readonly<
  Record<string, { readonly load: () => Promise<{ readonly verb: Verb }>; readonly most: number }>
> = {
  init: { load: () => import('./cert/init.ts'), most: 0 },
  list: { load: () => import('./cert/list.ts'), most: 1 },
  issue: { load: () => import('./cert/issue.ts'), most: 100 },
  sign: { load: () => import('./cert/sign.ts'), most: 100 },
  revoke: { load: () => import('./cert/revoke.ts'), most: 1 },
  renew: { load: () => import('./cert/renew.ts'), most: 1 },
  export: { load: () => import('./cert/export.ts'), most: 1 },
  show: { load: () => import('./cert/show.ts'), most: 1 },
  verify: { load: () => import('./cert/verify.ts'), most: 1 },
  crl: { load: () => import('./cert/crl.ts'), most: 1 },
  trust: { load: () => import('./cert/trust.ts'), most: 0 },
}

/** The lab's certificate authority from the command line. */
export const command: Command = {
  summary: {
    en: "the lab's certificate authority: issue, sign, revoke, explain",
    es: 'la autoridad de certificación del laboratorio: emitir, firmar, revocar, explicar',
  },
  usage: `${Object.keys(verbs).join('|')} […]`,
  most: 100,
  options: {
    scenario: labOptions.scenario,
    services: labOptions.services,
    student: labOptions.student,
    bind: labOptions.bind,
    ...placeOptions,
    client: {
      type: 'boolean',
      text: { en: 'for a client or a person', es: 'para un cliente o una persona' },
    },
    peer: {
      type: 'boolean',
      text: { en: 'for a server that is a client, too', es: 'para un servidor que también es cliente' },
    },
    address: {
      type: 'string',
      multiple: true,
      value: 'IP',
      text: {
        en: 'an address that the certificate is for, too',
        es: 'una dirección para la que también vale el certificado',
      },
    },
    days: {
      type: 'string',
      value: 'N',
      text: { en: 'how long it is valid (90)', es: 'cuánto es válido (90)' },
    },
    key: {
      type: 'string',
      value: 'KIND',
      text: {
        en: 'p256 (the default), p384, rsa2048, rsa3072 or rsa4096',
        es: 'p256 (por defecto), p384, rsa2048, rsa3072 o rsa4096',
      },
    },
    intermediate: {
      type: 'boolean',
      text: {
        en: 'init: an authority under the root issues',
        es: 'init: emite una autoridad por debajo de la raíz',
      },
    },
    reason: {
      type: 'string',
      value: 'REASON',
      text: { en: 'why it is revoked, as in keyCompromise', es: 'por qué se revoca, como keyCompromise' },
    },
    out: {
      type: 'string',
      short: 'o',
      value: 'PATH',
      text: { en: 'where the files go', es: 'dónde van los ficheros' },
    },
    password: {
      type: 'string',
      value: 'TEXT',
      text: {
        en: 'of an exported file; else it is asked of LAB_PASSWORD',
        es: 'de un fichero exportado; si no, se toma de LAB_PASSWORD',
      },
    },
    legacy: {
      type: 'boolean',
      text: {
        en: 'export: encrypted as old systems read it',
        es: 'export: cifrado como lo leen los sistemas antiguos',
      },
    },
    json: { type: 'boolean', text: { en: 'as JSON', es: 'como JSON' } },
  },
  examples: [
    {
      line: 'lab cert issue www.sstt9721.org',
      text: { en: 'a key and a certificate for a server', es: 'una clave y un certificado para un servidor' },
    },
    {
      line: 'lab cert issue nombre1_9721 --client',
      text: { en: 'and for a person', es: 'y para una persona' },
    },
    {
      line: 'lab cert sign request.pem',
      text: {
        en: 'of a request that openssl req -new has made',
        es: 'de una petición hecha con openssl req -new',
      },
    },
    {
      line: 'lab cert export nombre1_9721 --password secret',
      text: {
        en: 'a PKCS #12 file that browsers import',
        es: 'un fichero PKCS #12 que los navegadores importan',
      },
    },
    {
      line: 'lab cert show www.sstt9721.org',
      text: { en: 'what it says, field by field', es: 'lo que dice, campo por campo' },
    },
    {
      line: 'lab cert revoke nombre1_9721 --reason keyCompromise',
      text: {
        en: 'from the next handshake on it counts no more',
        es: 'desde la siguiente negociación ya no vale',
      },
    },
    {
      line: 'lab cert trust',
      text: {
        en: 'how to have a browser trust the lab',
        es: 'cómo hacer que un navegador confíe en el laboratorio',
      },
    },
  ],
  async run(call) {
    const [name, ...words] = call.words
    const found = name !== undefined && Object.hasOwn(verbs, name) ? verbs[name] : undefined
    if (found === undefined) throw unknownVerb(name)
    const [surplus] = words.slice(found.most)
    if (surplus !== undefined)
      throw new LabError(
        {
          en: `\`lab cert ${name}\` does not know what to do with "${surplus}"`,
          es: `\`lab cert ${name}\` no sabe qué hacer con "${surplus}"`,
        },
        { blame: 'wrong' },
      )
    const { verb } = await found.load()
    return verb({ ...call, words }).catch((error: unknown) => {
      throw told(error)
    })
  },
}

/** What a person can mend, in words: a wish that cannot be fulfilled, or a system that does not let a file be read or written. */
function told(error: unknown): unknown {
  if (error instanceof RequestError) return new LabError(error.text, { blame: 'wrong', cause: error })
  if (!(error instanceof Error && 'syscall' in error)) return error
  const why = messageOf(error)
  return new LabError(
    {
      en: `the files of the authority cannot be used: ${why}`,
      es: `no se pueden usar los ficheros de la autoridad: ${why}`,
    },
    { cause: error },
  )
}

function unknownVerb(name: string | undefined): LabError {
  const known = Object.keys(verbs)
  const near = name === undefined ? undefined : nearest(name, known)
  const list = known.join(', ')
  return new LabError(
    {
      en: `say what to do: ${list}${near === undefined ? '' : ` (did you mean "${near}"?)`}; \`lab cert --help\` tells more`,
      es: `di qué hacer: ${list}${near === undefined ? '' : ` (¿querías decir "${near}"?)`}; \`lab cert --help\` cuenta más`,
    },
    { blame: 'wrong' },
  )
}
