/** The real servers nginx and Apache, unprivileged on free ports of the loopback, for as long as a test needs them. */
import { chmodSync, chownSync, readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { Address } from '../../../lab/service.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { freePort } from '../../port.ts'
import { openServer } from '../../server.ts'
import { talk } from '../../talk.ts'

/** The programs that a conformance test can be pointed at. */
export type PeerName = 'nginx' | 'apache'

/** The names of both. */
export const peerNames = ['nginx', 'apache'] as const

/** The commands that they are. */
export const peerCommands = { nginx: 'nginx', apache: 'apache2' } as const

/** What a peer serves, and what it is told beside its usual configuration. */
export interface PeerOptions {
  /** Its site, below `www/`; nothing if not given. */
  readonly files?: Readonly<Record<string, string | Buffer>>
  /** Passes every request on to this address, as a reverse proxy with kept connections. */
  readonly upstream?: Address
  /** Answers other methods than GET with 405, as our service does; true if not given, false for a proxy. */
  readonly isGetOnly?: boolean
  /** More directives of its server, in the program's own words. */
  readonly directives?: string
}

/** A running server. */
export interface Peer extends AsyncDisposable {
  readonly address: Address
  /** Its files, so that a test may change them. */
  readonly folder: string
}

/** The time of the last change of every file that a peer serves, and of those of a lab that is compared with it. */
export const modified = new Date('2026-01-02T03:04:05Z')

/** Another program may take the port that was free a moment ago. */
const TRIES = 5
/** Whoever runs the tests as root lets the servers run as nobody. */
const NOBODY = 65_534

interface Place {
  readonly folder: string
  readonly port: number
}

/** Starts a server; rejects with what it said if it does not run. */
export async function openPeer(name: PeerName, options: PeerOptions = {}): Promise<Peer> {
  for (let left = TRIES; ; left -= 1) {
    const port = await freePort()
    const temporary = temporaryFolder()
    const folder = temporary.path
    const place = { folder, port }
    writeFiles(folder, {
      'www/.keep': '',
      ...options.files,
      'server.conf':
        name === 'nginx' ? nginxConfiguration(place, options) : apacheConfiguration(place, options),
    })
    give(folder)
    try {
      return await start(name, place, temporary)
    } catch (error) {
      temporary[Symbol.dispose]()
      if (left === 1 || !/address already in use/i.test(String(error))) throw error
    }
  }
}

/** Gives all files their time, and the one who runs the server. */
function give(folder: string): void {
  chmodSync(folder, 0o755)
  for (const file of ['.', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
    utimesSync(join(folder, file), modified, modified)
    if (process.getuid?.() === 0) chownSync(join(folder, file), NOBODY, NOBODY)
  }
}

async function start(name: PeerName, { folder, port }: Place, temporary: Disposable): Promise<Peer> {
  const configuration = join(folder, 'server.conf')
  const address = { host: '127.0.0.1', port }
  const words =
    name === 'nginx'
      ? ['-e', 'stderr', '-p', folder, '-c', configuration]
      : ['-DFOREGROUND', '-d', folder, '-f', configuration]
  const server = await openServer(peerCommands[name], words, {
    cwd: folder,
    ...(process.getuid?.() === 0 && { uid: NOBODY, gid: NOBODY }),
    // Without Host a proxy answers by itself too.
    answers: async () => (await talk(address, 'GET / HTTP/1.1\r\n\r\n')).startsWith('HTTP/1.1 400 '),
    log: join(folder, 'error.log'),
  })
  return {
    address,
    folder,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      temporary[Symbol.dispose]()
    },
  }
}

// As Debian ships it, with the keep-alive time of the coursework and the site's types.
function nginxConfiguration({ folder, port }: Place, options: PeerOptions): string {
  const { upstream, directives = '', isGetOnly = upstream === undefined } = options
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (each) => `${each}_temp_path ${folder}/${each};`,
  )
  return `
daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log ${folder}/error.log crit;
events { worker_connections 768; }
http {
  ${paths.join('\n  ')}
  sendfile on;
  tcp_nopush on;
  access_log off;
  types { text/html html; text/css css; text/plain txt; image/jpeg jpg; }
  default_type application/octet-stream;
  charset utf-8;
  charset_types text/css text/plain;
  keepalive_timeout 10s 10s;
  keepalive_requests 100;
  lingering_timeout 100ms;
  ${upstream === undefined ? '' : `upstream lab { server ${upstream.host}:${upstream.port}; keepalive 1; }`}
  server {
    listen 127.0.0.1:${port};
    root ${folder}/www;
    index index.html;
    ${isGetOnly ? 'if ($request_method != GET) { return 405; }' : ''}
    ${upstream === undefined ? '' : nginxProxy}
    ${directives}
  }
}
`
}

// A client that has closed its half still wants its answer.
const nginxProxy = `location / {
      proxy_pass http://lab;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_ignore_client_abort on;
    }`

// As Debian ships it: HttpProtocolOptions Strict is the default, security.conf turns TRACE off.
function apacheConfiguration({ folder, port }: Place, options: PeerOptions): string {
  const { upstream, directives = '', isGetOnly = upstream === undefined } = options
  const modules = [
    'mpm_event',
    'authz_core',
    'dir',
    'mime',
    'reqtimeout',
    'allowmethods',
    'rewrite',
    'usertrack',
    'headers',
  ]
  if (upstream !== undefined) modules.push('proxy', 'proxy_http')
  return `
${modules.map((each) => `LoadModule ${each}_module /usr/lib/apache2/modules/mod_${each}.so`).join('\n')}
ServerRoot ${folder}
ServerName localhost
DefaultRuntimeDir ${folder}
PidFile ${folder}/pid
Mutex file:${folder} default
ErrorLog ${folder}/error.log
LogLevel crit
Listen 127.0.0.1:${port}
StartServers 1
MinSpareThreads 5
MaxSpareThreads 50
ThreadsPerChild 25
KeepAlive On
KeepAliveTimeout 10
MaxKeepAliveRequests 100
RequestReadTimeout header=20-40,minrate=500 body=10,minrate=500
TraceEnable Off
TypesConfig /dev/null
AddType text/html .html
AddType text/css .css
AddType text/plain .txt
AddType image/jpeg .jpg
AddDefaultCharset utf-8
AddCharset utf-8 .css
DirectoryIndex index.html
DocumentRoot ${folder}/www
<Directory />
  Require all denied
  Options FollowSymLinks
</Directory>
<Directory ${folder}/www>
  Require all granted
  ${isGetOnly ? 'AllowMethods GET' : ''}
</Directory>
RewriteEngine On
${isGetOnly ? 'RewriteCond %{REQUEST_METHOD} =HEAD\nRewriteRule ^ - [R=405]' : ''}
${upstream === undefined ? '' : `ProxyPass / http://${upstream.host}:${upstream.port}/ keepalive=On\nProxyPreserveHost On`}
${directives}
`
}
