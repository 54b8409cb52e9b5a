/** What is saved as a file: certificates, messages and their parts, conversations. */
import { z } from 'zod'
import { exportPkcs12, Pkcs12Error } from '../../../certs/pkcs12.ts'
import { LabError } from '../../host/error.ts'
import type { HttpAnswer } from '../../kit/http/answer.ts'
import type { Language } from '../../words/index.ts'
import type { Desk } from '../desk.ts'
import { htmlOf, partAt } from '../mail/letter.ts'
import { Mailboxes } from '../mail/mailboxes.ts'
import { checked, type Operations } from '../operation.ts'
import { RequestError } from '../request-error.ts'
import { downloadSchema } from '../schema.ts'
import { fileAnswer } from './answer.ts'

const OCTETS = 'application/octet-stream'

/** What is said for a client certificate. */
const wishSchema = z.strictObject({
  password: z.string().min(1).max(200),
  encryption: z.enum(['modern', 'legacy']).default('modern'),
})

/** Makes the files that can be saved. */
export class Downloads {
  readonly #desk: Desk
  readonly #operations: Operations
  readonly #mailboxes: Mailboxes

  constructor(desk: Desk, operations: Operations) {
    this.#desk = desk
    this.#operations = operations
    this.#mailboxes = new Mailboxes(desk.lab.world)
  }

  /** A file by the segments of its path, its words in the language. */
  async read(path: readonly string[], language: Language): Promise<HttpAnswer> {
    const [name = '', account, id, what] = path
    if (path.length === 1 && name === 'ca.pem')
      return fileAnswer(name, 'application/x-pem-file', await this.#desk.lab.world.certificates.authority())
    const [, number, ending] = /^conversation-(\d{1,15})\.(pcapng|txt)$/.exec(name) ?? []
    if (path.length === 1 && number !== undefined)
      return this.#conversation({
        id: Number(number),
        format: ending === 'txt' ? 'text' : 'pcapng',
        language,
      })
    if (path.length === 4 && name === 'mail' && account !== undefined && id !== undefined)
      return this.#mail(account, id, what ?? '')
    throw new RequestError(404, (words) => words.downloadMissing(path.join('/')))
  }

  /** A file that has to be made, with what the person says for it. */
  async make(path: readonly string[], input: unknown): Promise<HttpAnswer> {
    const [, wanted] = /^(.+)\.p12$/.exec(path.length === 1 ? (path[0] ?? '') : '') ?? []
    if (wanted === undefined) throw new RequestError(404, (words) => words.downloadMissing(path.join('/')))
    const { lab } = this.#desk
    const account = lab.world.accounts.find(wanted)
    if (account === undefined) throw new RequestError(404, (words) => words.accountMissing(wanted))
    const { password, encryption } = checked(wishSchema, input)
    const { name } = account
    const issued = await lab.world.certificates.issue({ names: [name], purpose: 'client' })
    const { key, certificate, chain, authority } = issued
    const content = await exportPkcs12({
      key,
      certificate,
      chain: [chain.slice(certificate.length), authority].filter((pem) => pem.trim() !== ''),
      name,
      password,
      encryption,
    }).catch((error: unknown) => {
      throw error instanceof Pkcs12Error ? new LabError(error.text, { blame: 'wrong', cause: error }) : error
    })
    return fileAnswer(`${name}.p12`, 'application/x-pkcs12', content)
  }

  /** The HTML of a message; rejects if it has none. */
  async html(account: string, id: string): Promise<string> {
    const { octets } = await this.#mailboxes.fetch(account, id)
    const html = htmlOf(octets)
    if (html === undefined) throw new RequestError(404, (words) => words.downloadMissing('html'))
    return html
  }

  async #mail(account: string, id: string, what: string): Promise<HttpAnswer> {
    const { octets } = await this.#mailboxes.fetch(account, id)
    // Whatever it is, a browser only saves it: HTML from outside must not run under the address of the page.
    if (what === 'source.eml') return fileAnswer(`${id}.eml`, OCTETS, octets)
    const [place] = /^(?:\d{1,4})(?:\.\d{1,4}){0,20}$/.exec(what) ?? []
    const part = place === undefined ? undefined : partAt(octets, place)
    if (part === undefined) throw new RequestError(404, (words) => words.downloadMissing(what))
    return fileAnswer(part.name.slice(0, 200), OCTETS, part.content)
  }

  async #conversation(input: object): Promise<HttpAnswer> {
    const operation = this.#operations['conversation.export']
    if (operation === undefined)
      throw new RequestError(404, (words) => words.operationMissing('conversation.export', undefined))
    const { name, type, base64 } = downloadSchema.parse(
      await operation.run(input, new AbortController().signal),
    )
    return fileAnswer(name, type, Buffer.from(base64, 'base64'))
  }
}
