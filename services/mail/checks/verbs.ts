/** What tasks may say of mail: what the journal shows, and what a probe finds now. */
import type { z } from 'zod'
import {
  CheckFailure,
  defineVerb,
  type ArtifactVerb,
  type Assertion,
  type Checks,
  type EvidenceVerb,
  type ProbeVerb,
  type SeenFact,
} from '../../../lab/check.ts'
import { fieldIs, happened, titled } from '../../../lab/kit/verb.ts'
import type { Text } from '../../../lab/service.ts'
import { accountOf, claim, found } from './claim.ts'
import { passwordOf, placeOf } from './command.ts'
import { isOk, Pop3Talk } from './pop3-talk.ts'
import { hasCode, SmtpTalk } from './smtp-talk.ts'
import {
  accepted,
  bounced,
  delivered,
  holds,
  keptOut,
  loggedIn,
  ofAccount,
  refused,
  takes,
  type Holds,
} from './verb-settings.ts'

/** A verb whose settings are fields of its facts, by the same names. */
function seen<Settings extends Readonly<Record<string, string | number | boolean | undefined>>>(
  kind: string,
  settings: z.ZodType<Settings>,
  { summary, title, reference }: { readonly summary: Text; readonly title: Text; readonly reference: string },
): EvidenceVerb | ProbeVerb | ArtifactVerb {
  return defineVerb<Settings>({
    kind: 'evidence',
    summary,
    settings,
    title: (wanted) => titled(title, wanted),
    reference,
    facts: [kind],
    judge: (fact, wanted) => [
      happened(title),
      ...Object.entries(wanted).flatMap(([name, value]) => fieldIs(fact, name, value)),
    ],
  })
}

/** The messages of a mailbox. */
async function messagesOf(talk: Pop3Talk): Promise<readonly (readonly string[])[]> {
  const { lines } = await talk.mustList('LIST')
  const messages: (readonly string[])[] = []
  for (const line of lines.slice(-100))
    messages.push((await talk.mustList(`RETR ${line.split(' ')[0]}`)).lines)
  return messages
}

/** RFC 3848: ESMTPS and ESMTPSA are those under TLS. */
function cameUnderTls({ data }: SeenFact, wanted: boolean): Assertion {
  const said = data?.['protocol']
  const protocol = typeof said === 'string' ? said : ''
  const title = wanted
    ? { en: 'It came under TLS', es: 'Llegó bajo TLS' }
    : { en: 'It came in clear', es: 'Llegó en claro' }
  const expected = wanted ? 'ESMTPS' : 'ESMTP'
  return claim(title, /smtpsa?$/i.test(protocol) === wanted, { expected, actual: protocol })
}

/** How well a message is what is looked for. */
function judge(lines: readonly string[], { subject, from, contains }: Holds): readonly Assertion[] {
  const head = lines.slice(0, lines.indexOf(''))
  const field = (name: string): string => head.find((line) => line.toLowerCase().startsWith(`${name}:`)) ?? ''
  const text = lines.join('\n')
  const has = (title: Text, actual: string, expected: string | undefined): readonly Assertion[] =>
    expected === undefined
      ? []
      : [claim(title, actual.includes(expected), { expected, actual: actual.slice(0, 400) })]
  return [
    happened({ en: 'There is a message', es: 'Hay un mensaje' }),
    ...has({ en: 'Its subject', es: 'Su asunto' }, field('subject'), subject),
    ...has({ en: 'Its sender', es: 'Su remitente' }, field('from'), from),
    ...has({ en: 'Its text', es: 'Su texto' }, text, contains),
  ]
}

const ACCEPTED = { en: 'A message is accepted by SMTP', es: 'SMTP acepta un mensaje' }

