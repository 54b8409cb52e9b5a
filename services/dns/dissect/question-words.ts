/** What a student is told of the questions of DNS. */
import { about } from '../../../lab/kit/dissect/about.ts'
import type { About } from '../../../lab/service.ts'

const QUESTIONS: ReadonlyMap<string, About> = new Map([
  [
    'A',
    about(
      'RFC 1035 §3.4.1',
      'Asks for the IPv4 addresses of a name.',
      'Pregunta por las direcciones IPv4 de un nombre.',
    ),
  ],
  [
    'AAAA',
    about(
      'RFC 3596 §2.2',
      'Asks for the IPv6 addresses of a name. Clients send it along with the question for IPv4, and take what they can reach.',
      'Pregunta por las direcciones IPv6 de un nombre. Los clientes la envían junto con la de IPv4 y usan lo que pueden alcanzar.',
    ),
  ],
  [
    'NS',
    about(
      'RFC 1035 §3.3.11',
      'Asks for the name servers that are responsible for a zone.',
      'Pregunta por los servidores de nombres responsables de una zona.',
    ),
  ],
  [
    'CNAME',
    about(
      'RFC 1035 §3.3.1',
      'Asks whether the name is an alias, and of which name.',
      'Pregunta si el nombre es un alias, y de qué nombre.',
    ),
  ],
  [
    'SOA',
    about(
      'RFC 1035 §3.3.13',
      'Asks for the start of authority: main server, serial number and timers of a zone. Secondaries compare the serial number.',
      'Pregunta por el inicio de autoridad: servidor principal, número de serie y temporizadores de una zona. Los secundarios comparan el número de serie.',
    ),
  ],
  [
    'PTR',
    about(
      'RFC 1035 §3.5',
      'Asks for the name of an address, written backwards below in-addr.arpa or ip6.arpa.',
      'Pregunta por el nombre de una dirección, escrita al revés bajo in-addr.arpa o ip6.arpa.',
    ),
  ],
  [
    'MX',
    about(
      'RFC 5321 §5.1',
      'Asks which hosts take the mail of a domain; the lowest preference is tried first.',
      'Pregunta qué máquinas reciben el correo de un dominio; se prueba primero la de menor preferencia.',
    ),
  ],
  [
    'TXT',
    about(
      'RFC 1035 §3.3.14',
      'Asks for free text, as SPF, DKIM and proofs of ownership use it.',
      'Pregunta por texto libre, como el que usan SPF, DKIM y las pruebas de propiedad.',
    ),
  ],
  [
    'SRV',
    about(
      'RFC 2782',
      'Asks on which hosts and ports a service runs.',
      'Pregunta en qué máquinas y puertos se ofrece un servicio.',
    ),
  ],
  [
    'CAA',
    about(
      'RFC 8659 §4',
      'Asks which authorities may issue certificates for the name.',
      'Pregunta qué autoridades pueden emitir certificados para el nombre.',
    ),
  ],
  [
    'HTTPS',
    about(
      'RFC 9460 §9',
      'Asks how to reach a secure web site: host, port, protocols. Browsers send it beside A and AAAA.',
      'Pregunta cómo llegar a un sitio web seguro: máquina, puerto, protocolos. Los navegadores la envían junto con A y AAAA.',
    ),
  ],
  [
    'DS',
    about(
      'RFC 4034 §5',
      "Asks the parent zone for the digest of a zone's key: a link in the chain of DNSSEC.",
      'Pregunta a la zona padre por el resumen de la clave de una zona: un eslabón de la cadena de DNSSEC.',
    ),
  ],
  [
    'DNSKEY',
    about(
      'RFC 4034 §2',
      'Asks for the public keys that the signatures of a zone are checked with.',
      'Pregunta por las claves públicas con las que se comprueban las firmas de una zona.',
    ),
  ],
  [
    'AXFR',
    about(
      'RFC 5936 §2',
      'Asks for all records of a zone, over TCP. Servers allow it to their secondaries alone.',
      'Pide todos los registros de una zona, por TCP. Los servidores solo lo permiten a sus secundarios.',
    ),
  ],
  [
    'IXFR',
    about(
      'RFC 1995 §3',
      'Asks for what has changed in a zone since the serial number that the client has.',
      'Pide lo que ha cambiado en una zona desde el número de serie que tiene el cliente.',
    ),
  ],
  [
    'ANY',
    about(
      'RFC 8482 §4',
      'Asks for records of any type. Servers may answer with few of them, since it serves attacks well.',
      'Pregunta por registros de cualquier tipo. Los servidores pueden responder con pocos, porque se presta a ataques.',
    ),
  ],
])

const question = about(
  'RFC 1035 §4.1.2',
  'Asks for the records of one type that a name has.',
  'Pregunta por los registros de un tipo que tiene un nombre.',
)

/** What a question for a type is. */
export function questionAbout(type: string): About {
  return QUESTIONS.get(type) ?? question
}

const OPCODES: ReadonlyMap<string, About> = new Map([
  [
    'NOTIFY',
    about(
      'RFC 1996 §3',
      'The primary server tells a secondary that a zone has changed, so that it asks for it now.',
      'El servidor primario avisa a un secundario de que una zona ha cambiado, para que la pida ya.',
    ),
  ],
  [
    'UPDATE',
    about(
      'RFC 2136 §2',
      'Asks the server to add or delete records of a zone.',
      'Pide al servidor que añada o borre registros de una zona.',
    ),
  ],
])

const operation = about(
  'RFC 1035 §4.1.1',
  'A message that is no standard query; few servers know it.',
  'Un mensaje que no es una consulta estándar; pocos servidores lo conocen.',
)

/** What a request of another kind than a query is. */
export function opcodeAbout(opcode: string): About {
  return OPCODES.get(opcode) ?? operation
}
