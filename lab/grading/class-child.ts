/** One of the processes in which a class is graded: what a submission does to it, it does to no other. */
import { z } from 'zod'
import { scenarioName } from '../scenario/layers.ts'
import { Registry } from '../scenario/registry.ts'
import {
  brokenText,
  failedReport,
  gradeOne,
  type Begun,
  type ClassRules,
  type CreateJudge,
} from './class-one.ts'
import { NOT_GRADED } from './model.ts'

const orderSchema = z.object({
  file: z.string(),
  student: z.string().optional(),
  name: z.string().optional(),
  participant: z.string().optional(),
})

const rulesSchema: z.ZodType<ClassRules> = z.object({
  scenario: z.string(),
  folders: z.array(z.string()),
  services: z.array(z.string()),
  hash: z.string(),
  blank: z.custom<ClassRules['blank']>((value) => typeof value === 'object'),
  course: z.string().optional(),
  launches: z.record(z.string(), z.string()).optional(),
  marks: z.record(z.string(), z.string()).optional(),
})

const messageSchema = z.union([
  z.object({ rules: rulesSchema, judge: z.string() }),
  z.object({ order: orderSchema }),
])

let rules: ClassRules | undefined
let registry = new Registry([])
let judge: Promise<CreateJudge> | undefined

process.on('message', (message) => {
  const asked = messageSchema.parse(message)
  if ('rules' in asked) {
    rules = asked.rules
    registry = new Registry(rules.services)
    judge = import(asked.judge).then((module: { readonly createJudge: CreateJudge }) => module.createJudge)
    judge.catch(() => undefined)
    return
  }
  void grade(asked.order)
})
// The teacher's process is gone: nobody waits for what is under way.
process.on('disconnect', () => process.exit())

async function grade(order: z.infer<typeof orderSchema>): Promise<void> {
  if (rules === undefined || judge === undefined) throw new Error('no rules came before the order')
  let known: Begun | undefined
  try {
    const begun = (value: Begun): void => {
      known = value
      process.send?.({ begun: value })
    }
    process.send?.({ graded: await gradeOne(order, rules, { registry, createJudge: await judge, begun }) })
  } catch (error) {
    const text = brokenText(error)
    const flags = [{ kind: NOT_GRADED, text }]
    const report = failedReport(order, scenarioName(rules.scenario), text, {
      ...(known ?? rules.blank),
      flags,
    })
    process.send?.({ graded: { report } })
  }
}
