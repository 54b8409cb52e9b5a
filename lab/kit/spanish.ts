import { z } from 'zod'

/** Beside the schemas rather than in them: the JSON Schema of a scenario, which editors read, speaks English. */
const spanish = z.registry<Readonly<Record<string, string>>>()

/** A schema whose settings are described in Spanish too, each by its name; the English is where the setting is. */
export function inSpanish<Schema extends z.ZodObject>(
  schema: Schema,
  texts: Readonly<Record<keyof Schema['shape'] & string, string>>,
): Schema {
  spanish.add(schema, texts)
  return schema
}

/** The descriptions of a schema's settings in Spanish, by name, as far as there are any. */
export function spanishOf(schema: z.ZodType): Readonly<Record<string, string>> {
  return spanish.get(schema) ?? {}
}
