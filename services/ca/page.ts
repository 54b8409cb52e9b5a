import { X509Certificate } from 'node:crypto'
import type { HttpAnswer } from '../../lab/kit/http/answer.ts'
import { escapeHtml, htmlPage } from '../../lab/web/html.ts'

const style =
  'code{font-size:.9em;overflow-wrap:anywhere}li{margin:.4rem 0}' +
  'aside{border-left:4px solid var(--accent);padding:.2rem 1rem;margin:1.5rem 0}'

const words = {
  en: {
    title: "The lab's certificate authority",
    lead: 'Whoever trusts this root trusts the servers of the lab.',
    root: 'The root certificate for a browser',
    pem: 'as PEM, for openssl and curl',
    crl: 'The list of revocations',
    issuer: 'The intermediate that signs',
    rootCrl: 'and what the root has revoked',
    ocsp: 'Single certificates are asked about by OCSP (RFC 6960), by POST or GET at',
    fingerprint: 'Before you import it, compare its SHA-256 fingerprint with that of',
    safe: (domain: string) =>
      `It can vouch for ${domain}, localhost and the lab's own addresses only: its name constraints say so, and browsers obey them. To trust it endangers no other site.`,
  },
  es: {
    title: 'La autoridad de certificación del laboratorio',
    lead: 'Quien confía en esta raíz confía en los servidores del laboratorio.',
    root: 'El certificado raíz para un navegador',
    pem: 'en PEM, para openssl y curl',
    crl: 'La lista de revocaciones',
    issuer: 'La autoridad intermedia que firma',
    rootCrl: 'y lo que ha revocado la raíz',
    ocsp: 'Por cada certificado se pregunta con OCSP (RFC 6960), con POST o GET en',
    fingerprint: 'Antes de importarlo, compara su huella SHA-256 con la que da',
    safe: (domain: string) =>
      `Solo puede responder de ${domain}, localhost y las direcciones propias del laboratorio: lo dicen sus restricciones de nombres y los navegadores las obedecen. Confiar en ella no pone en peligro a ningún otro sitio.`,
  },
} as const

/** What a person sees who opens the authority's address; both certificates, the same one if there is no intermediate, are PEM. */
export function homePage(
  language: 'en' | 'es',
  domain: string,
  { root, issuer }: { readonly root: string; readonly issuer: string },
): HttpAnswer {
  const said = words[language]
  const { fingerprint256, subject } = new X509Certificate(root)
  const below =
    issuer === root
      ? ''
      : `<li><a href="/issuer.der">${said.issuer}</a>, <a href="/root.crl">${said.rootCrl}</a> · <a href="/root.crl.pem">PEM</a></li>\n`
  const body = `<h1>${said.title}</h1>
<p>${said.lead} <b>${escapeHtml(subject.replace(/^.*CN=/s, ''))}</b></p>
<ul>
<li><a href="/ca.crt">${said.root}</a> · <a href="/ca.pem">${said.pem}</a></li>
<li><a href="/crl">${said.crl}</a> · <a href="/crl.pem">PEM</a></li>
${below}<li>${said.ocsp} <code>/ocsp</code></li>
</ul>
<p>${said.fingerprint} <code>lab cert show ca</code>:<br><code>${fingerprint256}</code></p>
<aside>${escapeHtml(said.safe(domain))}</aside>`
  return { status: 200, ...htmlPage({ language, title: said.title, style, body }) }
}
