/** Cases: what the server answers for the records of its zone (RFC 1034 §4.3.2, RFC 1035 §3.3). */
import type { CheckCase } from '../../../lab/check.ts'
import { same } from '../../../lab/kit/assertion.ts'
import type { Text } from '../../../lab/service.ts'
import type { Asking } from './ask.ts'
import { asking } from './case.ts'
import { addsToIt, answersNothing, answersWith, codeIs, flagIs, isNegative } from './judge.ts'
import { timesToLive } from './octets.ts'
import { linesOf } from './zone.ts'

/** One record set, asked for by its name and type. */
function oneSet(
  id: string,
  question: Asking,
  reference: string,
  title: Text,
  hint: Text = {
    en: 'The zone of the suite has this record: is the zone loaded, and for this domain?',
    es: 'La zona de la batería tiene este registro: ¿está cargada la zona, y para este dominio?',
  },
): CheckCase {
  return asking({
    id,
    title,
    reference,
    hint,
    ask: question,
    judge: (message, target) => [
      codeIs(message, 'NOERROR'),
      answersWith(message, target, [`${question.name} ${question.type ?? 'A'}`]),
      flagIs(message, 'aa', true),
    ],
  })
}

/** Record sets of each type. */
const sets: readonly CheckCase[] = [
  oneSet('address', { name: 'www' }, 'RFC 1035 §3.4.1', {
    en: 'The IPv4 address of a host is answered',
    es: 'Se responde la dirección IPv4 de una máquina',
  }),
  oneSet('several-addresses', { name: 'several' }, 'RFC 2181 §5', {
    en: 'All addresses of a host are answered together',
    es: 'Se responden juntas todas las direcciones de una máquina',
  }),
  oneSet('address-6', { name: 'dns', type: 'AAAA' }, 'RFC 3596 §2.1', {
    en: 'The IPv6 address of a host is answered',
    es: 'Se responde la dirección IPv6 de una máquina',
  }),
  oneSet('mail-exchangers', { name: '@', type: 'MX' }, 'RFC 1035 §3.3.9', {
    en: 'The mail servers of the domain are answered with their preferences',
    es: 'Se responden los servidores de correo del dominio con sus preferencias',
  }),
  oneSet('name-servers', { name: '@', type: 'NS' }, 'RFC 1035 §3.3.11', {
    en: 'The name servers of the zone are answered',
    es: 'Se responden los servidores de nombres de la zona',
  }),
  oneSet('start-of-authority', { name: '@', type: 'SOA' }, 'RFC 1035 §3.3.13', {
    en: 'The SOA of the zone is answered with all seven fields',
    es: 'Se responde el SOA de la zona con sus siete campos',
  }),
  oneSet('text', { name: 'text', type: 'TXT' }, 'RFC 1035 §3.3.14', {
    en: 'The strings of a TXT record arrive one by one, the empty one too',
    es: 'Las cadenas de un registro TXT llegan una por una, también la vacía',
  }),
  oneSet('pointer', { name: 'pointer', type: 'PTR' }, 'RFC 1035 §3.3.12', {
    en: 'A PTR record is answered',
    es: 'Se responde un registro PTR',
  }),
  oneSet(
    'service',
    { name: '_sip._tcp', type: 'SRV' },
    'RFC 2782',
    {
      en: 'A service is found under its name with underscores',
      es: 'Un servicio se encuentra bajo su nombre con guiones bajos',
    },
    {
      en: 'A domain name may hold any octet (RFC 2181 §11); names of hosts are the ones without underscores.',
      es: 'Un nombre de dominio puede contener cualquier octeto (RFC 2181 §11); los que no llevan guion bajo son los de máquinas.',
    },
  ),
  oneSet('underscore', { name: '_host' }, 'RFC 2181 §11', {
    en: 'A name that begins with an underscore is found like any other',
    es: 'Un nombre que empieza por guion bajo se encuentra como cualquier otro',
  }),
  oneSet('long-label', { name: 'l'.repeat(63) }, 'RFC 1035 §2.3.4', {
    en: 'A label of 63 octets is found',
    es: 'Se encuentra una etiqueta de 63 octetos',
  }),
  oneSet(
    'unknown-type',
    { name: 'odd', type: 'TYPE65280' },
    'RFC 3597 §2',
    {
      en: 'A record of a type that nobody knows is answered as octets',
      es: 'Un registro de un tipo que nadie conoce se responde como octetos',
    },
    {
      en: 'In the master file it is written as TYPE65280 \\# 4 01020304 (RFC 3597 §5).',
      es: 'En el fichero de zona se escribe TYPE65280 \\# 4 01020304 (RFC 3597 §5).',
    },
  ),
]

