/** Apache and nginx as secure web sites that want a client's certificate. */
import { openPeer, type Peer, type PeerName } from '../http/peer.ts'
import type { Shown } from './forge.ts'

/** What a peer is given. */
export interface SecurePeerOptions {
  readonly server: Shown
  /** Whom it trusts to vouch for clients; without it clients are not asked. */
  readonly authority?: string
  /** Their revocations. */
  readonly crl?: string
  /** More directives, in the program's own words. */
  readonly directives?: string
}

/** Starts a peer that serves `start` over TLS. */
export function openSecurePeer(name: PeerName, options: SecurePeerOptions): Promise<Peer> {
  const { server, authority, crl, directives = '' } = options
  const lines = (name === 'nginx' ? nginxLines : apacheLines)(authority !== undefined, crl !== undefined)
  return openPeer(name, {
    files: {
      'www/index.html': 'start',
      'tls/server.key': server.key,
      'tls/server.pem': server.chain,
      ...(authority !== undefined && { 'tls/authority.pem': authority }),
      ...(crl !== undefined && { 'tls/crl.pem': crl }),
    },
    directives: [...lines, directives].join('\n'),
  })
}

function nginxLines(isAsked: boolean, hasCrl: boolean): readonly string[] {
  return [
    'ssl on;',
    'ssl_certificate tls/server.pem;',
    'ssl_certificate_key tls/server.key;',
    'ssl_protocols TLSv1.2 TLSv1.3;',
    ...(isAsked
      ? ['ssl_verify_client on;', 'ssl_verify_depth 10;', 'ssl_client_certificate tls/authority.pem;']
      : []),
    ...(hasCrl ? ['ssl_crl tls/crl.pem;'] : []),
  ]
}

function apacheLines(isAsked: boolean, hasCrl: boolean): readonly string[] {
  return [
    'LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so',
    'SSLEngine on',
    'SSLProtocol -all +TLSv1.2 +TLSv1.3',
    'SSLCertificateFile tls/server.pem',
    'SSLCertificateKeyFile tls/server.key',
    ...(isAsked
      ? ['SSLVerifyClient require', 'SSLVerifyDepth 10', 'SSLCACertificateFile tls/authority.pem']
      : []),
    ...(hasCrl ? ['SSLCARevocationFile tls/crl.pem', 'SSLCARevocationCheck leaf'] : []),
  ]
}
