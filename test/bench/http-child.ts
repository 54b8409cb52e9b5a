/** The benchmark's web servers that are Node programs, `lab|net|tls|http FOLDER REQUESTS`; each sends its port when it answers, and its longest stall when it is asked twice. */
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createNetServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createServer as createTlsServer } from 'node:tls'

const [mode, folder = '', requests = ''] = process.argv.slice(2)
const most = Number(requests)

const bodies = (): ReadonlyMap<string, Buffer> =>
  new Map(
    readdirSync(join(folder, 'www')).map((name) => [`/${name}`, readFileSync(join(folder, 'www', name))]),
  )

async function serveLab(): Promise<number> {
  // The others' memory holds no lab.
  const [{ Lab }, { readScenario }] = await Promise.all([
    import('../../lab/host/lab.ts'),
    import('../lab.ts'),
  ])
  const { scenario, problems } = await readScenario(join(folder, 'scenario.yaml'))
  if (scenario === undefined) throw new Error(JSON.stringify(problems))
  const lab = new Lab({ scenario, state: join(folder, 'state'), ports: 'any' })
  await lab.start()
  const service = scenario.instances.some(({ name }) => name === 'https') ? 'https' : 'http'
  return lab.address(service, service).port
}

async function listen(server: Server): Promise<number> {
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** No parser, no files, no lab: what Node itself costs for one piece in and one out. */
function serveNet(): Promise<number> {
  return listen(createNetServer({ noDelay: true }, answerPrepared()))
}

/** The same inside of TLS. */
function serveTls(): Promise<number> {
  const read = (name: string): Buffer => readFileSync(join(folder, name))
  const isClientAsked = read('client').toString() === 'required'
  const options = {
    key: read('server.key'),
    cert: read('server.pem'),
    ciphers: 'TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256',
    ...(isClientAsked && { requestCert: true, ca: read('state/certs/cacert.pem') }),
  }
  return listen(createTlsServer({ ...options, noDelay: true }, answerPrepared()))
}

function answerPrepared(): (socket: Socket) => void {
  const prepare = (connection: string): Map<string, Buffer> =>
    new Map(
      [...bodies()].map(([path, body]) => [
        path,
        Buffer.concat([
          Buffer.from(
            `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: ${connection}\r\n\r\n`,
          ),
          body,
        ]),
      ]),
    )
  const open = prepare('keep-alive')
  const last = prepare('close')
  return (socket) => {
    let served = 0
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      const path = chunk.toString('latin1', 4, chunk.indexOf(32, 4))
      served += 1
      if (served < most && !chunk.includes('HTTP/1.0')) socket.write(open.get(path) ?? '')
      else socket.end(last.get(path) ?? '')
    })
  }
}

function serveHttp(): Promise<number> {
  const all = bodies()
  const answer: RequestListener = (request, response) => {
    const body = all.get(request.url ?? '')
    response.writeHead(body === undefined ? 404 : 200, {
      'Content-Type': 'text/plain',
      'Content-Length': body?.length ?? 0,
    })
    response.end(body)
  }
  const server = createHttpServer({ keepAliveTimeout: 600_000 }, answer)
  server.maxRequestsPerSocket = most
  return listen(server)
}

/** The longest time in milliseconds that the loop was late by, from one message to the next. */
function tellStalls(): void {
  const delays = monitorEventLoopDelay({ resolution: 1 })
  let isWatched = false
  delays.enable()
  process.on('message', () => {
    if (isWatched) process.send?.(delays.max / 1e6)
    isWatched = !isWatched
    delays.reset()
  })
}

const serve = { lab: serveLab, net: serveNet, tls: serveTls, http: serveHttp }[mode ?? '']
if (serve === undefined) throw new Error(`no mode ${mode}`)
process.send?.(await serve())
tellStalls()
