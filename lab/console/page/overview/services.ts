/** The services: how each is, where it listens, how to try it, what has happened in it, and its switch. */
import type { Service } from '../../schema.ts'
import type { Context } from '../context.ts'
import { badge, copyButton, makeSwitch, problemBox, setBadge } from '../controls.ts'
import { html, Parts, setText, type Child, type Part } from '../element.ts'
import { addressOf } from '../router.ts'
import type { Piece } from './piece.ts'

type Endpoint = Service['endpoints'][number]

const looks: Readonly<Record<Service['state'], string>> = {
  stopped: '',
  starting: 'is-warn',
  running: 'is-good',
  stopping: 'is-warn',
  failed: 'is-bad',
}

/** One card for each service. */
export function servicesList(context: Context): Piece {
  const node = html('ul', { class: 'services' })
  const cards = new Parts<Service>(
    node,
    ({ name }) => name,
    (service) => serviceCard(context, service),
  )
  return { node, update: ({ services }) => cards.show(services) }
}

function serviceCard(context: Context, { name, kind, summary }: Service): Part<Service> {
  const { words, format, text } = context
  const state = badge('')
  const problems = problemBox(context)
  const trouble = html('p', { class: 'problem', hidden: true })
  const toggle = makeSwitch(words.services.isOn(name), (isOn) => turn(context, name, isOn, problems))
  const endpoints = endpointTable(context)
  const connections = html('span', { class: 'quiet number' })
  const counts = countList(context)
  const zone = html('a', { href: addressOf('zone', [name]), hidden: true }, words.services.zone)
  const node = html(
    'li',
    { class: 'panel service' },
    html(
      'div',
      { class: 'panel-head' },
      html('h2', {}, name, kind !== name && html('span', { class: 'quiet' }, ` ${kind}`)),
      state,
      html('span', { class: 'push' }, toggle.node),
    ),
    html(
      'div',
      { class: 'panel-body' },
      html('p', { class: 'quiet' }, text(summary)),
      problems.node,
      trouble,
      endpoints.node,
      counts.node,
      html(
        'p',
        { class: 'row service-foot' },
        connections,
        html('span', { class: 'row push' }, zone, [
          html('a', { href: addressOf('traffic', [], { service: name }) }, words.services.traffic),
          html('a', { href: addressOf('log', [], { service: name }) }, words.services.log),
        ]),
      ),
    ),
  )
  return {
    node,
    update: (service) => {
      const isMoving = service.state === 'starting' || service.state === 'stopping'
      setBadge(state, words.services.states[service.state], looks[service.state])
      toggle.update(service.state === 'running' || service.state === 'starting', isMoving)
      trouble.hidden = service.trouble === undefined
      setText(trouble, service.trouble === undefined ? '' : text(service.trouble))
      endpoints.update(service)
      setText(
        connections,
        `${format.number(service.connections)} ${words.services.connections(service.connections)}`,
      )
      counts.update(service)
      zone.hidden = !service.operations.includes('zones')
    },
  }
}

async function turn(
  { api, lab, announce, words }: Context,
  name: string,
  isOn: boolean,
  problems: { show(error: unknown): void; clear(): void },
): Promise<void> {
  problems.clear()
  try {
    await api.call(isOn ? 'service.start' : 'service.stop', { name })
    announce(isOn ? words.services.started(name) : words.services.stopped(name))
  } catch (error) {
    problems.show(error)
  }
  await lab.refresh()
}

/** Where a service listens, and what to type to reach it. */
function endpointTable(context: Context): Part<Service> {
  const { words } = context
  const list = html('ul', { class: 'endpoints', 'aria-label': words.services.endpoint })
  const silent = html('p', { class: 'quiet small' }, words.services.notListening)
  const rows = new Parts<Endpoint>(
    list,
    ({ endpoint, transport, host, port, try: command }) =>
      [endpoint, transport, host, port, command].join(' '),
    (endpoint) => ({ node: endpointRow(context, endpoint), update: () => undefined }),
  )
  return {
    node: html('div', {}, list, silent),
    update: ({ endpoints }) => {
      rows.show(endpoints)
      silent.hidden = endpoints.length > 0
    },
  }
}

function endpointRow(context: Context, { endpoint, transport, host, port, try: command }: Endpoint): Element {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return html(
    'li',
    {},
    html(
      'div',
      { class: 'endpoint' },
      html('span', { class: 'endpoint-name' }, endpoint),
      html('span', { class: 'quiet small' }, transport === 'both' ? 'TCP + UDP' : transport.toUpperCase()),
      html('code', {}, address),
      copyButton(context, () => address, address),
    ),
    command !== undefined &&
      html(
        'div',
        { class: 'try' },
        html('span', { class: 'unseen-text' }, `${context.words.services.tryIt}: `),
        html('code', {}, withLink(command)),
        copyButton(context, () => command, command),
      ),
  )
}

/** A command whose address of the web, if it has one, can be followed. */
function withLink(command: string): Child {
  const [address] = /https?:\/\/[^\s'"]+/.exec(command) ?? []
  if (address === undefined) return command
  const [before = '', after = ''] = command.split(address, 2)
  return [before, html('a', { href: address, target: '_blank', rel: 'noreferrer' }, address), after]
}

/** How often each kind of fact has been recorded. */
function countList({ words, format }: Context): Part<Service> {
  const list = html('ul', { class: 'counts', 'aria-label': words.services.facts })
  const none = html('p', { class: 'quiet small' }, words.services.noFacts)
  const counts = new Parts<readonly [string, number]>(
    list,
    ([kind]) => kind,
    ([kind]) => {
      const number = html('span', { class: 'number' })
      return {
        node: html('li', {}, html('span', { class: 'mono' }, kind), number),
        update: ([, count]) => setText(number, format.number(count)),
      }
    },
  )
  return {
    node: html('div', {}, list, none),
    update: (service) => {
      const shown = Object.entries(service.counts).toSorted(([one], [other]) => (one < other ? -1 : 1))
      counts.show(shown)
      none.hidden = shown.length > 0
    },
  }
}
