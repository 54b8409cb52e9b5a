/** What a scenario takes over of the tasks of the one that it extends: those that its own services can show. */
import type { Layer } from './layers.ts'
import type { Verbs } from './tasks.ts'
import type { Tree } from './tree.ts'

/** Whether tasks come from another layer while a service has been taken away, so that some may have lost what shows them. */
export function mayHaveLost(tree: Tree, layers: readonly Layer[]): boolean {
  const tasks = entryOf(tree, 'tasks')
  if (tasks === undefined || tasks.place.file === layers[0]?.file) return false
  return layers.some((layer) => {
    const services = entryOf(layer.tree, 'services')
    return services?.type === 'map' && [...services.entries.values()].some(({ value }) => isNull(value))
  })
}

/** The scenario without tasks that others have written for services that it has not, and without the needs of them. */
export function withoutLost(tree: Tree, own: string, verbs: Verbs): Tree {
  const tasks = entryOf(tree, 'tasks')
  if (tree.type !== 'map' || tasks?.type !== 'list' || tasks.place.file === own) return tree
  const kept = tasks.items.filter((task) => verbsOf(task).every((verb) => verbs.has(verb)))
  const ids = new Set(kept.map((task) => idOf(task)))
  const items = kept.map((task): Tree => {
    const needs = entryOf(task, 'needs')
    if (task.type !== 'map' || needs?.type !== 'list') return task
    const left = needs.items.filter((need) => need.type !== 'scalar' || ids.has(String(need.value)))
    return withEntry(task, 'needs', { ...needs, items: left })
  })
  return withEntry(tree, 'tasks', { ...tasks, items })
}

function withEntry(map: Tree & { readonly type: 'map' }, key: string, value: Tree): Tree {
  const before = map.entries.get(key)
  return {
    ...map,
    entries: new Map(map.entries).set(key, { key: before?.key ?? value.place, value }),
  }
}

function entryOf(tree: Tree, key: string): Tree | undefined {
  return tree.type === 'map' ? tree.entries.get(key)?.value : undefined
}

function idOf(task: Tree): string {
  const id = entryOf(task, 'id')
  return id?.type === 'scalar' ? String(id.value) : ''
}

/** The verbs that a task names, in its check and in those of its phases. */
function verbsOf(task: Tree): string[] {
  const phases = entryOf(task, 'phases')
  const looks = [task, ...(phases?.type === 'list' ? phases.items : [])]
  return looks.flatMap((look) => {
    const check = entryOf(look, 'check')
    return check?.type === 'map' ? namesIn(check) : []
  })
}

function namesIn(check: Tree & { readonly type: 'map' }): string[] {
  return [...check.entries].flatMap(([name, { value }]) => {
    if (name === 'within') return []
    if (value.type !== 'list') return [name]
    return value.items.flatMap((item) => (item.type === 'map' ? namesIn(item) : []))
  })
}

function isNull(tree: Tree): boolean {
  return tree.type === 'scalar' && tree.value === null
}
