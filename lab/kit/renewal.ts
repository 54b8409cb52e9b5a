/** How a service that runs for long keeps its certificate fresh. */

/** Milliseconds between two looks at whether a certificate is near its end. */
const LOOK = 3_600_000

/** What a service has of the lab for this. */
interface Surroundings {
  readonly clock: { timer(milliseconds: number, run: () => void): { cancel(): void } }
  readonly log: { error(fields: object, message: string): void }
  readonly signal: AbortSignal
}

/** Has the certificate looked at each hour until the service stops; one that cannot be had is logged, and the old one stays. */
export function keepRenewed({ clock, log, signal }: Surroundings, renew: () => Promise<void>): void {
  const wait = (): void => {
    timer = clock.timer(LOOK, () => void look())
  }
  const look = async (): Promise<void> => {
    try {
      await renew()
    } catch (error) {
      log.error({ err: error }, 'the certificate could not be renewed; the old one stays')
    }
    if (!signal.aborted) wait()
  }
  let timer: { cancel(): void }
  wait()
  signal.addEventListener('abort', () => timer.cancel(), { once: true })
}
