import type { Text } from '../service.ts'

/** Why a client's certificate does not open a page. */
export type ClientProblem =
  | 'client-missing'
  | 'client-unknown'
  | 'client-expired'
  | 'client-future'
  | 'client-revoked'
  | 'client-purpose'
  | 'client-weak'
  | 'client-extension'
  | 'client-names'

/** What the page of each problem tells its reader. */
export const clientReasons: Readonly<Record<ClientProblem, Text>> = {
  'client-missing': {
    en: 'This page is for clients that show a certificate of the lab, and yours showed none. Import one into the browser (.p12) and open the page anew.',
    es: 'Esta página es para clientes que muestran un certificado del laboratorio y el suyo no ha mostrado ninguno. Importe uno en el navegador (.p12) y vuelva a abrir la página.',
  },
  'client-unknown': {
    en: "Your client's certificate was not issued by the authority of this lab.",
    es: 'El certificado de su cliente no lo ha emitido la autoridad de este laboratorio.',
  },
  'client-expired': {
    en: "Your client's certificate has expired. Have it renewed.",
    es: 'El certificado de su cliente ha caducado. Pida que lo renueven.',
  },
  'client-future': {
    en: "Your client's certificate is not valid yet. Look at its dates, and at the clocks.",
    es: 'El certificado de su cliente todavía no es válido. Mire sus fechas y los relojes.',
  },
  'client-revoked': {
    en: "Your client's certificate has been revoked by the authority.",
    es: 'La autoridad ha revocado el certificado de su cliente.',
  },
  'client-purpose': {
    en: "Your client's certificate is not one for clients: its extended key usage says otherwise.",
    es: 'El certificado de su cliente no es para clientes: su uso extendido de clave dice otra cosa.',
  },
  'client-weak': {
    en: "Your client's certificate is too weak: its key is shorter than 2048 bits of RSA or on an old curve, or it is signed with an old digest such as SHA-1. Make another key, and have that certified.",
    es: 'El certificado de su cliente es demasiado débil: su clave tiene menos de 2048 bits de RSA o está en una curva antigua, o su firma usa un resumen antiguo como SHA-1. Cree otra clave y pida que la certifiquen.',
  },
  'client-extension': {
    en: "Your client's certificate holds a critical extension that this server does not know, and so it may not accept it (RFC 5280 §4.2).",
    es: 'El certificado de su cliente contiene una extensión crítica que este servidor no conoce, así que no puede aceptarlo (RFC 5280 §4.2).',
  },
  'client-names': {
    en: "Your client's certificate is for a name outside of this lab: its authority's name constraints do not let it vouch for that.",
    es: 'El certificado de su cliente es para un nombre ajeno a este laboratorio: las restricciones de nombres de su autoridad no le permiten responder de él.',
  },
}
