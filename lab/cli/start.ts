import { portModes } from '../host/bind.ts'
import { LabError } from '../host/error.ts'
import { nearest } from '../kit/nearest.ts'
import { captureOptions, hostOptions, labOptions, placeOptions, type Command } from './command.ts'
import { captureAsked } from './pcap.ts'
import { levels } from './logger.ts'
import { consolePort } from './places.ts'

/** Starts a lab, in the foreground or detached. */
export const command: Command = {
  summary: {
    en: 'start a lab, or only some of its services',
    es: 'arrancar un laboratorio, o solo algunos de sus servicios',
  },
  usage: '[SERVICE…] [options]',
  most: 100,
  options: {
    ...labOptions,
    ...placeOptions,
    ...hostOptions,
    ...captureOptions,
  },
  examples: [
    { line: 'lab start', text: { en: 'the default scenario', es: 'el escenario por defecto' } },
    { line: 'lab start dns', text: { en: 'its DNS alone', es: 'solo su DNS' } },
    {
      line: 'lab start -s web-only --student 1234',
      text: { en: 'another scenario, for a student', es: 'otro escenario, para un estudiante' },
    },
    {
      line: 'lab start --ports any --detach',
      text: { en: 'free ports, in the background', es: 'puertos libres, en segundo plano' },
    },
    {
      line: 'lab start --launch 1234.launch.json',
      text: {
        en: 'with the launch file of your course',
        es: 'con el fichero de lanzamiento de tu asignatura',
      },
    },
    {
      line: 'lab start --pcap lab.pcapng',
      text: { en: 'with a capture for Wireshark', es: 'con una captura para Wireshark' },
    },
    {
      line: 'lab start -s my/scenario.yaml --watch',
      text: { en: 'your own scenario, while you edit it', es: 'tu propio escenario, mientras lo editas' },
    },
  ],
  async run(call) {
    const mode = call.text('ports') ?? 'fallback'
    oneOf('ports', mode, portModes)
    oneOf('log-level', call.text('log-level') ?? 'info', levels)
    consolePort(call)
    captureAsked(call)
    // The child of a detaching start has the option too, and must not detach again.
    if (call.is('detach') && call.io.environment['LAB_DETACHED'] === undefined) {
      const { startDetached } = await import('./detach.ts')
      return startDetached(call)
    }
    const { hostLab } = await import('./host.ts')
    return hostLab(call)
  },
}

/** Throws unless the value is one of those; the message lists them. */
function oneOf(option: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return
  throw new LabError((words) => `--${option}: ${words.valueUnknown(value, nearest(value, known), known)}`, {
    blame: 'wrong',
  })
}
