import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { HttpAnswer } from '../../lab/kit/http/answer.ts'
import { preferLanguage } from '../../lab/kit/http/language.ts'
import type { HttpRequest } from '../../lab/kit/http/request.ts'
import { decodePath } from '../../lab/kit/http/target.ts'
import { foldPath } from '../../lab/web/auth/fold.ts'
import { clientReasons, type ClientProblem } from '../../lab/web/client-words.ts'
import { escapeHtml, htmlPage } from '../../lab/web/html.ts'
import type { Reason } from '../../lab/web/words.ts'
import type { Visitor } from '../../lab/web/session.ts'
import { lineOf } from './client.ts'
import type { HttpsConfig } from './options.ts'

/** What is known of a client before its first request. */
export interface Handshake {
  readonly socket: TLSSocket
  readonly certificate: X509Certificate | undefined
  readonly problem: ClientProblem | undefined
  readonly user: string | undefined
}

/** A client that came over TLS. */
export class TlsVisitor implements Visitor {
  readonly #handshake: Handshake
  readonly #config: HttpsConfig
  readonly #closed: readonly string[]

  constructor(handshake: Handshake, config: HttpsConfig) {
    this.#handshake = handshake
    this.#config = config
    this.#closed = config.clientPaths.map(foldPath)
  }

  get user(): string | undefined {
    return this.#handshake.user
  }

  judge({ path }: HttpRequest): Reason | undefined {
    const { problem } = this.#handshake
    if (problem === undefined || this.#closed.length === 0) return undefined
    const decoded = decodePath(path)
    // What has no place in a folder is refused by the site.
    if ('problem' in decoded) return undefined
    const folded = foldPath(`${decoded.path}/`)
    return this.#closed.some((folder) => folded.startsWith(folder)) ? problem : undefined
  }

  answer({ path, fields }: HttpRequest): HttpAnswer | undefined {
    if (path !== this.#config.identity) return undefined
    return identityPage(
      this.#handshake,
      this.#config,
      preferLanguage(fields.get('accept-language'), ['en', 'es']),
    )
  }
}

const style =
  ':root{--width:46rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1.25rem}dt{opacity:.7}dd{margin:0;overflow-wrap:anywhere}' +
  'p b{color:light-dark(#15803d,#7ee2a8)}p.bad b{color:var(--accent)}' +
  '@media(max-width:36rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}}'

const words = {
  en: {
    title: 'Who you are, and what TLS has agreed on',
    off: 'This server asks no client for a certificate.',
    none: 'Your client has shown no certificate. Import one into the browser (.p12) and open this page anew.',
    known: 'The certificate of your client proves that you are',
    protocol: 'Version',
    cipher: 'Cipher suite',
    resumed: 'Session',
    again: 'resumed',
    fresh: 'new',
    server: 'Name asked for (SNI)',
    alpn: 'Protocol inside (ALPN)',
    subject: 'Subject',
    issuer: 'Issuer',
    serial: 'Serial number',
    valid: 'Valid',
    fingerprint: 'Fingerprint (SHA-256)',
    home: 'Start page',
  },
  es: {
    title: 'Quién eres y qué ha acordado TLS',
    off: 'Este servidor no pide certificado a ningún cliente.',
    none: 'Tu cliente no ha mostrado ningún certificado. Importa uno en el navegador (.p12) y vuelve a abrir esta página.',
    known: 'El certificado de tu cliente demuestra que eres',
    protocol: 'Versión',
    cipher: 'Conjunto de cifrado',
    resumed: 'Sesión',
    again: 'reanudada',
    fresh: 'nueva',
    server: 'Nombre pedido (SNI)',
    alpn: 'Protocolo dentro (ALPN)',
    subject: 'Titular',
    issuer: 'Emisor',
    serial: 'Número de serie',
    valid: 'Válido',
    fingerprint: 'Huella (SHA-256)',
    home: 'Página de inicio',
  },
} as const

function identityPage(handshake: Handshake, config: HttpsConfig, language: 'en' | 'es'): HttpAnswer {
  const said = words[language]
  const { socket, certificate, problem, user } = handshake
  const rows: (readonly [string, string])[] = [
    [said.protocol, socket.getProtocol() ?? ''],
    [said.cipher, socket.getCipher().standardName],
    [said.resumed, socket.isSessionReused() ? said.again : said.fresh],
    [said.server, socket.servername || '—'],
    [said.alpn, socket.alpnProtocol || '—'],
  ]
  if (certificate !== undefined)
    rows.push(
      [said.subject, lineOf(certificate.subject)],
      [said.issuer, lineOf(certificate.issuer)],
      [said.serial, certificate.serialNumber],
      [said.valid, `${certificate.validFromDate.toISOString()} – ${certificate.validToDate.toISOString()}`],
      [said.fingerprint, certificate.fingerprint256],
    )
  const verdict =
    config.client === 'off'
      ? `<p>${said.off}</p>`
      : problem === undefined
        ? `<p>${said.known} <b>${escapeHtml(user ?? '')}</b>.</p>`
        : `<p class="bad"><b>${escapeHtml(problem === 'client-missing' ? said.none : clientReasons[problem][language])}</b></p>`
  const list = rows.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join('\n')
  const body = `<h1>${said.title}</h1>
${verdict}
<dl>
${list}
</dl>
<p><a href="/">${said.home}</a> · telelab</p>`
  const fields = { 'Cache-Control': 'no-store' }
  return { status: 200, ...htmlPage({ language, title: said.title, style, body, fields }) }
}
