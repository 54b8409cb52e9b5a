/** Cases of TLS about what a handshake agrees on, and what it must refuse. */
import type { CheckCase } from '../../../lab/check.ts'
import { holds, same } from '../../../lab/kit/assertion.ts'
import { isAgreed, isAlert, isRefused, mustAgree, tlsCase, type TlsCase } from './case.ts'
import { getPage, shakeHands } from './command.ts'
import { offering, visit, type Wish } from './visit.ts'

/** Our own OpenSSL offers what is old only at its lowest level. */
const WEAK = '@SECLEVEL=0'

function old(version: 'TLSv1' | 'TLSv1.1', words: string): CheckCase {
  const number = version === 'TLSv1' ? '1.0' : '1.1'
  return tlsCase({
    id: `no-${words}`,
    title: { en: `TLS ${number} is refused`, es: `TLS ${number} se rechaza` },
    points: 2,
    reference: 'RFC 8996 §4, §5',
    hint: { en: 'Offer TLS 1.2 and 1.3 alone.', es: 'Ofrece solo TLS 1.2 y 1.3.' },
    show: `-${words} -cipher 'DEFAULT${WEAK}'`,
    async run(context) {
      const found = await visit(context, { ...offering(version), ciphers: `DEFAULT${WEAK}` })
      return [
        isRefused({ en: 'No handshake comes about', es: 'No hay negociación' }, found, 2),
        isAlert(
          { en: 'The alert says why', es: 'La alerta dice por qué' },
          found,
          /PROTOCOL_VERSION|HANDSHAKE_FAILURE/i,
          'protocol_version (70)',
        ),
      ]
    },
  })
}

/** A version that must be spoken. */
function speaks(number: '1.2' | '1.3', about: Pick<TlsCase, 'reference' | 'hint' | 'points'>): CheckCase {
  const words = `tls${number.replace('.', '_')}`
  return tlsCase({
    ...about,
    id: words,
    title: { en: `TLS ${number} is spoken`, es: `Se habla TLS ${number}` },
    show: `-${words}`,
    async run(context) {
      const title = {
        en: `A client that speaks ${number} alone gets in`,
        es: `Entra un cliente que solo habla ${number}`,
      }
      return [isAgreed(title, await visit(context, offering(`TLSv${number}`)))]
    },
  })
}

