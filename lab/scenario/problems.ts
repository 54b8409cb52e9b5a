import { z } from 'zod'
import type { Problem, Text } from '../service.ts'
import { text } from '../words/index.ts'
import { explanationOf } from '../kit/explain.ts'
import { nearest } from '../kit/nearest.ts'
import { sayIssue } from './issue-words.ts'
import { placeOf, type Tree, valueOf } from './tree.ts'

const english = errorsIn('en')
const spanish = errorsIn('es')
/** What zod says when nobody else does. */
const usualWords = z.locales.en().localeError

/** Checks the tree's part at `base` against a schema; every mistake comes back with its place, in both languages. */
export function check<Output>(
  schema: z.ZodType<Output>,
  tree: Tree,
  base: readonly PropertyKey[],
  value: unknown = valueOf(tree),
):
  | { readonly value: Output; readonly problems: [] }
  | { readonly value: undefined; readonly problems: Problem[] } {
  const result = schema.safeParse(value, { error: english })
  if (result.success) return { value: result.data, problems: [] }
  // The same checks again in Spanish: the issues come in the same order.
  const translated = schema.safeParse(value, { error: spanish }).error?.issues ?? []
  const problems = result.error.issues.flatMap((issue, index) =>
    told(issue, translated[index] ?? issue, schema, value).map(({ path, message }) => {
      const whole = [...base, ...path]
      return { ...placeOf(tree, whole), path: pathText(whole), message }
    }),
  )
  return { value: undefined, problems }
}

/** The items of a list that are sound, nothing in the place of the others. */
export function soundItems<Item>(schema: z.ZodType<Item>, value: unknown): (Item | undefined)[] {
  return Array.isArray(value) ? value.map((item: unknown) => schema.safeParse(item).data) : []
}

/** What somebody else's check has found wrong in a value, in both languages. */
export function issueText(issue: z.core.$ZodIssue, value: unknown): Text {
  // The words may tell what was there instead.
  const raw = { ...issue, input: valueAt(value, issue.path) }
  if (!isRaw(raw)) return { en: issue.message, es: issue.message }
  // What the schema says by itself stays.
  const usual = usualWords(raw)
  const isOwn = issue.message !== (typeof usual === 'object' ? usual?.message : usual)
  return isOwn ? { en: issue.message, es: issue.message } : sayIssue(raw)
}

/** Whether it is what zod makes words of. */
function isRaw(issue: object): issue is z.core.$ZodRawIssue {
  return 'code' in issue && 'input' in issue
}

/** What a schema explains itself is said in that language, all else as the lab says it. */
function errorsIn(language: keyof Text): z.core.$ZodErrorMap {
  return (issue) => {
    const explained = explanationOf(issue)?.[language]
    // Why a key does not do has been said of the key already, in the same language.
    const ofKey = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined
    return explained ?? ofKey ?? sayIssue(issue)[language]
  }
}

/** `services.dns.allow[0]`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : index === 0 ? String(step) : `.${String(step)}`,
    )
    .join('')
}

interface Told {
  readonly path: readonly PropertyKey[]
  readonly message: Text
}

function told(
  issue: z.core.$ZodIssue,
  translated: z.core.$ZodIssue,
  schema: z.ZodType,
  value: unknown,
): Told[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path)
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: text((words) => words.keyUnknown(key, nearest(key, known), known)),
    }))
  }
  const found = valueAt(value, path)
  if (found === undefined && path.length > 0) {
    return [{ path, message: text((words) => words.keyMissing(String(path.at(-1) ?? ''))) }]
  }
  if (issue.code === 'invalid_value' && typeof found === 'string') {
    const known = issue.values.map(String)
    return [{ path, message: text((words) => words.valueUnknown(found, nearest(found, known), known)) }]
  }
  if (issue.code === 'invalid_union') {
    const known = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : []
    if (known.length > 0)
      return [
        {
          path,
          message: text((words) => words.valueUnknown(String(found), nearest(String(found), known), known)),
        },
      ]
    const best = closest(issue.errors)
    const same = translated.code === 'invalid_union' ? closest(translated.errors) : []
    // What the branch finds is told as if there were no other.
    if (best.length > 0)
      return best.flatMap((inner, index) =>
        told({ ...inner, path: [...path, ...inner.path] }, same[index] ?? inner, schema, value),
      )
  }
  return [{ path, message: { en: issue.message, es: translated.message } }]
}

/** The issues of the union's branch that came furthest, the one that a person most likely meant; none if none fits at all. */
function closest(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const depth = (branch: readonly z.core.$ZodIssue[]): number =>
    Math.max(0, ...branch.map(({ path, code }) => path.length + (code === 'unrecognized_keys' ? 1 : 0)))
  const best = branches.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0]
  return best !== undefined && depth(best) > 0 ? best : []
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let here = value
  for (const step of path) {
    if (typeof here !== 'object' || here === null) return undefined
    here = Reflect.get(here, step)
  }
  return here
}

/** The keys that an object schema takes at the path, wrappers such as defaults looked through. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let here: unknown = bare(schema)
  for (const step of path) {
    if (here instanceof z.ZodObject) here = bare(here.shape[String(step)])
    else if (here instanceof z.ZodArray) here = bare(here.element)
    else if (here instanceof z.ZodRecord) here = bare(here.valueType)
    else return []
  }
  if (here instanceof z.ZodObject) return Object.keys(here.shape)
  if (here instanceof z.ZodUnion)
    return here.options.flatMap((option) => (option instanceof z.ZodObject ? Object.keys(option.shape) : []))
  return []
}

function bare(schema: unknown): unknown {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodPrefault
  ) {
    return bare(schema.unwrap())
  }
  return schema instanceof z.ZodPipe ? bare(schema.in) : schema
}
