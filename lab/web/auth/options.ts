import { z } from 'zod'
import { explain } from '../../kit/explain.ts'
import { foldPath } from './fold.ts'

/** Folders that one site may protect. */
const mostRules = 64
/** Entries of one table of users. */
const mostUsers = 1000

// What `decodePath` may give: no empty, dot or hidden segment but RFC 8615's; a % would only tell that somebody encoded it.
const prefix = z
  .string()
  .max(255)
  .regex(/^\/(?:(?!\.(?!well-known\/))[^/\\%?#\p{Cc}\p{Cs}]+\/)*$/u)

// RFC 7617 §2: a name has no colon, and neither a name nor a password has a control character.
const name = z.string().regex(/^[^:\p{Cc}]{1,64}$/u)
const password = z.string().regex(
  /^\P{Cc}{1,1024}$/u,
  explain({
    en: 'write 1 to 1024 characters, none of them a control',
    es: 'escribe de 1 a 1024 caracteres, ninguno de control',
  }),
)

const users = z
  .record(
    name,
    password,
    explain(
      {
        en: 'write a name of 1 to 64 characters, none of them a colon or a control',
        es: 'escribe un nombre de 1 a 64 caracteres, sin dos puntos ni caracteres de control',
      },
      'invalid_key',
    ),
  )
  .refine(
    (table) => Object.keys(table).length <= mostUsers,
    explain({ en: `name at most ${mostUsers} users`, es: `indica como mucho ${mostUsers} usuarios` }),
  )
  .refine(
    (table) => isDistinct(Object.keys(table), (key) => key.normalize('NFC')),
    explain({
      en: 'two of these names are the same but for how their accents are encoded',
      es: 'dos de estos nombres solo difieren en cómo se codifican sus acentos',
    }),
  )

// Clients differ in what they make of quotes, backslashes and octets beyond ASCII here.
const realm = z
  .string()
  .regex(
    /^[ !#-[\]-~]{1,128}$/,
    explain({
      en: 'write 1 to 128 ASCII characters without quotes and backslashes',
      es: 'escribe de 1 a 128 caracteres ASCII, sin comillas ni barras invertidas',
    }),
  )
  .default('telelab')
  .describe('What the folder is called when a browser asks for the password; ASCII only')

const basic = z.strictObject({
  scheme: z.literal('basic').describe('The password crosses the network in clear (RFC 7617)'),
  realm,
  users: users.optional().describe("Name and password of each who may enter; without it, the lab's accounts"),
})

const digest = z.strictObject({
  scheme: z.literal('digest').describe('Only a hash of the password crosses the network (RFC 7616)'),
  realm,
  users: users.describe(
    "Name and password of each who may enter; the lab's accounts cannot, for Digest needs more than their verifiers",
  ),
})

/** Which folders of a site ask for a password, by the decoded path that their addresses begin with. */
export const protect = z
  .record(
    prefix,
    z.discriminatedUnion('scheme', [basic, digest]),
    explain(
      {
        en: 'write the path of a folder as it begins and ends with a slash, not percent-encoded, as in /private/',
        es: 'escribe la ruta de una carpeta: empieza y acaba en barra, sin codificar con porcentajes, como /privado/',
      },
      'invalid_key',
    ),
  )
  .refine(
    (rules) => Object.keys(rules).length <= mostRules,
    explain({ en: `protect at most ${mostRules} folders`, es: `protege como mucho ${mostRules} carpetas` }),
  )
  .refine(
    (rules) => isDistinct(Object.keys(rules), foldPath),
    explain({
      en: 'two of these paths are the same but for letter case, which makes no difference here',
      es: 'dos de estas rutas solo difieren en mayúsculas y minúsculas, que aquí no cuentan',
    }),
  )
  .default({})
  .describe('Folders that ask for a password, by path as in /private/; the longest that fits decides')

/** The folders with their rules, defaults filled in. */
export type ProtectRules = z.output<typeof protect>

function isDistinct(keys: readonly string[], fold: (key: string) => string): boolean {
  return new Set(keys.map(fold)).size === keys.length
}
