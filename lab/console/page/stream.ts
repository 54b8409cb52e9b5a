/** A stream of Server-Sent Events that comes back by itself, and rests while nobody sees the page. */

/** Milliseconds after which a stream that the lab refused is tried again. */
const AGAIN = 3000

/** Milliseconds after which a hidden page lets its stream go: a browser has six connections to one server for all of its tabs. */
const HIDDEN = 10_000

/** What is heard of a stream; data are as they came. */
export interface StreamEvents {
  readonly opened: () => void
  readonly item: (data: string) => void
  readonly lost: (data: string) => void
}

/** Follows a stream until the signal aborts; `address` is asked for with the id of the last event each time that it is opened. */
export function followStream(
  address: (after: string) => string,
  events: StreamEvents,
  signal: AbortSignal,
): void {
  let source: EventSource | undefined
  let after = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  const close = (): void => {
    clearTimeout(timer)
    source?.close()
    source = undefined
  }
  const open = (): void => {
    close()
    if (signal.aborted || document.hidden) return
    const opened = new EventSource(address(after))
    source = opened
    opened.addEventListener('open', events.opened)
    opened.addEventListener('message', ({ data, lastEventId }: MessageEvent<string>) => {
      after = lastEventId
      events.item(data)
    })
    opened.addEventListener('lost', ({ data }: MessageEvent<string>) => events.lost(data))
    opened.addEventListener('error', () => {
      // A break mends itself, with Last-Event-ID; an answer that is no stream ends it for good.
      if (opened === source && opened.readyState === EventSource.CLOSED) timer = setTimeout(open, AGAIN)
    })
  }
  const turn = (): void => {
    clearTimeout(timer)
    if (document.hidden) timer = setTimeout(close, HIDDEN)
    else if (source === undefined || source.readyState === EventSource.CLOSED) open()
  }
  signal.addEventListener('abort', close, { once: true })
  document.addEventListener('visibilitychange', turn, { signal })
  open()
}
