import { z } from 'zod'
import type { Operation, Operations } from './operation.ts'
import { errorSchema } from './schema.ts'

/** Describes the operations over HTTP as OpenAPI 3.1, made from their schemas; paths are relative to the page's address. */
export function openApi(operations: Operations): object {
  const components = new Components()
  const shown = Object.entries(operations).filter(([, operation]) => !operation.isLocal)
  return {
    openapi: '3.1.1',
    info: {
      title: 'telelab console',
      version: '1',
      description:
        'Everything that can be asked of a running lab. `lab console` prints the address; its path, or `Authorization: Bearer`, carries the token.',
    },
    servers: [{ url: '.' }],
    security: [{}, { token: [] }],
    paths: Object.fromEntries(
      shown.map(([name, operation]) =>
        operation.isStream
          ? [
              `/api/stream/${name}`,
              { get: described(name, operation, streamOf(name, operation, components)) },
            ]
          : [`/api/${name}`, { post: described(name, operation, exchangeOf(name, operation, components)) }],
      ),
    ),
    components: {
      schemas: { ...components.schemas, Error: components.add('Error', errorSchema, 'output') },
      responses: {
        Error: {
          description: 'Why it could not be done, in both languages.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
        Unauthorized: { description: 'The token is wrong or missing.' },
      },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  }
}

function described(name: string, operation: Operation, own: Own): object {
  return {
    operationId: name,
    summary: operation.summary,
    ...own.request,
    responses: {
      200: own.answer,
      401: { $ref: '#/components/responses/Unauthorized' },
      '4XX': { $ref: '#/components/responses/Error' },
      500: { $ref: '#/components/responses/Error' },
    },
  }
}

interface Own {
  readonly request: object
  readonly answer: object
}

function exchangeOf(name: string, { input, output }: Operation, components: Components): Own {
  return {
    request: {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: components.add(`${name}.input`, input, 'input') } },
      },
    },
    answer: {
      description: 'What was asked for.',
      content: { 'application/json': { schema: components.add(`${name}.output`, output, 'output') } },
    },
  }
}

/** OpenAPI 3.1 knows no events: the schema is that of the data of each. */
function streamOf(name: string, { input, output }: Operation, components: Components): Own {
  return {
    request: {
      parameters: [
        {
          name: 'input',
          in: 'query',
          description: 'As JSON.',
          content: { 'application/json': { schema: components.add(`${name}.input`, input, 'input') } },
        },
        {
          name: 'Last-Event-ID',
          in: 'header',
          description: 'Where a stream whose events have an id goes on.',
          schema: { type: 'string' },
        },
      ],
    },
    answer: {
      description:
        'Server-Sent Events, the data of each one item as JSON; the data of an event `lost` counts items that were left out.',
      content: { 'text/event-stream': { schema: components.add(`${name}.output`, output, 'output') } },
    },
  }
}

/** The schemas that others refer to, by the names under which the description keeps them. */
class Components {
  readonly schemas: Record<string, object> = {}

  /** The JSON Schema of one place; one that refers to itself is kept as a component, for there `#` is the whole description. */
  add(name: string, schema: z.ZodType, io: 'input' | 'output'): object {
    const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
    const refers = (value: object): object => renamed(value, name)
    for (const [key, definition] of Object.entries($defs)) this.schemas[`${name}.${key}`] = refers(definition)
    if (!JSON.stringify(own).includes('"$ref":"#"')) return refers(own)
    this.schemas[name] = refers(own)
    return { $ref: `#/components/schemas/${name}` }
  }
}

/** The schema with its references to itself turned into those to components. */
function renamed(schema: object, name: string): object {
  const turned: object = JSON.parse(JSON.stringify(schema), (key, value: unknown) => {
    if (key !== '$ref' || typeof value !== 'string') return value
    if (value === '#') return `#/components/schemas/${name}`
    return value.replace('#/$defs/', `#/components/schemas/${name}.`)
  })
  return turned
}
