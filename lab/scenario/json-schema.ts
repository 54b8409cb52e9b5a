/** The JSON Schema of scenario files, which `lab schema` prints for editors. */
import { z } from 'zod'
import type { Service } from '../service.ts'
import { faultSchema, instanceSchema, scenarioSchema } from './schema.ts'
import { phaseSchema, taskSchema } from './task.ts'
import type { Verbs } from './tasks.ts'

type Properties = Record<string, unknown>
type JsonSchema = z.core.JSONSchema.BaseSchema

/** Assembles it from the services that there are, and from what tasks may say of them. */
export function jsonSchema(services: readonly Service[], verbs: Verbs): object {
  const own = z.toJSONSchema(scenarioSchema, { io: 'input' })
  return withValues({
    ...own,
    title: 'A telelab scenario',
    required: own.properties?.['extends'] === undefined ? own.required : [],
    properties: {
      ...own.properties,
      services: instancesOf(services),
      faults: {
        type: 'array',
        description: scenarioSchema.shape.faults.description,
        items: { anyOf: faultsOf(services) },
      },
      tasks: {
        type: 'array',
        description: scenarioSchema.shape.tasks.description,
        items: taskOf(),
      },
    },
    $defs: { ...settingsOf(verbs), verb: verbOf(verbs), check: checkOf(verbs) },
  })
}

/** What a scenario writes for a student's value. */
const VALUE = String.raw`\$\{\w+\}`

/** The same schema, where a student's value may stand for each number and in each text of a form, as in `sstt${dni}.org`. */
function withValues(schema: object): object {
  const entries = Object.entries(schema).map(([key, value]): [string, unknown] => {
    if (key === 'pattern' && typeof value === 'string') return [key, `(?:${value})|${VALUE}`]
    return [key, Array.isArray(value) ? value.map(valued) : valued(value)]
  })
  const { description, ...rest }: Properties = Object.fromEntries(entries)
  const told = description === undefined ? {} : { description }
  const isNumber = rest['type'] === 'number' || rest['type'] === 'integer'
  return isNumber ? { ...told, anyOf: [rest, { type: 'string', pattern: VALUE }] } : { ...told, ...rest }
}

function valued(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? withValues(value) : value
}

function instancesOf(services: readonly Service[]): object {
  const common = propertiesOf(instanceSchema)
  const instances = services.map(({ name, summary, config }): [string, object] => {
    const schema = inputOf(config)
    const properties = { ...schema.properties, ...common }
    return [name, orNothing({ ...schema, description: summary.en, properties })]
  })
  return {
    type: 'object',
    description: scenarioSchema.shape.services.description,
    properties: Object.fromEntries(instances),
    additionalProperties: {
      type: ['object', 'null'],
      properties: { kind: { enum: services.map((service) => service.name) } },
    },
  }
}

function faultsOf(services: readonly Service[]): object[] {
  const common = propertiesOf(faultSchema)
  return services.flatMap((service) =>
    Object.entries(service.faults ?? {}).map(([point, schema]) => {
      const fields = inputOf(schema)
      return { ...fields, properties: { ...fields.properties, ...common, at: { const: point } } }
    }),
  )
}

/** A task, whose checks are what the verbs let them be. */
function taskOf(): object {
  const [task, phase] = [inputOf(taskSchema), inputOf(phaseSchema)]
  const check = { $ref: '#/$defs/check' }
  const phases = { ...phase, properties: { ...phase.properties, check } }
  const list = task.properties?.['phases']
  return {
    ...task,
    properties: {
      ...task.properties,
      check,
      phases: typeof list === 'object' ? { ...list, items: phases } : list,
    },
  }
}

/** One verb, or several with what holds of them together. */
function checkOf(verbs: Verbs): object {
  const several = { type: 'array', minItems: 1, items: { $ref: '#/$defs/verb' } }
  return {
    type: 'object',
    description: phaseSchema.shape.check.description,
    properties: {
      ...named(verbs),
      all: { ...several, description: 'all of them have to be so' },
      order: { ...several, description: 'they have to happen in this order' },
      within: propertiesOf(phaseSchema)['within'],
    },
    additionalProperties: false,
    minProperties: 1,
  }
}

function verbOf(verbs: Verbs): object {
  return {
    type: 'object',
    properties: named(verbs),
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
  }
}

function named(verbs: Verbs): Properties {
  return Object.fromEntries([...verbs.keys()].map((name) => [name, { $ref: `#/$defs/${name}` }]))
}

function settingsOf(verbs: Verbs): Properties {
  const all = [...verbs].map(([name, { verb }]): [string, object] => {
    const schema = inputOf(verb.settings)
    const isBare = (schema.required ?? []).length === 0
    return [name, { description: verb.summary.en, ...(isBare ? orNothing(schema) : schema) }]
  })
  return Object.fromEntries(all)
}

/** YAML writes settings that are all left out as nothing. */
function orNothing(schema: object): object {
  return { anyOf: [schema, { type: 'null' }] }
}

function propertiesOf(schema: z.ZodType): Properties {
  return inputOf(schema).properties ?? {}
}

/** What a file may say; what has no form in JSON Schema may be anything. */
function inputOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest
}
