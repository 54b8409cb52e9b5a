import type { Instance } from '../scenario/scenario.ts'
import { LabError } from './error.ts'

/** The instances in the order in which they start: as written, but each after those that its service names in `after`. */
export function startOrder(instances: readonly Instance[]): Instance[] {
  const ordered: Instance[] = []
  const visiting = new Set<Instance>()
  const visit = (instance: Instance): void => {
    if (ordered.includes(instance)) return
    if (visiting.has(instance)) {
      const circle = [...visiting].map(({ name }) => name)
      throw new LabError((words) => words.orderCircle(circle), { blame: 'wrong' })
    }
    visiting.add(instance)
    for (const kind of instance.service.after ?? []) {
      for (const earlier of instances)
        if (earlier.service.name === kind && earlier !== instance) visit(earlier)
    }
    visiting.delete(instance)
    ordered.push(instance)
  }
  for (const instance of instances) visit(instance)
  return ordered
}
