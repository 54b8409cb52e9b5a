/** `http-idle.ts PORT COUNT`: opens that many connections, brings one request on each, says how many answer, and holds them. */
import { connect } from 'node:net'

/** Connections that are being opened at the same time: Apache closes idle ones when all its threads are busy. */
const ABREAST = 50
/** Connections from one address: a program that wants more needs a range of ports wider than most systems give. */
const FROM_ONE = 1000

const [port = '', count = ''] = process.argv.slice(2)
const most = Number(count)
let begun = 0
let open = 0
let failed = 0

function tell(): void {
  if (open + failed === most) process.send?.({ open, failed })
}

function openOne(): void {
  if (begun === most) return
  const localAddress = `127.0.0.${2 + Math.floor(begun / FROM_ONE)}`
  begun += 1
  let state: 'new' | 'open' | 'failed' = 'new'
  const fail = (): void => {
    if (state === 'open') open -= 1
    if (state !== 'failed') failed += 1
    if (state === 'new') openOne()
    state = 'failed'
    tell()
  }
  const socket = connect({ host: '127.0.0.1', port: Number(port), localAddress })
  socket.on('error', fail)
  socket.on('close', fail)
  socket.on('end', fail)
  socket.on('data', () => {
    if (state !== 'new') return
    state = 'open'
    open += 1
    openOne()
    tell()
  })
  socket.write('GET /26.txt HTTP/1.1\r\nHost: bench\r\n\r\n')
}

// Asked again, it says how many are still open.
process.on('message', tell)
for (let each = 0; each < ABREAST; each += 1) openOne()
