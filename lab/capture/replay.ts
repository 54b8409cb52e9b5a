/** Stored conversations as a capture. */
import type { Direction, Flow } from '../wire/flow.ts'
import { aboutCapture, type CaptureSubject } from './about.ts'
import { Recorder } from './recorder.ts'

/** What the wire told of a flow, with its time in microseconds since 1970. */
export type CaptureEvent = { readonly at: number; readonly flow: Flow } & (
  | { readonly kind: 'opened' | 'connected' | 'delivered' | 'upgrading' | 'secured' }
  | { readonly kind: 'passed'; readonly direction: Direction; readonly octets: Buffer }
  | { readonly kind: 'ended'; readonly direction: Direction }
  | { readonly kind: 'secret'; readonly line: Buffer }
  | { readonly kind: 'closed'; readonly reset?: Direction | undefined }
)

/** The events, in their order, as a file of pcapng; `address` is where clients reach the lab. */
export function replay(
  events: Iterable<CaptureEvent>,
  { address, ...subject }: CaptureSubject & { readonly address: string },
): Buffer {
  const blocks: Buffer[] = []
  let now = 0
  const recorder = new Recorder({
    ...aboutCapture(subject),
    now: () => now,
    address,
    write: (block) => blocks.push(Buffer.from(block)),
  })
  blocks.push(recorder.preamble())
  for (const event of events) {
    now = event.at
    happen(recorder, event)
  }
  recorder.finish()
  return Buffer.concat([...blocks, recorder.epilogue()])
}

function happen(recorder: Recorder, event: CaptureEvent): void {
  const { flow, kind } = event
  switch (kind) {
    case 'passed':
      return recorder.passed(flow, event.direction, event.octets)
    case 'ended':
      return recorder.ended(flow, event.direction)
    case 'secret':
      return recorder.secret(flow, event.line)
    case 'closed':
      return recorder.closed(flow, event.reset)
    case 'opened':
    case 'connected':
    case 'delivered':
    case 'upgrading':
    case 'secured':
      return recorder[kind](flow)
  }
}
