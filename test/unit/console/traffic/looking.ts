import { Traffic } from '../../../../lab/console/traffic/traffic.ts'
import type { Bounds } from '../../../../lab/console/traffic/store.ts'
import type { Conversation, LadderStep } from '../../../../lab/console/traffic/schema.ts'
import { openLab, type TestLab, type TestLabOptions } from '../../../lab.ts'
import { until } from '../../../talk.ts'

/** A lab whose conversations are kept from the start. */
export interface Looking extends AsyncDisposable {
  readonly lab: TestLab
  readonly traffic: Traffic
  /** What was logged, once a line. */
  readonly complaints: string[]
}

/** Opens a lab and looks on. */
export async function openLooking(
  scenario: string,
  options: TestLabOptions = {},
  bounds?: Bounds,
): Promise<Looking> {
  const lab = await openLab(scenario, options)
  const complaints: string[] = []
  const traffic = new Traffic(
    lab,
    { error: (fields, message) => complaints.push(JSON.stringify([message, fields])) },
    bounds,
  )
  traffic.attach()
  return { lab, traffic, complaints, [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose]() }
}

/** All conversations, oldest first. */
export async function conversationsOf({ traffic }: Looking): Promise<readonly Conversation[]> {
  const found: Conversation[] = []
  for await (const conversation of traffic.list({})) found.unshift(conversation)
  return found
}

/** The steps of a service's newest conversation, when it has ended. */
export async function stepsOfNewest(looking: Looking, service: string): Promise<readonly LadderStep[]> {
  const newest = async (): Promise<Conversation | undefined> =>
    (await conversationsOf(looking)).findLast((each) => each.service === service)
  await until(
    async () => typeof (await newest())?.closedAt === 'number',
    `the end of a conversation with ${service}`,
  )
  // What is told of its end comes a little later.
  await new Promise((resolve) => setTimeout(resolve, 20))
  const kept = looking.traffic.find((await newest())?.id ?? 0)
  if (kept === undefined) throw new Error(`no conversation with ${service} is kept`)
  return (await looking.traffic.ladder(kept)).steps
}

const ARROWS = { client: '>', server: '<', lab: '-' } as const

/** Steps as lines: who, the kind, whether inside TLS, and the text. */
export function lines(steps: readonly LadderStep[]): readonly string[] {
  return steps.map(
    ({ from, kind, isEnciphered, text }) => `${ARROWS[from]} ${kind}${isEnciphered ? ' (TLS)' : ''}: ${text}`,
  )
}
