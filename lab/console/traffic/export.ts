/** A conversation as a file. */
import { replay, type CaptureEvent } from '../../capture/replay.ts'
import type { Scenario } from '../../scenario/scenario.ts'
import type { Language } from '../../words/index.ts'
import type { Download } from '../schema.ts'
import type { Ladder } from './schema.ts'
import type { Event, Kept } from './event.ts'
import { transcript } from './transcript.ts'

/** As text, for a report. */
export function exportText(ladder: Ladder, language: Language): Download {
  const text = Buffer.from(transcript(ladder, language))
  return {
    name: `conversation-${ladder.conversation.id}.txt`,
    type: 'text/plain; charset=utf-8',
    base64: text.toString('base64'),
  }
}

/** As a capture, with the secrets of its TLS. */
export function exportPcapng(kept: Kept, scenario: Scenario, language: Language): Download {
  const { name, student, address } = scenario
  const file = replay(captureEvents(kept), { scenario: name, student, address, language })
  return {
    name: `conversation-${kept.flow.id}.pcapng`,
    type: 'application/x-pcapng',
    base64: file.toString('base64'),
  }
}

function* captureEvents(kept: Kept): Generator<CaptureEvent> {
  for (const event of kept.events()) {
    const told = captureEvent(kept, event)
    if (told !== undefined) yield told
  }
}

function captureEvent({ flow }: Kept, event: Event): CaptureEvent | undefined {
  const at = Math.round(event.at * 1000)
  switch (event.kind) {
    case 'bytes':
      return { kind: 'passed', at, flow, direction: event.direction, octets: event.octets }
    case 'ended':
      return { kind: 'ended', at, flow, direction: event.direction }
    case 'secret':
      return { kind: 'secret', at, flow, line: event.line }
    case 'closed':
      return { kind: 'closed', at, flow, reset: event.reset }
    case 'opened':
    case 'connected':
    case 'delivered':
    case 'upgrading':
    case 'secured':
      return { kind: event.kind, at, flow }
    case 'plain':
    case 'fact':
    case 'gap':
      return undefined
    default:
      return event satisfies never
  }
}
