/** Zones with one mistake each, as students write them. */
import type { Mutant, SolvedLab } from '../../../lab/solution.ts'
import type { Text } from '../../../lab/service.ts'
import { mutantsOf, skipped, type Steps } from '../../clients/steps.ts'
import { news, steps, writing, type Lines } from './solution.ts'

type Wrong = readonly [says: Text, fails: readonly string[], changes: Steps]

/** The same mistake in the zone before the change and after it. */
function zone(says: Text, fails: readonly string[], lines: (lab: SolvedLab, serial: number) => Lines): Wrong {
  return [
    says,
    fails,
    {
      write: writing((lab) => ({ lines: lines(lab, 2) })),
      change: writing((lab) => ({ serial: 3, lines: { ...news(lab), ...lines(lab, 3) } })),
    },
  ]
}

/** A mistake in the reverse zone, both times. */
function back(says: Text, fails: readonly string[], reverse: (lab: SolvedLab) => Lines): Wrong {
  return [
    says,
    fails,
    {
      write: writing((lab) => ({ reverse: reverse(lab) })),
      change: writing((lab) => ({ serial: 3, lines: news(lab), reverse: reverse(lab) })),
    },
  ]
}

/** What the tasks have to notice. */
export const mutants: readonly Mutant[] = mutantsOf(steps, {
  'usual-times': zone(
    { en: 'the SOA has the times of the beginning', es: 'el SOA lleva los tiempos del principio' },
    ['authority'],
    (_, serial) => ({ soa: `@ SOA dns hostmaster ( ${serial} 1h 15m 1w 5m )` }),
  ),
  'mailbox-with-at': zone(
    { en: 'the mailbox in the SOA has a dot too few', es: 'al buzón del SOA le falta el punto final' },
    ['authority'],
    ({ domain, values }, serial) => ({
      soa: `@ SOA dns hostmaster.${domain} ( ${serial} ${values['refresh']}h 30m 2w 10m )`,
    }),
  ),
  'one-server': zone(
    { en: 'there is one name server', es: 'hay un solo servidor de nombres' },
    ['servers'],
    () => ({ servers: '@ NS dns' }),
  ),
  'final-dot-missing': zone(
    {
      en: 'a name without its final dot is completed once more',
      es: 'un nombre sin su punto final se completa otra vez',
    },
    ['alias', 'served'],
    ({ domain }) => ({ ftp: `ftp CNAME www.${domain}` }),
  ),
  'preferences-swapped': zone(
    { en: 'mail goes to smtp2 first', es: 'el correo va primero a smtp2' },
    ['mail'],
    ({ values }) => ({ mx: `@ MX ${values['second']} smtp\n@ MX ${values['first']} smtp2` }),
  ),
  'mail-to-an-alias': zone(
    { en: 'pop is an alias of smtp', es: 'pop es un alias de smtp' },
    ['mail'],
    () => ({ pop: 'pop CNAME smtp' }),
  ),
  'ipv4-alone': zone({ en: 'www has no IPv6 address', es: 'www no tiene dirección IPv6' }, ['web'], () => ({
    www6: '',
  })),
  'ports-swapped': zone(
    { en: 'the ports of XMPP are swapped', es: 'los puertos de XMPP están cambiados' },
    ['chat'],
    () => ({ srv: '_xmpp-client._tcp SRV 5 0 5269 xmpp\n_xmpp-server._tcp SRV 5 0 5222 xmpp' }),
  ),
  'everybody-sends': zone(
    { en: 'SPF lets everybody send', es: 'SPF deja enviar a cualquiera' },
    ['senders'],
    () => ({ spf: '@ TXT "v=spf1 mx ~all"' }),
  ),
  'one-time-for-all': zone(
    { en: 'www has the time to live of all others', es: 'www tiene el tiempo de vida de los demás' },
    ['lifetime'],
    ({ values }) => ({ www: `www A 192.168.56.${values['web']}` }),
  ),
  'no-glue': zone(
    { en: 'the delegation has no glue', es: 'a la delegación le falta el registro de pegamento' },
    ['delegation'],
    () => ({ glue: '' }),
  ),
  'not-back': back(
    {
      en: 'the names of the reverse zone have no final dot',
      es: 'los nombres de la zona inversa no llevan punto final',
    },
    ['reverse', 'served'],
    ({ domain, values }) => ({ www: `${values['web']} PTR www.${domain}` }),
  ),
  'warned-of': zone(
    {
      en: 'a name that nobody asked for leads nowhere',
      es: 'un nombre que nadie pidió no lleva a ninguna parte',
    },
    ['no-warnings'],
    () => ({ more: '_sip._udp SRV 0 0 5060 nowhere' }),
  ),
  'not-reloaded': [
    { en: 'the lab is never told of the zone', es: 'al laboratorio nunca se le dice nada de la zona' },
    ['served'],
    {
      write: writing(() => ({ isServed: false })),
      change: writing((lab) => ({ serial: 3, lines: news(lab), isServed: false })),
    },
  ],
  'serial-kept': [
    { en: 'the serial stays as it is', es: 'el número de serie se queda como está' },
    ['change'],
    { change: writing((lab) => ({ lines: news(lab) })) },
  ],
  'not-asked': [
    { en: 'nobody asks for the new record', es: 'nadie pregunta por el registro nuevo' },
    ['change'],
    { after: skipped },
  ],
  'not-asked-before': [
    { en: 'nobody has seen that the record was not there', es: 'nadie ha visto que el registro no estaba' },
    ['change'],
    { before: skipped },
  ],
  'not-kept': [
    {
      en: 'the zone that is handed in is that from before the change',
      es: 'la zona que se entrega es la de antes del cambio',
    },
    ['news'],
    { back: writing(() => ({ serial: 4 })) },
  ],
  'code-of-another': [
    { en: 'the code is that of somebody else', es: 'el código es el de otra persona' },
    ['news'],
    { change: writing(() => ({ serial: 3, lines: { news: 'news TXT "abcd1234"' } })) },
  ],
})
