import type { World } from '../service.ts'

/** The lab's World as one instance has it: what it publishes there goes through `owned`, which ends it with the instance. */
export function lendWorld(world: World, owned: (publish: () => Disposable) => Disposable): World {
  const names: World['names'] = {
    list: () => world.names.list(),
    publish: (published) => owned(() => world.names.publish(published)),
    watch: (run) => owned(() => world.names.watch(run)),
    answerAt: (address) => owned(() => world.names.answerAt(address)),
    resolver: () => world.names.resolver(),
  }
  const { accounts, mail, certificates } = world
  return {
    get domain() {
      return world.domain
    },
    get address() {
      return world.address
    },
    names,
    accounts,
    mail,
    certificates,
  }
}
