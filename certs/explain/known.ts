/** Extensions that are explained in one row. */
import type { Text } from '../../lab/service.ts'
import { type Extension, textOf } from './read.ts'
import { say } from './row.ts'

/** An extension that one sentence explains. */
export interface Known {
  readonly title: Text
  readonly text: Text
  /** Writes its value; hexadecimal octets where this is left out. */
  readonly value?: (extension: Extension) => string
}

const NETSCAPE_TYPES = [
  'SSL client',
  'SSL server',
  'S/MIME',
  'object signing',
  'reserved',
  'SSL CA',
  'S/MIME CA',
  'object signing CA',
]

/** By object identifier. */
export const known: ReadonlyMap<string, Known> = new Map<string, Known>([
  [
    '1.3.6.1.5.5.7.1.24',
    {
      title: say('TLS feature', 'Función de TLS'),
      text: say(
        'The server promises to send a fresh answer about revocation with the certificate (must-staple); without it clients may refuse.',
        'El servidor promete enviar con el certificado una respuesta reciente sobre su revocación (must-staple); sin ella los clientes pueden rechazarlo.',
      ),
      value: ({ open }) =>
        open()
          .sequence()
          .map((feature) => (feature.number() === 5 ? 'status_request' : String(feature.number())))
          .join(', '),
    },
  ],
  [
    '1.3.6.1.4.1.11129.2.4.2',
    {
      title: say('Certificate transparency', 'Transparencia de certificados'),
      text: say(
        'Public logs have signed that they know this certificate; browsers demand it of public authorities.',
        'Registros públicos han firmado que conocen este certificado; los navegadores lo exigen a las autoridades públicas.',
      ),
    },
  ],
  [
    '1.3.6.1.4.1.11129.2.4.3',
    {
      title: say('Precertificate poison', 'Marca de precertificado'),
      text: say(
        'This was made only for the logs of certificate transparency; as a certificate it must be refused.',
        'Se hizo solo para los registros de transparencia; como certificado debe rechazarse.',
      ),
      value: () => '-',
    },
  ],
  [
    '1.3.6.1.5.5.7.48.1.5',
    {
      title: say('OCSP no check', 'Sin comprobación OCSP'),
      text: say(
        'Clients need not ask whether this certificate, which signs answers about revocation, was itself revoked.',
        'Los clientes no tienen que preguntar si este certificado, que firma respuestas sobre revocación, fue a su vez revocado.',
      ),
      value: () => '-',
    },
  ],
  [
    '2.16.840.1.113730.1.1',
    {
      title: say('Netscape certificate type', 'Tipo de certificado de Netscape'),
      text: say(
        'An older way of saying what a certificate is for; extended key usage took its place.',
        'Una forma antigua de decir para qué sirve un certificado; la sustituyó el uso extendido de la clave.',
      ),
      value: ({ open }) => {
        const [octet = 0] = open().bits()
        return NETSCAPE_TYPES.filter((_, bit) => (octet & (0x80 >> bit)) !== 0).join(', ')
      },
    },
  ],
  [
    '2.16.840.1.113730.1.13',
    {
      title: say('Netscape comment', 'Comentario de Netscape'),
      text: say(
        'A remark of whoever made the certificate; no software acts on it.',
        'Un comentario de quien hizo el certificado; ningún software lo tiene en cuenta.',
      ),
      value: ({ open }) => textOf(open()),
    },
  ],
  [
    '2.5.29.16',
    {
      title: say('Private key usage period', 'Periodo de uso de la clave privada'),
      text: say(
        'When the private key may sign; its signatures can be verified for longer.',
        'Cuándo puede firmar la clave privada; sus firmas se pueden comprobar durante más tiempo.',
      ),
      value: ({ open }) =>
        open()
          .members()
          .map((time) => `${time.tag === 0 ? 'notBefore' : 'notAfter'} ${time.content().toString('latin1')}`)
          .join(', '),
    },
  ],
  [
    '2.5.29.9',
    {
      title: say('Subject directory attributes', 'Atributos de directorio del titular'),
      text: say(
        'Facts about the person, such as the date of birth.',
        'Datos de la persona, como la fecha de nacimiento.',
      ),
    },
  ],
  [
    '2.5.29.33',
    {
      title: say('Policy mappings', 'Correspondencia de políticas'),
      text: say(
        "Which policies of the subject's count as which of the issuer's.",
        'Qué políticas del titular equivalen a cuáles del emisor.',
      ),
    },
  ],
  [
    '2.5.29.36',
    {
      title: say('Policy constraints', 'Restricciones de políticas'),
      text: say(
        'How far down a chain policies must be named, and whether they may be mapped.',
        'Hasta dónde hay que nombrar políticas en una cadena, y si se pueden hacer corresponder.',
      ),
    },
  ],
  [
    '2.5.29.54',
    {
      title: say('Inhibit any policy', 'Inhibición de cualquier política'),
      text: say(
        'From how many certificates below on "any policy" no longer counts.',
        'A partir de cuántos certificados más abajo deja de valer «cualquier política».',
      ),
      value: ({ open }) => String(open().number()),
    },
  ],
  [
    '1.3.6.1.4.1.311.21.1',
    {
      title: say('Microsoft CA version', 'Versión de CA de Microsoft'),
      text: say(
        'How often a Windows authority renewed its certificate and its key.',
        'Cuántas veces renovó una autoridad de Windows su certificado y su clave.',
      ),
    },
  ],
  [
    '1.3.6.1.4.1.311.20.2',
    {
      title: say('Microsoft certificate template', 'Plantilla de certificado de Microsoft'),
      text: say(
        'The template after which a Windows authority made the certificate.',
        'La plantilla con la que una autoridad de Windows hizo el certificado.',
      ),
      value: ({ open }) => textOf(open()),
    },
  ],
  [
    '1.3.6.1.5.5.7.1.3',
    {
      title: say('Qualified certificate statements', 'Declaraciones de certificado cualificado'),
      text: say(
        'What the issuer declares under the law on electronic signatures (eIDAS).',
        'Lo que el emisor declara según la ley de firma electrónica (eIDAS).',
      ),
    },
  ],
])
