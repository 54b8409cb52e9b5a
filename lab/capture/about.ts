/** What a capture says of itself: the machine, the services, and what is rebuilt. */
import { arch, release, type } from 'node:os'
import type { Flow } from '../wire/flow.ts'
import type { Language } from '../words/index.ts'
import type { RecorderOptions } from './recorder.ts'

/** For whom a capture is made. */
export interface CaptureSubject {
  readonly scenario: string
  readonly student: string
  readonly language: Language
}

const WORDS = {
  en: {
    rebuilt: 'framing rebuilt by telelab from the octets of the socket',
    isRebuilt: 'the framing is rebuilt',
    tcp: 'connection',
    udp: 'exchange',
    outgoing: 'outgoing',
    service: 'service of telelab',
    scenario: 'scenario',
    student: 'student',
  },
  es: {
    rebuilt: 'tramas reconstruidas por telelab a partir de los octetos del socket',
    isRebuilt: 'las tramas están reconstruidas',
    tcp: 'conexión',
    udp: 'intercambio',
    outgoing: 'saliente',
    service: 'servicio de telelab',
    scenario: 'escenario',
    student: 'estudiante',
  },
} as const

/** What a recorder tells in its file; nothing of what the flows carry. */
export function aboutCapture({
  scenario,
  student,
  language,
}: CaptureSubject): Pick<RecorderOptions, 'section' | 'comment' | 'describe'> {
  const words = WORDS[language]
  const whose = `${words.scenario} ${scenario}, ${words.student} ${student}`
  return {
    section: { hardware: arch(), os: `${type()} ${release()}`, application: 'telelab' },
    describe: (service) => `${words.service}: ${service}; ${whose}; ${words.isRebuilt}`,
    comment: ({ service, endpoint, transport, id }: Flow) =>
      `${words.rebuilt}; ${service}, ${endpoint === '' ? words.outgoing : endpoint}, ${words[transport]} ${id}; ${whose}`,
  }
}
