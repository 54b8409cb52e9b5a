/**
 * The web servers that the benchmarks compare, each serving the same folder on a port of its own. nginx and Apache
 * are configured as Debian ships them (access log, sendfile, modules, threads), with one worker for nginx; only for the
 * idle connections are their limits raised. A connection brings the same number of requests to each.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, cpSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { freePort } from '../port.ts'

/** One server that has been started. */
export interface WebServer {
  readonly port: number
  readonly process: ChildProcess
}

/** What a server must bear. */
export interface Load {
  /** An empty folder but for `www`. */
  readonly folder: string
  /** Requests that a connection may bring. */
  readonly requests: number
  /** Connections open at the same time, for minutes; undefined for the server's usual limits. */
  readonly idle?: number
  /** Undefined for plain HTTP. */
  readonly tls?: TlsLoad
}

/** PEM files, the same for every server. */
export interface TlsLoad {
  /** The lab's folder of them, for its authority to go on with. */
  readonly authorityFolder: string
  readonly authority: string
  readonly certificate: string
  readonly key: string
  /** The certificate of a client, where they must show one. */
  readonly client?: { readonly certificate: string; readonly key: string }
}

/** How one server is started; `program` must be there for it to take part. */
export interface WebServerKind {
  readonly name: string
  readonly program: string
  start(load: Load): Promise<WebServer>
}

const root = resolve(import.meta.dirname, '..', '..')
/** Seconds that an idle connection is kept where the count of them matters. */
const LONG = 600
/** The domain of the lab, and of the certificates. */
export const DOMAIN = 'bench.test'

/** Runs a program with as many descriptors as the connections need, where the system lets it have them. */
export function withDescriptors(
  program: string,
  words: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): ChildProcess {
  const raise = 'ulimit -n 20000 2>/dev/null || ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"'
  return spawn('sh', ['-c', raise, program, ...words], {
    ...options,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
}

/** The options of the service `https`, whose files are put beside the scenario. */
function labTls(folder: string, { authorityFolder, certificate, key, client }: TlsLoad): string {
  cpSync(authorityFolder, join(folder, 'state', 'certs'), { recursive: true })
  copyFileSync(certificate, join(folder, 'server.pem'))
  copyFileSync(key, join(folder, 'server.key'))
  const asked = client === undefined ? 'off' : 'required'
  writeFileSync(join(folder, 'client'), asked)
  return `, certificate: { certificate: server.pem, key: server.key }, client: '${asked}'`
}

function nodeServer(name: string, mode: string): WebServerKind {
  return {
    name,
    program: process.execPath,
    async start({ folder, requests, idle, tls }) {
      const limits = idle === undefined ? '' : `, idleTimeout: ${LONG}, maxConnections: ${idle + 100}`
      const secure = tls === undefined ? '' : labTls(folder, tls)
      writeFileSync(
        join(folder, 'scenario.yaml'),
        `title: Bench\ndomain: ${DOMAIN}\nservices:\n  ${secure === '' ? 'http' : 'https'}: { maxRequests: ${requests}${limits}${secure} }\n`,
      )
      const child = withDescriptors(
        process.execPath,
        [join(import.meta.dirname, 'http-child.ts'), mode, folder, String(requests)],
        // The compiled modules that an installed lab starts from: no compiler is loaded into the memory that is measured.
        {
          cwd: folder,
          env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'telelab') },
        },
      )
      const ended = once(child, 'exit').then(([code]) => {
        throw new Error(`${name} ended with ${code} before it answered`)
      })
      const [port] = (await Promise.race([once(child, 'message'), ended])) as [number]
      ended.catch(() => undefined)
      return { port, process: child }
    },
  }
}

/** Started by root, both give up its rights. */
const isRoot = process.getuid?.() === 0

const CIPHER = 'ECDHE-ECDSA-AES128-GCM-SHA256'
const SUITE = 'TLS_AES_128_GCM_SHA256'

const nginxTls = ({ authority, certificate, key, client }: TlsLoad): string =>
  `    ssl_certificate ${certificate};
    ssl_certificate_key ${key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers on;
    ssl_ciphers ${CIPHER};
    ssl_conf_command Ciphersuites ${SUITE};
${client !== undefined ? `    ssl_verify_client on;\n    ssl_client_certificate ${authority};\n` : ''}`

