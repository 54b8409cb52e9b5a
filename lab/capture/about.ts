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

/** What a recorder tells in its file; nothing of what the flows carry. */
export function aboutCapture({
  scenario,
  student,
  language,
}: CaptureSubject): Pick<RecorderOptions, 'section' | 'comment' | 'describe'> {
  const [rebuilt, connection, exchange, towards, made] =
    language === 'en'
      ? [
          'framing rebuilt by telelab from the octets of the socket',
          'connection',
          'exchange',
          'outgoing',
          'service of telelab',
        ]
      : [
          'tramas reconstruidas por telelab a partir de los octetos del socket',
          'conexión',
          'intercambio',
          'saliente',
          'servicio de telelab',
        ]
  const whose =
    language === 'en'
      ? `scenario ${scenario}, student ${student}`
      : `escenario ${scenario}, estudiante ${student}`
  const described = language === 'en' ? 'the framing is rebuilt' : 'las tramas están reconstruidas'
  return {
    section: { hardware: arch(), os: `${type()} ${release()}`, application: 'telelab' },
    describe: (service) => `${made}: ${service}; ${whose}; ${described}`,
    comment: ({ service, endpoint, transport, id }: Flow) =>
      `${rebuilt}; ${service}, ${endpoint === '' ? towards : endpoint}, ${transport === 'tcp' ? connection : exchange} ${id}; ${whose}`,
  }
}