/** The cases, in the order in which a person would try them. */
export const handshakeCases: readonly CheckCase[] = [
  tlsCase({
    id: 'handshake',
    title: {
      en: 'A handshake comes about, and HTTP is spoken over it',
      es: 'Se negocia TLS, y se habla HTTP sobre él',
    },
    points: 2,
    reference: 'RFC 9110 §4.2.2, RFC 8446 §2',
    hint: { en: 'Give the server its certificate and key.', es: 'Da al servidor su certificado y su clave.' },
    show: getPage,
    async run(context) {
      const found = await visit(context)
      mustAgree(found)
      return [
        holds(
          { en: 'GET / has an answer', es: 'GET / tiene respuesta' },
          found.status !== undefined,
          'HTTP/1.1 200',
          found.answer.slice(0, 80),
        ),
      ]
    },
  }),
  speaks('1.3', {
    points: 2,
    reference: 'RFC 8446; RFC 9325 §3.1.1',
    hint: { en: 'Do not set a maximum version.', es: 'No fijes una versión máxima.' },
  }),
  speaks('1.2', {
    reference: 'RFC 5246; RFC 9325 §3.1.1',
    hint: { en: 'Older clients need it still.', es: 'Los clientes antiguos aún lo necesitan.' },
  }),
  tlsCase({
    id: 'newest',
    title: {
      en: 'The newest version that both know is taken',
      es: 'Se toma la versión más nueva que ambos conocen',
    },
    reference: 'RFC 8446 §4.2.1',
    hint: {
      en: 'Let TLS choose; do not order versions yourself.',
      es: 'Deja elegir a TLS; no ordenes tú las versiones.',
    },
    async run(context) {
      const { version } = mustAgree(await visit(context, { minVersion: 'TLSv1.2' }))
      return [same({ en: 'It is TLS 1.3', es: 'Es TLS 1.3' }, 'TLSv1.3', version)]
    },
  }),
  old('TLSv1.1', 'tls1_1'),
  old('TLSv1', 'tls1'),
  tlsCase({
    id: 'no-null',
    title: {
      en: 'Ciphers without encryption or without a certificate are refused',
      es: 'Se rechazan cifrados sin cifrar o sin certificado',
    },
    points: 2,
    reference: 'RFC 9325 §4.1',
    hint: {
      en: 'Never offer NULL, anonymous, export, RC4 or 3DES.',
      es: 'Nunca ofrezcas NULL, anónimos, export, RC4 ni 3DES.',
    },
    show: `-tls1_2 -cipher 'eNULL:aNULL${WEAK}'`,
    async run(context) {
      const weak = async (ciphers: string) =>
        visit(context, { ...offering('TLSv1.2'), ciphers: `${ciphers}${WEAK}` })
      return [
        isRefused({ en: 'NULL', es: 'NULL' }, await weak('eNULL')),
        isRefused({ en: 'Anonymous', es: 'Anónimos' }, await weak('aNULL')),
      ]
    },
  }),
  tlsCase({
    id: 'forward-secrecy',
    title: {
      en: 'Only key exchanges with forward secrecy are taken',
      es: 'Solo se aceptan intercambios de clave con secreto hacia delante',
    },
    reference: 'RFC 9325 §4.1, §4.2',
    hint: {
      en: 'Leave the ciphers that begin with AES128 and AES256 out: they encrypt with the key of the certificate.',
      es: 'Quita los cifrados que empiezan por AES128 y AES256: cifran con la clave del certificado.',
    },
    show: `-tls1_2 -cipher 'kRSA:!eNULL${WEAK}'`,
    async run(context) {
      const { cipher } = mustAgree(await visit(context, offering('TLSv1.2')))
      const plain = await visit(context, { ...offering('TLSv1.2'), ciphers: `kRSA:!eNULL${WEAK}` })
      return [
        holds(
          { en: 'TLS 1.2 agrees on (EC)DHE', es: 'TLS 1.2 acuerda (EC)DHE' },
          /_(?:ECDHE|DHE)_/.test(cipher),
          'TLS_ECDHE_…',
          cipher,
        ),
        isRefused({ en: 'RSA key exchange is refused', es: 'El intercambio con RSA se rechaza' }, plain),
      ]
    },
  }),
  tlsCase({
    id: 'authenticated-cipher',
    title: { en: 'TLS 1.2 agrees on an authenticated cipher', es: 'TLS 1.2 acuerda un cifrado autenticado' },
    reference: 'RFC 9325 §4.2',
    hint: { en: 'Prefer GCM and CHACHA20-POLY1305 to CBC.', es: 'Prefiere GCM y CHACHA20-POLY1305 a CBC.' },
    show: '-tls1_2',
    async run(context) {
      const { cipher } = mustAgree(await visit(context, offering('TLSv1.2')))
      return [
        holds(
          { en: 'It is AES-GCM or ChaCha20', es: 'Es AES-GCM o ChaCha20' },
          /GCM|CCM|CHACHA20/.test(cipher),
          'TLS_ECDHE_…_GCM_SHA256',
          cipher,
        ),
      ]
    },
  }),
  tlsCase({
    id: 'no-sha1',
    title: { en: 'Nothing is signed with SHA-1', es: 'Nada se firma con SHA-1' },
    reference: 'RFC 9155 §2, §3',
    hint: {
      en: 'Leave OpenSSL’s security level as it is.',
      es: 'Deja el nivel de seguridad de OpenSSL como está.',
    },
    show: `-tls1_2 -sigalgs RSA+SHA1:ECDSA+SHA1 -cipher 'DEFAULT${WEAK}'`,
    async run(context) {
      const wish: Wish = { ...offering('TLSv1.2'), sigalgs: 'RSA+SHA1:ECDSA+SHA1', ciphers: `DEFAULT${WEAK}` }
      return [
        isRefused(
          {
            en: 'A client that knows SHA-1 alone is refused',
            es: 'Se rechaza a un cliente que solo conoce SHA-1',
          },
          await visit(context, wish),
        ),
      ]
    },
  }),
  tlsCase({
    id: 'groups',
    title: { en: 'X25519 and P-256 both do', es: 'Sirven tanto X25519 como P-256' },
    reference: 'RFC 8446 §9.1; RFC 9325 §4.2.1',
    hint: { en: 'P-256 must be known, X25519 should be.', es: 'P-256 debe conocerse, X25519 debería.' },
    show: (target) => ['P-256', 'X25519'].map((group) => shakeHands(target, `-groups ${group}`)).join('; '),
    async run(context) {
      return [
        isAgreed({ en: 'P-256', es: 'P-256' }, await visit(context, { ecdhCurve: 'prime256v1' })),
        isAgreed({ en: 'X25519', es: 'X25519' }, await visit(context, { ecdhCurve: 'X25519' })),
      ]
    },
  }),
]
