/** How services read what a scenario breaks. */
import { z } from 'zod'

/** The fields of a fault that its point's schema names, without those of the host, which has checked them already. */
export function readFault<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  fault: Readonly<Record<string, unknown>>,
): z.output<z.ZodObject<Shape>> {
  return z.object(schema.shape).parse(fault)
}
