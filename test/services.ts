import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { writeFiles } from './lab.ts'

const root = resolve(import.meta.dirname, '..')
const contract = pathToFileURL(join(root, 'lab', 'service.ts')).href
const zod = import.meta.resolve('zod')

/** What a test's service differs in from the plain echo service. */
export interface TestService {
  /** TypeScript inside `start(ctx) { … }`; by default it echoes what it receives. */
  readonly start?: string
  readonly endpoints?: string
  readonly after?: readonly string[]
  readonly config?: string
  readonly faults?: string
}

/** Drops a folder with a service, as a course's author would, below a folder of services. */
export function dropService(folder: string, name: string, service: TestService = {}): void {
  const {
    start = `await ctx.tcp('${name}', (socket) => { socket.pipe(socket) })`,
    endpoints = `{ ${name}: { transport: 'tcp', standard: 7, fallback: 7007 } }`,
    after = [],
    config = 'z.strictObject({ greeting: z.string().default("hello") })',
    faults = '{}',
  } = service
  writeFiles(folder, {
    [`${name}/index.ts`]: `
import { z } from '${zod}'
import { defineService, type ServiceContext } from '${contract}'

const config = ${config}

export const service = defineService<z.infer<typeof config>>({
  name: '${name}',
  summary: { en: 'The service ${name}', es: 'El servicio ${name}' },
  config,
  endpoints: ${endpoints},
  after: ${JSON.stringify(after)},
  faults: ${faults},
  async start(ctx: ServiceContext<z.infer<typeof config>>) { ${start} },
})
`,
  })
}

/** Drops an echo over TCP, `echo`, and one over UDP, `datagrams`. */
export function dropEchoes(folder: string): void {
  dropService(folder, 'echo')
  dropService(folder, 'datagrams', {
    start: "await ctx.udp('datagrams', (message) => Buffer.from(message))",
    endpoints: "{ datagrams: { transport: 'udp', standard: 7, fallback: 7007 } }",
  })
}
