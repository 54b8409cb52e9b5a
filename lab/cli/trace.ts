import { resolve } from 'node:path'
import type { z } from 'zod'
import { traceSchema } from '../capture/operation.ts'
import { ask, isAlive, stream } from '../console/client.ts'
import { controlPath } from '../console/place.ts'
import { LabError } from '../host/error.ts'
import { count, inLanguage, OCTET, say, type Noun } from '../kit/dissect/said.ts'
import type { Json, Text } from '../service.ts'
import {
  exit,
  placeOptions,
  scenarioOptions,
  traceOptions,
  type Call,
  type Command,
  type Io,
} from './command.ts'
import { runningLab } from './places.ts'
import { ringAlone, wiresharkLine } from './pcap.ts'

/** What the file is called that is no file: standard output. */
const PIPE = '-'

const PACKET: Noun = { en: ['packet', 'packets'], es: ['paquete', 'paquetes'] }
const LEFT_OUT: Noun = {
  en: ['packet left out', 'packets left out'],
  es: ['paquete omitido', 'paquetes omitidos'],
}

type Item = z.infer<typeof traceSchema>
type State = Extract<Item, { packets: number }>

/** Captures what crosses the wire of a running lab. */
export const command: Command = {
  summary: {
    en: 'capture what crosses the wire from now on, for Wireshark: connections that are open already are not in it',
    es: 'capturar lo que pase por la red desde ahora, para Wireshark: no incluye las conexiones ya abiertas',
  },
  usage: '--pcap FILE|--live [PORT]',
  most: 1,
  options: { scenario: scenarioOptions.scenario, ...placeOptions, ...traceOptions },
  examples: [
    { line: 'lab trace --pcap lab.pcapng', text: { en: 'until Ctrl-C', es: 'hasta Ctrl-C' } },
    {
      line: 'lab trace --pcap mail.pcapng --service mail --seconds 60',
      text: { en: 'a minute of mail', es: 'un minuto de correo' },
    },
    {
      line: 'lab trace --pcap long.pcapng --ring 50MB',
      text: { en: 'the last 50 MB, however long it takes', es: 'los últimos 50 MB, dure lo que dure' },
    },
    {
      line: 'lab trace --live 19000',
      text: {
        en: 'for `wireshark -k -i TCP@127.0.0.1:19000`, meanwhile',
        es: 'para `wireshark -k -i TCP@127.0.0.1:19000`, mientras tanto',
      },
    },
    {
      line: 'lab trace --pcap - | tshark -r -',
      text: { en: 'straight into another program', es: 'directamente a otro programa' },
    },
  ],
  async run(call) {
    const wish = wishOf(call)
    const path = controlPath(await runningLab(call))
    const cut = new AbortController()
    let id: number | undefined
    const end = (): void => {
      // The second time it ends at once, and the lab by itself.
      if (id === undefined) return cut.abort()
      void ask(path, 'trace.stop', { id }).catch(() => cut.abort())
      id = undefined
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
    let hasBegun = false
    let last: State | undefined
    try {
      for await (const value of stream(path, 'trace', wish, cut.signal)) {
        const item = traceSchema.parse(value)
        hasBegun = true
        if ('id' in item) id = greet(item, call)
        else if ('base64' in item) await pour(Buffer.from(item.base64, 'base64'))
        else progress((last = item), call.io)
      }
    } catch (error) {
      // The lab may stop before the capture does, and takes it along.
      if (!hasBegun || (await isAlive(path))) throw error
    }
    if (last !== undefined) report(last, call.io)
    return last?.isFailed === true ? exit.failed : exit.done
  },
}

function wishOf(call: Call): Json {
  const [file, ring, seconds] = [call.text('pcap'), call.text('ring'), call.text('seconds')]
  const [port] = call.words
  if (file === undefined && !call.is('live'))
    throw wrong({
      en: 'say where to: --pcap FILE, --live, or both',
      es: 'indica adónde: --pcap FICHERO, --live, o ambos',
    })
  if (port !== undefined && (!call.is('live') || !/^\d{1,5}$/.test(port) || Number(port) > 65_535))
    throw wrong({
      en: `--live takes a port, as in --live 19000, not "${port}"`,
      es: `--live espera un puerto, como en --live 19000, no "${port}"`,
    })
  if (seconds !== undefined && !(/^\d+(?:\.\d+)?$/.test(seconds) && Number(seconds) > 0))
    throw wrong({
      en: `--seconds takes a number, not "${seconds}"`,
      es: `--seconds espera un número, no "${seconds}"`,
    })
  if (ring !== undefined && (file === undefined || file === PIPE)) throw ringAlone()
  return {
    ...(file !== undefined && file !== PIPE && { file: resolve(call.io.folder, file) }),
    ...(ring !== undefined && { ring }),
    ...(call.is('live') && { live: Number(port ?? 0) }),
    isPiped: file === PIPE,
    services: call.texts('service'),
    clients: call.texts('client'),
    ...(call.text('student') !== undefined && { student: call.text('student') }),
    ...(seconds !== undefined && { seconds: Number(seconds) }),
    language: call.io.language,
  }
}

function wrong(text: Text): LabError {
  return new LabError(text, { blame: 'wrong' })
}

/** Tells where the capture is; standard output may be the capture itself. */
function greet({ id, file, port, decoding }: Extract<Item, { id: number }>, call: Call): number {
  const { io } = call
  const tell = (text: Text): void => (call.text('pcap') === PIPE ? io.complain(text) : io.say(text))
  if (file !== undefined) {
    const reader = wiresharkLine(decoding, file)
    tell({ en: `writing ${file}; read it with: ${reader}`, es: `escribiendo ${file}; léelo con: ${reader}` })
  }
  if (port !== undefined) {
    const reader = wiresharkLine(decoding, '-k', '-i', `TCP@127.0.0.1:${port}`)
    tell({ en: `live: ${reader}`, es: `en vivo: ${reader}` })
    io.complain({
      en: 'every program of this machine can read there what crosses the wire, with passwords and the keys of TLS',
      es: 'cualquier programa de esta máquina puede leer ahí lo que pasa por la red, con contraseñas y claves de TLS',
    })
  }
  tell({ en: 'Ctrl-C ends it', es: 'Ctrl-C la termina' })
  return id
}

/** Resolves when standard output has taken it. */
function pour(octets: Buffer): Promise<void> {
  return new Promise((done) => void process.stdout.write(octets, () => done()))
}

/** How far it is, on a terminal. */
function progress(state: State, io: Io): void {
  if (process.stderr.isTTY)
    process.stderr.write(`\r${line(state, io)}\u001b[K${state.isOver ? '\r\u001b[K' : ''}`)
}

function report(state: State, io: Io): void {
  io.complain(line(state, io))
  if (state.isFailed)
    io.complain({
      en: 'the capture could not be written to its end; the log of the lab says why',
      es: 'la captura no se pudo escribir hasta el final; el registro del laboratorio dice por qué',
    })
}

function line({ packets, octets, dropped }: State, io: Io): string {
  const missing = dropped === 0 ? '' : say`, ${count(dropped, LEFT_OUT)}`
  return inLanguage(say`${count(packets, PACKET)}, ${count(octets, OCTET)}${missing}`, io.language)
}
