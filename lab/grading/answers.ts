/** What the host itself can say of a file that is handed in: the answers in it, one on a line, as in `shop: 192.0.2.7`. */
import { z } from 'zod'
import { CheckFailure, defineVerb, type Checks, type Finding } from '../check.ts'
import { visible } from '../kit/dissect/text.ts'
import { inSpanish } from '../kit/spanish.ts'
import type { Text } from '../service.ts'

/** Octets of the largest file of answers. */
const LARGEST = 64 * 1024
/** Characters that are repeated of an answer. */
const SHOWN = 80

const answer = z.union([z.string().min(1).max(1000), z.number()])
const says = inSpanish(
  z.strictObject({
    about: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,40}$/)
      .describe('Word before the colon of the line that holds the answer'),
    is: z
      .union([answer, z.array(answer).min(1).max(100)])
      .describe(
        'The answer, or all that are right; letter case, further blanks, quotes and a final dot aside',
      ),
  }),
  {
    about: 'Palabra que va antes de los dos puntos en la línea de la respuesta',
    is: 'La respuesta, o todas las correctas; sin contar mayúsculas, espacios de más, comillas ni un punto final',
  },
)
type Says = z.output<typeof says>

/** The verbs that every scenario has, whatever its services are. */
export const answerVerbs: Checks['verbs'] = {
  'file.says': defineVerb<Says>({
    kind: 'artifact',
    summary: {
      en: 'an answer in a file that is handed in, on a line such as `shop: 192.0.2.7`',
      es: 'una respuesta en un fichero que se entrega, en una línea como `shop: 192.0.2.7`',
    },
    settings: says,
    title: ({ about }) => titleOf(about),
    judge: async (file, settings) => judge(file, settings),
  }),
}

/** What is right is never told: whoever has not found it could else write it down. */
function judge(file: Buffer, { about, is }: Says): Finding {
  if (file.length > LARGEST) throw new CheckFailure(tooLarge)
  const [only, another] = answersTo(about, textOf(file))
  if (only === undefined) throw new CheckFailure(missing(about))
  // Else one would write down all answers that there may be.
  if (another !== undefined) throw new CheckFailure(twice(about))
  const right = [is].flat().map((each) => plain(String(each)))
  if (!right.includes(plain(only))) throw new CheckFailure(wrong(about, only))
  return { assertions: [{ title: titleOf(about), holds: true }] }
}

/** UTF-8, or the UTF-16 that PowerShell writes where it is told `>`. */
function textOf(file: Buffer): string {
  const isWide = file[0] === 0xff && file[1] === 0xfe
  return new TextDecoder(isWide ? 'utf-16le' : 'utf-8').decode(file)
}

function answersTo(about: string, text: string): string[] {
  return text.split(/\r\n?|\n/).flatMap((line) => {
    const [, word, said] = /^\s*(?:[-*]\s+)?([\w-]+)\s*[:=]\s*(.*)$/.exec(line) ?? []
    return word?.toLowerCase() === about && said !== undefined && said.trim() !== '' ? [said.trim()] : []
  })
}

/** What two people who mean the same write alike. */
function plain(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/["'`«»“”‘’]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '')
}

function titleOf(about: string): Text {
  return { en: `the answer to "${about}" is right`, es: `la respuesta a «${about}» es correcta` }
}

const tooLarge: Text = {
  en: `a file of answers has at most ${LARGEST} octets`,
  es: `un fichero de respuestas tiene como mucho ${LARGEST} octetos`,
}

function missing(about: string): Text {
  return {
    en: `the file has no line "${about}: …" with an answer`,
    es: `el fichero no tiene una línea «${about}: …» con una respuesta`,
  }
}

function twice(about: string): Text {
  return {
    en: `the file has several lines "${about}: …": leave the one that is right`,
    es: `el fichero tiene varias líneas «${about}: …»: deja la correcta`,
  }
}

function wrong(about: string, said: string): Text {
  const shown = visible(said, SHOWN)
  return {
    en: `the answer to "${about}" is not right: ${shown}`,
    es: `la respuesta a «${about}» no es correcta: ${shown}`,
  }
}
