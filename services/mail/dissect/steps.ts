/** Steps that SMTP and POP3 have in common. */
import { count, LINE, OCTET, say } from '../../../lab/kit/dissect/said.ts'
import { MASK } from '../../../lab/kit/dissect/text.ts'
import type { Step, StepPart } from '../../../lab/service.ts'
import type { MessageContent } from './content.ts'
import { LONGEST, type TalkLines } from './lines.ts'
import { challengeText } from './secrets.ts'
import { lineCutAbout, longAbout, responseAbout, strayAbout } from './words.ts'

/** The line of a challenge behind its mark, and what it says as a part, if that is text. */
export function challengeShown(
  mark: string,
  encoded: string,
): { readonly text: string; readonly parts: readonly StepPart[] } {
  const said = challengeText(encoded)
  return {
    text: `${mark} ${said === MASK ? MASK : encoded}`.trimEnd(),
    parts: said === undefined ? [] : [{ name: { en: 'Challenge', es: 'Desafío' }, lines: [said] }],
  }
}

/** The answer to a challenge, of which nothing is shown but that it gives up. */
export function responseStep(line: string, octets: number): Step {
  return { from: 'client', kind: 'request', text: line === '*' ? line : MASK, octets, about: responseAbout }
}

/** A line longer than any may be. */
export function longStep(from: Step['from']): Step {
  const text = {
    en: `a line of more than ${LONGEST} octets`,
    es: `una línea de más de ${LONGEST} octetos`,
  }
  return { from, kind: 'data', text, about: longAbout }
}

/** What of one end had begun when the connection ended. */
export function restSteps(
  from: Step['from'],
  lines: TalkLines,
  ...contents: readonly (MessageContent | undefined)[]
): readonly Step[] {
  const steps = contents.flatMap((content) =>
    content === undefined || content.isEmpty ? [] : [content.step(from, true)],
  )
  if (lines.pending === 0) return steps
  const octets = lines.pending
  const text = say`${count(octets, OCTET)} ${{ en: 'of a line that did not end', es: 'de una línea que no terminó' }}`
  return [...steps, { from, kind: 'data', text, octets, about: lineCutAbout }]
}

/** Lines whose beginning was not seen: they may be those of a message, so that their number alone is told. */
export function unseenStep(from: Step['from'], lines: number): Step {
  const text = say`${count(lines, LINE)} ${{ en: 'of what began before', es: 'de algo que empezó antes' }}`
  return { from, kind: 'data', text, about: strayAbout }
}
