/** A browser as far as tasks need one: it keeps its connection, and the cookies that it is given. */
import { Agent, request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { Address } from '../../lab/service.ts'

/** How a browser differs from the usual one. */
export interface BrowserOptions {
  /** Whether the connection is used again; true if not given. */
  readonly keepsConnection?: boolean
  /** Whether cookies are sent back; true if not given. */
  readonly keepsCookies?: boolean
}

/** Asks one site. */
export class Browser implements Disposable {
  readonly #server: Address
  readonly #host: string
  readonly #agent: Agent
  readonly #keepsCookies: boolean
  readonly #cookies = new Map<string, string>()

  constructor(server: Address, host: string, options: BrowserOptions = {}) {
    this.#server = server
    this.#host = `${host}:${server.port}`
    this.#agent = new Agent({ keepAlive: options.keepsConnection ?? true, maxSockets: 1 })
    this.#keepsCookies = options.keepsCookies ?? true
  }

  /** The status of the answer. */
  async get(path: string): Promise<number> {
    const { host, port } = this.#server
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { Host: this.#host, ...(cookie !== '' && { Cookie: cookie }) }
    const asking = request({ host, port, path, headers, agent: this.#agent, timeout: 5000 })
    asking.once('timeout', () => asking.destroy(new Error('the server is silent')))
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      asking.once('response', resolve)
      asking.once('error', reject)
    })
    asking.end()
    const answer = await answered
    if (this.#keepsCookies)
      for (const set of answer.headers['set-cookie'] ?? []) {
        const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(set) ?? []
        this.#cookies.set(name, value)
      }
    answer.resume()
    await once(answer, 'close')
    return answer.statusCode ?? 0
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}
