/** What a scenario breaks in a POP3 session. */
import { readFault } from '../../../lab/kit/fault.ts'
import type { Fault, ServiceContext } from '../../../lab/service.ts'
import { pop3Fault, type Pop3Fault } from '../faults.ts'
import type { MailConfig } from '../options.ts'

/** Where a session can be broken. */
export type FaultPoint = 'pop3.connect' | 'pop3.login' | 'pop3.retrieve'

/** What is left of a fault after its delay. */
export type Damage = Pick<Pop3Fault, 'reply' | 'drop'>

/** The fault that is to be committed now, when its delay is over; undefined if there is none. */
export function damageOf(
  ctx: Pick<ServiceContext<MailConfig>, 'clock' | 'fault'>,
  point: FaultPoint,
  subject: Readonly<Record<string, string>>,
  gone: AbortSignal,
): Promise<Damage> | undefined {
  const fault = ctx.fault(point, subject)
  return fault && commit(ctx, fault, gone)
}

async function commit(
  ctx: Pick<ServiceContext<MailConfig>, 'clock'>,
  fault: Fault,
  gone: AbortSignal,
): Promise<Damage> {
  const { delay, ...damage } = readFault(pop3Fault, fault)
  try {
    if (delay !== undefined) await ctx.clock.wait(delay, gone)
  } catch {
    // The client did not wait.
    return { drop: true }
  }
  return damage
}