/** Wildcards, what goes with an answer, and how long it lives. */
const others: readonly CheckCase[] = [
  asking({
    id: 'wildcard',
    title: {
      en: 'A wildcard answers for a name that does not exist, under that name',
      es: 'Un comodín responde por un nombre que no existe, con ese nombre',
    },
    points: 2,
    reference: 'RFC 4592 §3.3',
    hint: {
      en: 'The owner of the answer is the name that was asked for, not the one with the asterisk.',
      es: 'El propietario de la respuesta es el nombre que se preguntó, no el del asterisco.',
    },
    ask: { name: 'whatever.wild', type: 'TXT' },
    judge: (message, { domain }) => [
      codeIs(message, 'NOERROR'),
      same(
        { en: 'the record bears the name that was asked for', es: 'el registro lleva el nombre preguntado' },
        `whatever.wild.${domain.toLowerCase()}. TXT "any"`,
        linesOf(message.answer).join('\n'),
        2,
      ),
    ],
  }),
  asking({
    id: 'wildcard-beside',
    title: {
      en: 'A wildcard adds nothing to a name that exists',
      es: 'Un comodín no añade nada a un nombre que existe',
    },
    reference: 'RFC 4592 §2.2.1',
    hint: {
      en: 'real.wild exists, with an A record: for TXT the answer is NOERROR without records.',
      es: 'real.wild existe, con un registro A: para TXT la respuesta es NOERROR sin registros.',
    },
    ask: { name: 'real.wild', type: 'TXT' },
    judge: (message, target) => isNegative(message, target, 'NOERROR'),
  }),
  asking({
    id: 'wildcard-below',
    title: {
      en: 'A wildcard does not reach below a name that exists',
      es: 'Un comodín no alcanza por debajo de un nombre que existe',
    },
    reference: 'RFC 4592 §3.3.1',
    hint: {
      en: 'host.wild exists, since below.host.wild does: only *.host.wild could answer here.',
      es: 'host.wild existe, porque existe below.host.wild: aquí solo podría responder *.host.wild.',
    },
    ask: { name: 'other.host.wild', type: 'TXT' },
    judge: (message, target) => isNegative(message, target, 'NXDOMAIN'),
  }),
  asking({
    id: 'additional-mail',
    title: {
      en: 'With the mail servers come their addresses',
      es: 'Con los servidores de correo llegan sus direcciones',
    },
    reference: 'RFC 1035 §3.3.9',
    hint: {
      en: 'The additional section saves the client the next question (BIND: minimal-responses no;).',
      es: 'La sección adicional le ahorra al cliente la siguiente pregunta (en BIND: minimal-responses no;).',
    },
    ask: { name: '@', type: 'MX' },
    judge: (message, target) => [addsToIt(message, target, ['mail A', 'mail2 A'])],
  }),
  asking({
    id: 'additional-servers',
    title: {
      en: 'With the name servers come their addresses',
      es: 'Con los servidores de nombres llegan sus direcciones',
    },
    reference: 'RFC 1035 §3.3.11',
    hint: {
      en: 'Both its addresses: A and AAAA (BIND: minimal-responses no;).',
      es: 'Sus dos direcciones: A y AAAA (en BIND: minimal-responses no;).',
    },
    ask: { name: '@', type: 'NS' },
    judge: (message, target) => [addsToIt(message, target, ['dns A', 'dns AAAA'])],
  }),
  asking({
    id: 'referral',
    title: {
      en: 'For a name of a delegated zone the server tells who knows it',
      es: 'Para un nombre de una zona delegada el servidor dice quién lo conoce',
    },
    points: 2,
    reference: 'RFC 1034 §4.3.2',
    hint: {
      en: 'NS in the authority section, the address of that server in the additional one, no AA.',
      es: 'NS en la sección de autoridad, la dirección de ese servidor en la adicional, y sin AA.',
    },
    ask: { name: 'host.sub' },
    judge: (message, target) => [
      codeIs(message, 'NOERROR'),
      answersNothing(message),
      flagIs(message, 'aa', false),
      same(
        { en: 'the authority section names the server', es: 'la sección de autoridad nombra el servidor' },
        `sub.${target.domain.toLowerCase()}. NS ns.sub.${target.domain.toLowerCase()}.`,
        linesOf(message.authority).join('\n'),
      ),
      addsToIt(message, target, ['ns.sub A']),
    ],
  }),
  asking({
    id: 'time-to-live',
    title: {
      en: 'A record lives as long as the zone says',
      es: 'Un registro vive tanto como dice la zona',
    },
    reference: 'RFC 1035 §3.2.1',
    hint: {
      en: 'short has 60 in its own line, whatever $TTL says.',
      es: 'short lleva 60 en su propia línea, diga lo que diga $TTL.',
    },
    ask: { name: 'short' },
    judge: (_message, _target, octets) => [
      same(
        { en: 'its time to live', es: 'su tiempo de vida' },
        '60',
        timesToLive(octets, 'answer').join(', '),
      ),
    ],
  }),
  asking({
    id: 'one-time-to-live',
    title: {
      en: 'All records of a set live equally long',
      es: 'Todos los registros de un conjunto viven lo mismo',
    },
    reference: 'RFC 2181 §5.2',
    hint: {
      en: 'One time to live belongs to the name and type, not to each record.',
      es: 'El tiempo de vida es del nombre y tipo, no de cada registro.',
    },
    ask: { name: 'several' },
    judge: (_message, _target, octets) => [
      same(
        { en: 'their times to live', es: 'sus tiempos de vida' },
        '3600, 3600, 3600',
        timesToLive(octets, 'answer').join(', '),
      ),
    ],
  }),
]

/** What the zone has. */
export const recordCases: readonly CheckCase[] = [...sets, ...others]
