/** What tasks may say of mail: what the journal shows, and what a probe finds now. */
import { z } from 'zod'
import { CheckFailure, defineVerb, type Assertion, type Checks, type SeenFact } from '../../../lab/check.ts'
import type { Json, Text } from '../../../lab/service.ts'
import { accountOf, claim, found, placeOf } from './claim.ts'
import { isOk, Pop3Talk } from './pop3-talk.ts'
import { hasCode, SmtpTalk } from './smtp-talk.ts'

/** The data of a fact as text, lists with blanks between. */
function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.map((each) => textOf(each)).join(' ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** The assertion that a field of a fact is as wanted, letter case aside; of a list, that one member is. */
function is(
  fact: SeenFact,
  name: string,
  wanted: string | number | boolean | undefined,
): readonly Assertion[] {
  if (wanted === undefined) return []
  const value = fact.data?.[name]
  const all = Array.isArray(value) ? value.map((each: Json) => textOf(each)) : [textOf(value)]
  const [expected, actual] = [String(wanted), textOf(value)]
  const holds = all.some((each) => each.toLowerCase() === expected.toLowerCase())
  return [claim({ en: `${name} is ${expected}`, es: `${name} es ${expected}` }, holds, { expected, actual })]
}

/** The words of a title that tell the settings. */
function told(settings: object): string {
  const words = Object.entries(settings).filter(([, value]) => value !== undefined)
  return words.map(([name, value]) => `${name} ${String(value)}`).join(', ')
}

const titled =
  ({ en, es }: Text) =>
  (settings: object): Text => {
    const words = told(settings)
    return words === '' ? { en, es } : { en: `${en}: ${words}`, es: `${es}: ${words}` }
  }

/** What holds of every fact of the kind: that it is there. */
function happened(title: Text): Assertion {
  return { title, holds: true }
}

const address = z.string().optional()
const flag = z.boolean().optional()

const accepted = z.strictObject({
  from: address.describe('Address of the sender'),
  to: address.describe('Address of one of the recipients'),
  account: z.string().optional().describe('Who had logged in'),
  tls: flag.describe('Whether it came under TLS'),
})
const delivered = z.strictObject({
  recipient: address.describe('Address of the recipient'),
  account: z.string().optional().describe('Whose mailbox it is'),
})
const refused = z.strictObject({
  code: z.int().min(400).max(599).optional().describe('Code of the reply'),
  from: address.describe('Address of the sender'),
  to: address.describe('Address of one of the recipients'),
  account: z.string().optional().describe('Who had logged in'),
})
const loggedIn = z.strictObject({
  account: z.string().optional().describe('Who it is'),
  mechanism: z.string().optional().describe('How it logged in, as in `PLAIN`, `USER`'),
  secure: flag.describe('Whether it came under TLS'),
})
const ofAccount = z.strictObject({ account: z.string().optional().describe('Whose mailbox it is') })
const takes = z.strictObject({
  from: z.string().default('someone@client.example').describe('Address of the sender'),
  to: z.string().describe('Address of the recipient'),
  refuses: z.boolean().default(false).describe('Whether it must be refused instead'),
})
const holds = z.strictObject({
  account: z.string().optional().describe('Whose mailbox it is; the first account if not given'),
  subject: z.string().optional().describe('Subject of a message that must be there'),
  from: z.string().optional().describe('What its From must contain'),
  contains: z.string().optional().describe('What its text must contain'),
})
type Holds = z.infer<typeof holds>

/** The messages of a mailbox. */
async function messagesOf(talk: Pop3Talk): Promise<readonly (readonly string[])[]> {
  const { lines } = await talk.mustList('LIST')
  const messages: (readonly string[])[] = []
  for (const line of lines.slice(-100))
    messages.push((await talk.mustList(`RETR ${line.split(' ')[0]}`)).lines)
  return messages
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

/** By `protocol.word`. */
export const verbs: Checks['verbs'] = {
  'smtp.accepted': defineVerb<z.infer<typeof accepted>>({
    kind: 'evidence',
    settings: accepted,
    title: titled({ en: 'A message is accepted by SMTP', es: 'SMTP acepta un mensaje' }),
    reference: 'RFC 5321 §3.3',
    facts: ['smtp.accepted'],
    judge: (fact, { tls, ...rest }) => {
      const protocol = textOf(fact.data?.['protocol'])
      return [
        happened({ en: 'A message is accepted', es: 'Se acepta un mensaje' }),
        ...Object.entries(rest).flatMap(([name, wanted]) => is(fact, name, wanted)),
        // RFC 3848: ESMTPS and ESMTPSA are those under TLS.
        ...(tls === undefined
          ? []
          : [
              claim({ en: `TLS: ${tls}`, es: `TLS: ${tls}` }, /smtpsa?$/i.test(protocol) === tls, {
                expected: tls ? 'ESMTPS' : 'ESMTP',
                actual: protocol,
              }),
            ]),
      ]
    },
  }),
  'smtp.delivered': defineVerb<z.infer<typeof delivered>>({
    kind: 'evidence',
    settings: delivered,
    title: titled({ en: 'A message is delivered', es: 'Se entrega un mensaje' }),
    reference: 'RFC 5321 §4.5.4',
    facts: ['smtp.delivered'],
    judge: (fact, settings) => [
      happened({ en: 'A message is delivered', es: 'Se entrega un mensaje' }),
      ...Object.entries(settings).flatMap(([name, wanted]) => is(fact, name, wanted)),
    ],
  }),
  'smtp.refused': defineVerb<z.infer<typeof refused>>({
    kind: 'evidence',
    settings: refused,
    title: titled({ en: 'SMTP refuses something', es: 'SMTP rechaza algo' }),
    reference: 'RFC 5321 §4.2',
    facts: ['smtp.refused'],
    judge: (fact, settings) => [
      happened({ en: 'Something is refused', es: 'Se rechaza algo' }),
      ...Object.entries(settings).flatMap(([name, wanted]) => is(fact, name, wanted)),
    ],
  }),
  'pop3.logged-in': defineVerb<z.infer<typeof loggedIn>>({
    kind: 'evidence',
    settings: loggedIn,
    title: titled({ en: 'Somebody logs in by POP3', es: 'Alguien inicia sesión por POP3' }),
    reference: 'RFC 1939 §4',
    facts: ['pop3.logged-in'],
    judge: (fact, settings) => [
      happened({ en: 'Somebody logs in', es: 'Alguien inicia sesión' }),
      ...Object.entries(settings).flatMap(([name, wanted]) => is(fact, name, wanted)),
    ],
  }),
  ...Object.fromEntries(
    (
      [
        ['pop3.retrieved', { en: 'A message is fetched by POP3', es: 'Se descarga un mensaje por POP3' }],
        ['pop3.deleted', { en: 'A message is deleted by POP3', es: 'Se borra un mensaje por POP3' }],
      ] as const
    ).map(([kind, title]) => [
      kind,
      defineVerb<z.infer<typeof ofAccount>>({
        kind: 'evidence',
        settings: ofAccount,
        title: titled(title),
        reference: 'RFC 1939 §5',
        facts: [kind],
        judge: (fact, { account }) => [happened(title), ...is(fact, 'account', account)],
      }),
    ]),
  ),
  'smtp.takes': defineVerb<z.infer<typeof takes>>({
    kind: 'probe',
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
    settings: holds,
    title: titled({ en: 'A message is in the mailbox', es: 'Hay un mensaje en el buzón' }),
    reference: 'RFC 1939 §5',
    reproduce: ({ account }, target) => {
      const { host, port } = placeOf(target, 'pop3')
      return `curl pop3://${host}:${port}/1 -u ${account ?? accountOf(target).name}`
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