/** By `protocol.word`. */
export const verbs: Checks['verbs'] = {
  'smtp.accepted': defineVerb<z.infer<typeof accepted>>({
    kind: 'evidence',
    summary: { en: 'a message that SMTP has accepted', es: 'un mensaje que SMTP ha aceptado' },
    settings: accepted,
    title: (settings) => titled(ACCEPTED, settings),
    reference: 'RFC 5321 §3.3',
    facts: ['smtp.accepted'],
    judge: (fact, { tls, subject, ...rest }) => [
      happened(ACCEPTED),
      ...Object.entries(rest).flatMap(([name, wanted]) => fieldIs(fact, name, wanted)),
      // A message that is forwarded has words before the subject that it had.
      ...fieldIs(fact, 'subject', subject, 'contains'),
      ...(tls === undefined ? [] : [cameUnderTls(fact, tls)]),
    ],
  }),
  'smtp.delivered': seen('smtp.delivered', delivered, {
    summary: {
      en: 'a message that has come to a mailbox, or to another server',
      es: 'un mensaje que ha llegado a un buzón, o a otro servidor',
    },
    title: { en: 'A message is delivered', es: 'Se entrega un mensaje' },
    reference: 'RFC 5321 §4.5.4',
  }),
  'smtp.refused': seen('smtp.refused', refused, {
    summary: {
      en: 'a sender, a recipient or a message that SMTP has refused',
      es: 'un remitente, un destinatario o un mensaje que SMTP ha rechazado',
    },
    title: { en: 'SMTP refuses something', es: 'SMTP rechaza algo' },
    reference: 'RFC 5321 §4.2',
  }),
  'smtp.bounced': seen('smtp.bounced', bounced, {
    summary: {
      en: 'a message that could not be delivered, and has come back',
      es: 'un mensaje que no se ha podido entregar, y ha vuelto',
    },
    title: { en: 'A message comes back undelivered', es: 'Un mensaje vuelve sin entregar' },
    reference: 'RFC 5321 §6.1',
  }),
  'pop3.refused': seen('pop3.refused', keptOut, {
    summary: { en: 'a login that POP3 has refused', es: 'un inicio de sesión que POP3 ha rechazado' },
    title: { en: 'A login by POP3 is refused', es: 'Se rechaza un inicio de sesión por POP3' },
    reference: 'RFC 1939 §7',
  }),
  'pop3.logged-in': seen('pop3.logged-in', loggedIn, {
    summary: { en: 'somebody who has logged in by POP3', es: 'alguien que ha iniciado sesión por POP3' },
    title: { en: 'Somebody logs in by POP3', es: 'Alguien inicia sesión por POP3' },
    reference: 'RFC 1939 §4',
  }),
  'pop3.retrieved': seen('pop3.retrieved', ofAccount, {
    summary: {
      en: 'a message that was fetched from a mailbox',
      es: 'un mensaje que se ha descargado de un buzón',
    },
    title: { en: 'A message is fetched by POP3', es: 'Se descarga un mensaje por POP3' },
    reference: 'RFC 1939 §5',
  }),
  'pop3.deleted': seen('pop3.deleted', ofAccount, {
    summary: {
      en: 'a message that was deleted from a mailbox',
      es: 'un mensaje que se ha borrado de un buzón',
    },
    title: { en: 'A message is deleted by POP3', es: 'Se borra un mensaje por POP3' },
    reference: 'RFC 1939 §5',
  }),
  'smtp.takes': defineVerb<z.infer<typeof takes>>({
    kind: 'probe',
    summary: {
      en: 'whether SMTP takes mail for a recipient now',
      es: 'si SMTP acepta ahora correo para un destinatario',
    },
    settings: takes,
    title: ({ from, to, refuses }) =>
      refuses
        ? { en: `SMTP refuses mail from ${from} to ${to}`, es: `SMTP rechaza correo de ${from} para ${to}` }
        : { en: `SMTP takes mail from ${from} to ${to}`, es: `SMTP acepta correo de ${from} para ${to}` },
    reference: 'RFC 5321 §3.3',
    reproduce: ({ from, to }, target) => {
      const { host, port } = placeOf(target, 'smtp')
      return `swaks --server ${host}:${port} --from ${from} --to ${to} --quit-after RCPT`
    },
    async run(context, { from, to, refuses }) {
      const talk = await SmtpTalk.greeted(context)
      const mail = await talk.ask(`MAIL FROM:<${from}>`)
      const reply = mail.code === 250 ? await talk.ask(`RCPT TO:<${to}>`) : mail
      const wasRefused = claim({ en: 'It is refused', es: 'Se rechaza' }, reply.code >= 400, {
        expected: '5xx',
        actual: reply.text,
        at: 0,
      })
      return found(refuses ? wasRefused : hasCode({ en: 'It is taken', es: 'Se acepta' }, reply, [250, 251]))
    },
  }),
  'pop3.holds': defineVerb<Holds>({
    kind: 'probe',
    summary: {
      en: 'whether a message is in a mailbox now',
      es: 'si ahora hay un mensaje en un buzón',
    },
    settings: holds,
    title: (settings) =>
      titled({ en: 'A message is in the mailbox', es: 'Hay un mensaje en el buzón' }, settings),
    reference: 'RFC 1939 §5',
    reproduce: ({ account }, target) => {
      const { host, port } = placeOf(target, 'pop3')
      return `curl -u "${account ?? accountOf(target).name}:${passwordOf()}" pop3://${host}:${port}/1`
    },
    async run(context, settings) {
      const { accounts } = context.target
      const owner =
        settings.account === undefined
          ? accountOf(context.target)
          : accounts.find(({ name }) => name === settings.account)
      if (owner === undefined)
        throw new CheckFailure({
          en: `there is no account ${settings.account}`,
          es: `no hay ninguna cuenta ${settings.account}`,
        })
      const talk = await Pop3Talk.open(context)
      const status = await talk.login(owner)
      if (!isOk(status))
        throw new CheckFailure(
          { en: 'the login was refused', es: 'se rechazó el inicio de sesión' },
          { expected: '+OK', actual: status },
        )
      const findings = (await messagesOf(talk)).map((lines) => judge(lines, settings))
      await talk.quit()
      const count = (assertions: readonly Assertion[]): number =>
        assertions.filter((each) => each.holds).length
      const [best] = findings.toSorted((one, other) => count(other) - count(one))
      return found(
        ...(best ?? [
          claim({ en: 'There is a message', es: 'Hay un mensaje' }, false, { expected: '1', actual: '0' }),
        ]),
      )
    },
  }),
}
