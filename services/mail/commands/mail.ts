/** `lab mail`: what waits to be sent, another attempt at it, and a message without a mail program. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { messageOf } from '../../../lab/kit/error.ts'
import type { RunningInstance, ServiceCall, ServiceCommand } from '../../../lab/service.ts'

/** What the operation `queue` answers. */
const queueSchema = z.array(
  z.object({
    id: z.string(),
    from: z.string(),
    size: z.number(),
    received: z.string(),
    recipients: z.array(
      z.object({
        address: z.string(),
        state: z.string(),
        attempts: z.number(),
        reply: z.string().optional(),
        next: z.string().optional(),
      }),
    ),
  }),
)

type Task = (call: ServiceCall, mail: RunningInstance, domain: string) => Promise<'done' | 'failed' | 'wrong'>

const tasks: Readonly<Record<string, Task>> = { queue: showQueue, flush, remove, send }

/** Looks into the queue of the running lab, or sends a message to it. */
export const command: ServiceCommand = {
  summary: {
    en: 'the mail queue, and a message without a mail program',
    es: 'la cola de correo, y un mensaje sin programa de correo',
  },
  usage: 'queue|flush [ID]|remove ID|send [FILE.eml]',
  most: 2,
  options: {
    instance: {
      type: 'string',
      value: 'NAME',
      text: {
        en: 'which one, if there are several mail services',
        es: 'si hay varios servicios de correo, cuál',
      },
    },
    from: { type: 'string', value: 'ADDRESS', text: { en: 'who sends', es: 'quién envía' } },
    to: {
      type: 'string',
      value: 'ADDRESS',
      text: { en: 'who receives; several by commas', es: 'quién recibe; varios, con comas' },
    },
    subject: { type: 'string', value: 'TEXT', text: { en: 'the subject', es: 'el asunto' } },
    text: {
      type: 'string',
      value: 'TEXT',
      text: { en: 'what the message says', es: 'lo que dice el mensaje' },
    },
    json: { type: 'boolean', text: { en: 'queue: as JSON', es: 'queue: como JSON' } },
  },
  examples: [
    {
      line: 'lab mail send --from nombre1_9721@sstt9721.org --to nombre2_9721@sstt9721.org --subject Hola --text "¿Qué tal?"',
      text: { en: 'a message over SMTP', es: 'un mensaje por SMTP' },
    },
    {
      line: 'lab mail queue',
      text: { en: 'what waits, for whom, and why', es: 'qué espera, para quién y por qué' },
    },
    {
      line: 'lab mail flush',
      text: { en: 'another attempt at all of it now', es: 'otro intento con todo, ahora' },
    },
  ],
  async run(call) {
    const [name] = call.words
    const task = name !== undefined && Object.hasOwn(tasks, name) ? tasks[name] : undefined
    if (task === undefined) {
      call.complain({
        en: 'lab mail: say `lab mail queue`, `lab mail flush`, `lab mail remove` or `lab mail send`; `lab mail --help` tells more',
        es: 'lab mail: escribe `lab mail queue`, `lab mail flush`, `lab mail remove` o `lab mail send`; `lab mail --help` cuenta más',
      })
      return 'wrong'
    }
    const { domain, instances } = await call.running()
    const wanted = call.text('instance')
    const mail = instances.find((instance) => wanted === undefined || instance.name === wanted)
    if (mail !== undefined) return task(call, mail, domain)
    call.complain({
      en: `the running lab has no mail service${wanted === undefined ? '' : ` "${wanted}"`}`,
      es: `el laboratorio en marcha no tiene servicio de correo${wanted === undefined ? '' : ` "${wanted}"`}`,
    })
    return 'failed'
  },
}

async function showQueue(call: ServiceCall, mail: RunningInstance): Promise<'done'> {
  const queue = queueSchema.parse(await mail.ask('queue'))
  if (call.is('json')) call.say(JSON.stringify(queue, undefined, 2))
  else if (queue.length === 0) call.say({ en: 'nothing waits', es: 'no hay nada en espera' })
  else
    for (const { id, from, size, received, recipients } of queue) {
      call.say(`${id}  ${received}  ${size}  <${from}>`)
      for (const { address, state, attempts, reply = '', next = '' } of recipients)
        call.say(`    ${address}  ${state}  ${attempts}  ${next}  ${reply}`.trimEnd())
    }
  return 'done'
}

async function flush(call: ServiceCall, mail: RunningInstance): Promise<'done'> {
  const [, id] = call.words
  const count = z.number().parse(await mail.ask('flush', id === undefined ? {} : { id }))
  call.say({ en: `messages tried again: ${count}`, es: `mensajes que se reintentan: ${count}` })
  return 'done'
}

async function remove(call: ServiceCall, mail: RunningInstance): Promise<'done' | 'failed' | 'wrong'> {
  const [, id] = call.words
  if (id === undefined) {
    call.complain({
      en: 'say which: `lab mail queue` shows them',
      es: 'di cuál: `lab mail queue` los muestra',
    })
    return 'wrong'
  }
  if (z.boolean().parse(await mail.ask('remove', { id }))) return 'done'
  call.complain({ en: `no message ${id} waits`, es: `no hay ningún mensaje ${id} en espera` })
  return 'failed'
}

async function readNamed(call: ServiceCall, path: string): Promise<Buffer> {
  const { name, files } = await call.file(path)
  return readFile(files.path(name))
}

async function send(call: ServiceCall, mail: RunningInstance): Promise<'done' | 'failed' | 'wrong'> {
  const address = mail.addresses.get('smtp')
  const from = call.text('from')
  const to = call.text('to')
  const [, file] = call.words
  if (from === undefined || to === undefined) {
    call.complain({
      en: 'say who sends and who receives: --from and --to',
      es: 'di quién envía y quién recibe: --from y --to',
    })
    return 'wrong'
  }
  if (address === undefined) {
    call.complain({
      en: 'SMTP is off in this scenario',
      es: 'SMTP está desactivado en este escenario',
    })
    return 'failed'
  }
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({ ...address, secure: false, ignoreTLS: true })
  try {
    const envelope = { from, to: to.split(',').map((each) => each.trim()) }
    const message =
      file === undefined
        ? { from, to, subject: call.text('subject') ?? '', text: call.text('text') ?? '' }
        : { raw: await readNamed(call, file) }
    const { accepted, rejected, response } = await transport.sendMail({ envelope, ...message })
    call.say(response)
    for (const refused of rejected)
      call.complain({ en: `not taken for ${refused}`, es: `no admitido para ${refused}` })
    return accepted.length > 0 && rejected.length === 0 ? 'done' : 'failed'
  } catch (error) {
    const why = messageOf(error)
    call.complain({ en: `not sent: ${why}`, es: `no enviado: ${why}` })
    return 'failed'
  } finally {
    transport.close()
  }
}
