/** A network of its own for a lab and its clients, with the standard ports and a resolver that asks the lab. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '../../lab.ts'
import { launcher } from '../../program.ts'
import { missing } from '../../tool.ts'

/** Milliseconds for a command, and for what a program should say at its start. */
const PATIENCE = 60_000

/** Ways to make one: for everybody, where the system lets them, and for the administrator. */
const WAYS = [
  ['--map-root-user', '--net', '--mount'],
  ['--net', '--mount'],
] as const

// Without an address beyond the loopback, programs take the machine for one without a network.
const SETUP = `set -e
ip link set lo up
if ip link add lab0 type veth peer name lab1 2> /dev/null
then link=lab0; ip link set lab1 up
else link=lo
fi
ip addr add 192.0.2.254/24 dev "$link"
ip addr add 2001:db8::fe/64 dev "$link" nodad || true
ip link set "$link" up
mkdir "$FOLDER/etc"
cp -r /etc/. "$FOLDER/etc" 2> /dev/null || true
rm -f "$FOLDER/etc/resolv.conf" "$FOLDER/etc/nsswitch.conf"
echo 'nameserver 127.0.0.1' > "$FOLDER/etc/resolv.conf"
echo 'options timeout:2 attempts:2' >> "$FOLDER/etc/resolv.conf"
echo 'hosts: files dns' > "$FOLDER/etc/nsswitch.conf"
mount --bind "$FOLDER/etc" /etc
echo ready
exec cat > /dev/null`

/** False if such a network can be made here; else why the test is skipped. In CI it is an error. */
export function missingNamespace(...programs: readonly string[]): string | false {
  const absent = missing('unshare', 'nsenter', 'ip', ...programs)
  if (absent !== false) return absent
  if (findWay() !== undefined) return false
  const why =
    'this system makes no network namespaces: run the tests as root with CAP_SYS_ADMIN, or allow unprivileged user namespaces'
  if (process.env['CI'] !== undefined) throw new Error(why)
  return why
}

function findWay(): readonly string[] | undefined {
  return WAYS.find((way) => spawnSync('unshare', [...way, 'ip', 'link', 'set', 'lo', 'up']).status === 0)
}

/** What a command in the namespace printed, and how it ended. */
interface Finished {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A namespace with a running lab. */
export class Namespace implements AsyncDisposable {
  private readonly parts: AsyncDisposableStack
  /** The program and its words that run a command inside. */
  private readonly entry: readonly string[]
  /** Where the lab keeps its state. */
  readonly state: string

  private constructor(parts: AsyncDisposableStack, entry: readonly string[], state: string) {
    this.parts = parts
    this.entry = entry
    this.state = state
  }

  /** Makes a namespace and starts a lab in it, on the standard ports; `words` are more of the lab's command line. */
  static async open(...words: readonly string[]): Promise<Namespace> {
    const way = findWay()
    if (way === undefined) throw new Error('no network namespace can be made')
    await using parts = new AsyncDisposableStack()
    const folder = parts.use(temporaryFolder())
    const holder = spawn('unshare', [...way, 'sh', '-c', SETUP], {
      env: { ...process.env, FOLDER: folder.path },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    parts.defer(() => end(holder))
    await printed(holder, 'ready')
    const spaces = way.includes('--map-root-user') ? ['--user', '--preserve-credentials'] : []
    const entry = ['--target', String(holder.pid), ...spaces, '--net', '--mount', '--']
    const state = join(folder.path, 'lab')
    const start = [launcher, 'start', ...words, '--ports', 'standard', '--state', state]
    const lab = enter([...entry, process.execPath, ...start], folder.path)
    parts.defer(() => end(lab))
    await printed(lab, 'Ctrl-C')
    return new Namespace(parts.move(), entry, state)
  }

  /** Runs a command to its end, or for a minute. */
  async run(...words: readonly [string, ...string[]]): Promise<Finished> {
    const child = enter([...this.entry, ...words], dirname(this.state))
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE)
    let out = ''
    let err = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text))
    const [code] = (await once(child, 'close')) as [number | null]
    clearTimeout(timer)
    return { code, out, err }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.parts[Symbol.asyncDispose]()
  }
}

function enter(words: readonly string[], home: string): ChildProcess {
  const env = { PATH: process.env['PATH'], HOME: home, LANG: 'C', NO_COLOR: '1' }
  return spawn('nsenter', words, { env, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Resolves with all that was printed once it holds the text; rejects if the program ends before, or does not say it in a minute. */
function printed(child: ChildProcess, text: string): Promise<string> {
  let out = ''
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const fail = (what: string): void => reject(new Error(`${what} before it said "${text}":\n${out}`))
  const timer = setTimeout(() => fail('a minute has passed'), PATIENCE)
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (piece: string) => {
      out += piece
      if (out.includes(text)) resolve(out)
    })
  }
  child.once('error', reject)
  child.once('exit', () => fail('it ended'))
  return promise.finally(() => clearTimeout(timer))
}
