import { z } from 'zod'
import { explain } from '../kit/explain.ts'
import { paramSchema } from './params.ts'
import { bothLanguages } from './task.ts'

/** A word that may stand in a file name and in a command line. */
const word = z.string().regex(
  /^[a-z][a-z0-9-]{0,40}$/,
  explain({
    en: 'lower-case letters, digits and hyphens, a letter first, as in xmpp-2',
    es: 'minúsculas, cifras y guiones, empezando por letra, como xmpp-2',
  }),
)

/** A domain without its final dot. */
const domain = z
  .string()
  .max(253)
  .regex(
    /^(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*$/,
    explain({
      en: 'a domain is written without its final dot, letters, digits and hyphens between the dots, as in lab.test',
      es: 'un dominio se escribe sin el punto final, con letras, cifras y guiones entre los puntos, como lab.test',
    }),
  )

/** All of a scenario but what its services define; `services`, `faults` and `tasks` are checked one by one against theirs. */
export const scenarioSchema = z.strictObject({
  title: bothLanguages.describe('what the scenario is called'),
  summary: bothLanguages.optional().describe('what it is for, in a sentence'),
  extends: z
    .string()
    .min(1)
    .optional()
    .describe('a shipped scenario by name, or a file, that this one changes'),
  params: z
    .record(
      z.string().regex(
        /^[a-z][A-Za-z0-9]*$/,
        explain({
          en: 'the name of a parameter is of letters and digits, a lower-case letter first, as in dni or port2',
          es: 'el nombre de un parámetro lleva letras y cifras, y empieza por minúscula, como dni o port2',
        }),
      ),
      paramSchema,
    )
    .default({})
    .describe('values made for each student, written ${name} wherever they are used'),
  domain: domain.default('lab.test').describe('the domain of the lab'),
  accounts: z
    .array(
      z.strictObject({
        name: z.string(),
        password: z.string().optional().describe("the account's name, if not given"),
      }),
    )
    .max(10_000)
    .default([])
    .describe('the people who can log in'),
  services: z.record(word, z.unknown()).default({}).describe('the services, each with its options'),
  faults: z.array(z.unknown()).max(1000).default([]).describe('what is broken, where and how often'),
  tasks: z.array(z.unknown()).max(500).default([]).describe('what the student has to do, in order'),
  suites: z
    .array(word)
    .max(20)
    .default([])
    .describe("suites that grade the student's own server (`lab grade`); all of the services' if not given"),
  intended: z
    .array(z.string().min(8).max(500))
    .max(100)
    .default([])
    .describe('parts of warnings that belong to the exercise, and are not told: they would give it away'),
})

/** What the host itself understands in each service instance. */
export const instanceSchema = z.object({
  kind: word.optional().describe("the service's name, when the key is not"),
  ports: z
    .record(z.string(), z.int().min(0).max(65_535))
    .optional()
    .describe('a port of its own for an endpoint; 0 is any free one'),
})

/** What the host itself understands in each fault. */
export const faultSchema = z.object({
  at: z.string(),
  times: z.int().min(1).optional().describe('how many times it happens; without it, always'),
  probability: z.number().min(0).max(1).optional(),
  match: z.record(z.string(), z.string()).optional().describe('happens only where these are equal'),
  hidden: z
    .boolean()
    .optional()
    .describe('students are to find it: neither console nor command line tell of it'),
})