const apacheTls = ({ authority, certificate, key, client }: TlsLoad): string =>
  `LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
SSLEngine on
SSLCertificateFile ${certificate}
SSLCertificateKeyFile ${key}
SSLProtocol -all +TLSv1.2 +TLSv1.3
SSLHonorCipherOrder on
SSLCipherSuite ${CIPHER}
SSLCipherSuite TLSv1.3 ${SUITE}
${client !== undefined ? `SSLVerifyClient require\nSSLCACertificateFile ${authority}\n` : ''}`

function nginx(name: string, log: (folder: string) => string): WebServerKind {
  return {
    name,
    program: 'nginx',
    async start({ folder, requests, idle, tls }) {
      const port = await freePort()
      // nginx closes idle connections when fewer than a sixteenth of all are free.
      const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (each) => `  ${each}_temp_path ${folder}/${each};\n`,
      )
      writeFileSync(
        join(folder, 'nginx.conf'),
        `${isRoot ? 'user www-data;\n' : ''}daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections ${idle === undefined ? 768 : Math.ceil(idle * 1.25)}; }
http {
  sendfile on;
  tcp_nopush on;
  types_hash_max_size 2048;
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  gzip on;
  access_log ${log(folder)};
  keepalive_requests ${requests};
${idle === undefined ? '' : `  keepalive_timeout ${LONG};\n`}${places.join('')}  server {
    listen 127.0.0.1:${port}${tls === undefined ? '' : ' ssl'};
    root ${folder}/www;
${tls === undefined ? '' : nginxTls(tls)}  }
}\n`,
      )
      const words = ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')]
      return { port, process: withDescriptors('nginx', words, { cwd: folder }) }
    },
  }
}

/** Those that Debian turns on, but for `reqtimeout`. */
const APACHE_MODULES =
  'mpm_event access_compat alias auth_basic authn_core authn_file authz_core authz_host authz_user autoindex deflate dir env filter mime negotiation setenvif status'

/** Each child serves its threads' number of connections and `AsyncRequestWorkerFactor` times as many idle ones. */
const apacheThreads = (idle: number | undefined): string =>
  idle === undefined
    ? 'StartServers 2\nMinSpareThreads 25\nMaxSpareThreads 75\nMaxRequestWorkers 150\n'
    : `StartServers 6\nMinSpareThreads 150\nMaxSpareThreads 150\nMaxRequestWorkers 150\nAsyncRequestWorkerFactor ${Math.ceil(idle / 40)}\nKeepAliveTimeout ${LONG}\n`

const apache: WebServerKind = {
  name: 'Apache (event)',
  program: 'apache2',
  async start({ folder, requests, idle, tls }) {
    const port = await freePort()
    const load = APACHE_MODULES.split(' ').map(
      (each) => `LoadModule ${each}_module /usr/lib/apache2/modules/mod_${each}.so\n`,
    )
    writeFileSync(
      join(folder, 'apache.conf'),
      `${load.join('')}${isRoot ? 'User www-data\nGroup www-data\n' : ''}ServerRoot ${folder}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/error.log
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
CustomLog ${folder}/access.log combined
TypesConfig /etc/mime.types
KeepAlive On
MaxKeepAliveRequests ${requests}
ThreadsPerChild 25
${apacheThreads(idle)}${tls === undefined ? '' : apacheTls(tls)}DocumentRoot ${folder}/www
<Directory ${folder}/www>
  Options Indexes FollowSymLinks
  AllowOverride None
  Require all granted
</Directory>\n`,
    )
    const words = ['-D', 'FOREGROUND', '-f', join(folder, 'apache.conf')]
    return { port, process: withDescriptors('apache2', words, { cwd: folder }) }
  },
}

/** All of them, ours first. */
export const webServers: readonly WebServerKind[] = [
  nodeServer('telelab', 'lab'),
  nginx('nginx', (folder) => `${folder}/access.log`),
  nginx('nginx, no access log', () => 'off'),
  apache,
  nodeServer('bare node:net, prepared octets', 'net'),
  nodeServer('bare node:http, body in memory', 'http'),
]

/** Those that speak TLS, ours first. */
export const secureServers: readonly WebServerKind[] = [
  nodeServer('telelab', 'lab'),
  nginx('nginx', (folder) => `${folder}/access.log`),
  apache,
  nodeServer('bare node:tls, prepared octets', 'tls'),
]
