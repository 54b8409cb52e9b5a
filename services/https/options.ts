import { z } from 'zod'
import { folderPath, httpOptions } from '../../lab/web/options.ts'
import { inSpanish } from '../../lab/kit/spanish.ts'

/** The options of the service: those of `http`, and those of TLS. */
export const httpsOptions = httpOptions.extend({
  names: z
    .array(z.string().min(1).max(253))
    .max(50)
    .optional()
    .describe("Names in the server's certificate; www and the domain itself, and localhost, by default"),
  certificate: z
    .strictObject({
      certificate: z
        .string()
        .min(1)
        .describe('PEM file of the scenario: the certificate, and what leads to its root'),
      key: z.string().min(1).describe('PEM file of the scenario: its private key'),
    })
    .optional()
    .describe("A certificate of the scenario's own, in place of one that the lab's authority issues"),
  policy: z
    .enum(['modern', 'intermediate', 'document-2019'])
    .default('intermediate')
    .describe(
      'Versions and ciphers: TLS 1.3 alone, TLS 1.2 and 1.3 with forward secrecy, or TLS 1.2 as Apache 2.4.18 offered it (weak; for teaching)',
    ),
  client: z
    .enum(['required', 'optional', 'off'])
    .default('off')
    .describe("Whether clients are asked for a certificate of the lab's authority"),
  clientPaths: z
    .array(folderPath)
    .max(1000)
    .default([])
    .describe('Folders that only a client with a good certificate may visit, where it is optional'),
  identity: z
    .union([z.literal(false), z.string().regex(/^\/[A-Za-z0-9/_.-]{1,100}$/)])
    .default('/identity')
    .describe('Path of a page that tells what TLS has agreed on, and who the client is; false for none'),
  hsts: z
    .union([z.literal(false), z.int().min(0).max(63_072_000)])
    .default(false)
    .describe('Seconds for which browsers shall use nothing but HTTPS (Strict-Transport-Security)'),
  redirect: z
    .boolean()
    .default(false)
    .describe('Listens for HTTP, too, and sends every client to HTTPS (301)'),
  tickets: z.boolean().default(true).describe('Sessions are resumed'),
  staple: z
    .boolean()
    .default(false)
    .describe("Clients that ask get the authority's word (OCSP) along with the certificate"),
})

/** The options with their defaults filled in. */
export type HttpsConfig = z.output<typeof httpsOptions>

/** What a scenario may break at `tls.certificate`. */
export const certificateFault = inSpanish(
  z.strictObject({
    show: z
      .enum([
        'expired',
        'not yet valid',
        'wrong name',
        'self-signed',
        'broken chain',
        'other authority',
        'weak key',
      ])
      .optional()
      .describe("Shows a certificate of which this is wrong, in place of the server's own"),
    ask: z
      .literal('other authority')
      .optional()
      .describe('Asks clients for a certificate of an authority that is not the lab, so that they find none'),
    staple: z
      .literal('revoked')
      .optional()
      .describe('Hands out an OCSP answer that says the certificate is revoked, whatever the register says'),
  }),
  {
    show: 'Muestra un certificado en el que esto está mal, en lugar del propio del servidor',
    ask: 'Pide a los clientes un certificado de una autoridad que no es el laboratorio, para que no encuentren ninguno',
    staple:
      'Entrega una respuesta OCSP que dice que el certificado está revocado, diga lo que diga el registro',
  },
)

/** A fault with what is broken. */
export type CertificateFault = z.output<typeof certificateFault>
