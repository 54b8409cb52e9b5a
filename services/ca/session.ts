import { fieldLines, type HttpAnswer } from '../../lab/kit/http/answer.ts'
import { preferLanguage } from '../../lab/kit/http/language.ts'
import type { HttpRequest } from '../../lab/kit/http/request.ts'
import { plainAnswer, PlainSession } from '../../lab/web/plain.ts'
import { homePage } from './page.ts'

/** Octets of a request for the standing of certificates; RFC 5019 §5 sends them in a path up to 255. */
const LONGEST_PATH = 4096

/** One connection to the authority. */
export class AuthoritySession extends PlainSession {
  async answer(request: HttpRequest): Promise<HttpAnswer> {
    const { method, path } = request
    const answer = await this.#find(request)
    this.context.record({
      kind: 'ca.answered',
      connection: this.peer.connection,
      data: { client: this.peer.host, method, path: path.slice(0, 256), status: answer.status },
    })
    return answer
  }

  async #find(request: HttpRequest): Promise<HttpAnswer> {
    const { method, path } = request
    const { certificates, domain } = this.context.world
    // RFC 6960 appendix A.1
    if (path === '/ocsp' || path === '/ocsp/') {
      // What holds no request is malformed, which the responder says in its own way.
      return method === 'POST' ? this.#ocsp(request.body ?? Buffer.alloc(0)) : notAllowed('POST')
    }
    if (method !== 'GET') return notAllowed('GET')
    if (path.startsWith('/ocsp/')) return this.#ocsp(fromPath(path.slice('/ocsp/'.length)))
    switch (path) {
      case '/': {
        const language = preferLanguage(request.fields.get('accept-language'), ['en', 'es'])
        const [root, issuer] = [await certificates.authority(), await certificates.issuer()]
        return homePage(language, domain, { root, issuer })
      }
      case '/ca.pem':
        return file('application/x-pem-file', await certificates.authority())
      case '/ca.der':
      case '/ca.crt':
        return file('application/x-x509-ca-cert', derOf(await certificates.authority()))
      case '/issuer.der':
        // RFC 2585 §4.1
        return file('application/pkix-cert', derOf(await certificates.issuer()))
      case '/crl':
        return file('application/pkix-crl', derOf(await certificates.crl()))
      case '/crl.pem':
        return file('application/x-pem-file', await certificates.crl())
      case '/root.crl':
        return file('application/pkix-crl', derOf(await certificates.crl('root')))
      case '/root.crl.pem':
        return file('application/x-pem-file', await certificates.crl('root'))
      default:
        return plainAnswer(404)
    }
  }

  async #ocsp(request: Buffer): Promise<HttpAnswer> {
    return file('application/ocsp-response', await this.context.world.certificates.ocsp(request))
  }
}

function fromPath(text: string): Buffer {
  // What is no path is no request either.
  if (text.length > LONGEST_PATH) return Buffer.alloc(0)
  try {
    return Buffer.from(decodeURIComponent(text), 'base64')
  } catch {
    return Buffer.alloc(0)
  }
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
}

function file(type: string, body: string | Buffer): HttpAnswer {
  return { status: 200, fields: fieldLines({ 'Content-Type': type, 'Cache-Control': 'no-cache' }), body }
}

/** RFC 9110 §15.5.6 */
function notAllowed(allow: string): HttpAnswer {
  return plainAnswer(405, { Allow: allow })
}
