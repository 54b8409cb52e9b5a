/** What the host says in English; a command for the person to type stands in backquotes. */
export const english = {
  portInUse: (
    service: string,
    where: string,
    holder: { readonly pid: number; readonly command: string } | undefined,
  ): string =>
    `${service} cannot listen on ${where}: the port is in use${holder === undefined ? '' : ` by "${holder.command}" (process ${holder.pid})`}. ` +
    'Stop that program, give another port (services.' +
    `${service}.ports in the scenario), or let the lab choose free ones: --ports any`,
  portForbidden: (service: string, where: string, platform: string): string =>
    `${service} may not listen on ${where}: ports below 1024 need privileges. Use --ports fallback` +
    (platform === 'linux' ? ', or allow them once: sudo sysctl net.ipv4.ip_unprivileged_port_start=0' : ''),
  portFailed: (service: string, where: string, reason: string): string =>
    `${service} cannot listen on ${where}: ${reason}`,
  addressUnknown: (service: string, host: string): string =>
    `${service} cannot listen on ${host}: this machine has no such address. Choose another with --bind`,
  endpointWrong: (service: string, endpoint: string): string =>
    `${service} has no endpoint "${endpoint}" of that kind that listens`,
  operationUnknown: (service: string, operation: string): string =>
    `${service} does not run, or knows nothing of "${operation}"`,
  endpointTwice: (service: string, endpoint: string): string =>
    `${service} listens on its endpoint "${endpoint}" already`,
  connectRefused: (service: string, where: string): string =>
    `the lab's firewall does not let ${service} reach ${where}`,
  serviceStopped: (service: string): string => `${service} has been stopped`,
  healthUnknown: (service: string, reason: string): string => `${service} cannot say how it is: ${reason}`,
  serviceFailed: (service: string, reason: string): string => `${service} could not start: ${reason}`,
  serviceUnknown: (name: string, near: string | undefined, known: readonly string[]): string =>
    `there is no service "${name}"${meant(near)}; there are: ${known.join(', ') || 'none'}`,
  serviceBroken: (name: string, path: string, reason: string): string =>
    `service ${name} cannot be loaded from ${path}: ${reason}`,
  instanceUnknown: (name: string, near: string | undefined, known: readonly string[]): string =>
    `the scenario has no service "${name}"${meant(near)}; it has: ${known.join(', ') || 'none'}`,
  orderCircle: (names: readonly string[]): string =>
    `these services each want to start after the other: ${names.join(', ')}`,
  labStopping: 'the lab is stopping',
  labRunning: (scenario: string, pid: number | undefined, ports: readonly string[], stop: string): string =>
    `"${scenario}" runs already here${pid === undefined ? '' : ` (process ${pid}, "lab start")`}` +
    `${ports.length === 0 ? '' : `, on ${ports.join(', ')}`}. Stop it with: \`${stop}\`. ` +
    'Or keep both: --ports any --state ANOTHER-FOLDER',
  labNotRunning: (scenario: string | undefined): string =>
    scenario === undefined
      ? 'no lab is running here. Start one with: `lab start`'
      : `"${scenario}" is not running here. Start it with: \`lab start -s ${scenario}\``,
  labsRunning: (names: readonly string[]): string =>
    `several labs are running here: ${names.join(', ')}. Say which: -s NAME`,
  labForbidden: (path: string): string =>
    `the lab belongs to another user: its control socket ${path} is not yours`,
  labSilent:
    'the lab does not answer. If it has just been started, try again; `lab doctor` looks for the cause',
  labStrange: (path: string): string =>
    `what answers at ${path} is not understood: it may be a lab of another version. End it from where it was started (Ctrl-C), then start again`,
  stateUnwritable: (folder: string, reason: string): string =>
    `the lab cannot keep its state in ${folder}: ${reason}. Give another folder with --state`,
  folderForeign: (folder: string): string =>
    `${folder} is no folder of yours, and the lab's control socket would lie in it. Give a shorter folder with --state, or another TMPDIR`,
  stateUnreadable: (folder: string, reason: string): string =>
    `the state of the labs in ${folder} cannot be read: ${reason}. Give another folder with --state`,
  yamlWrong: (_code: string, message: string): string => message,
  yamlTooLarge: 'the file nests too deep or holds too much for a scenario',
  keyUnknown: (key: string, near: string | undefined, known: readonly string[]): string =>
    `unknown key "${key}"${near === undefined ? (known.length === 0 ? '' : `; known: ${known.join(', ')}`) : meant(near)}`,
  keyMissing: (key: string): string => `"${key}" is missing`,
  valueUnknown: (value: string, near: string | undefined, known: readonly string[]): string =>
    `"${value}" is not one of: ${known.join(', ') || 'nothing, here'}${meant(near)}`,
  variableUnknown: (name: string, near: string | undefined, known: readonly string[]): string =>
    `nothing stands for \${${name}}${meant(near)}; known: ${known.map((other) => `\${${other}}`).join(' ')}`,
  paramReserved: (name: string): string =>
    `\${${name}} is given by the lab already; call the parameter something else`,
  rangeEmpty: (min: number, max: number): string => `"min" (${min}) is greater than "max" (${max})`,
  fileMissing: (wanted: string, folders: readonly string[]): string =>
    `there is no file "${wanted}" in ${folders.join(' or ')}`,
  fileOutside: (wanted: string): string =>
    `"${wanted}" lies outside the scenario's folder; give a path inside it`,
  fileTooLong: (path: string, bytes: number): string => `${path} is longer than ${bytes} bytes`,
  fileSpecial: (path: string): string => `${path} is no file; put a text file in its place`,
  fileUnreadable: (path: string, reason: string): string => `${path} cannot be read: ${reason}`,
  fileWrong: (path: string, problems: number): string =>
    `${path} has ${problems} ${problems === 1 ? 'mistake' : 'mistakes'}`,
  scenarioUnknown: (wanted: string, near: string | undefined, known: readonly string[]): string =>
    `there is no scenario "${wanted}"${meant(near)}; shipped: ${known.join(', ') || 'none'}. A file or a folder may be given too`,
  scenarioWrong: (problems: number, isRunning: boolean): string =>
    `the scenario has ${problems} ${problems === 1 ? 'mistake' : 'mistakes'}${isRunning ? '; the lab goes on as it was' : ''}`,
  studentWrong: (student: string): string =>
    `"${student}" is no student id: letters, digits, dot, dash and underscore, at most 64`,
  extendsItself: 'the scenarios extend each other without end',
  accountTwice: (name: string): string => `the account "${name}" is there twice`,
  operationMissing: (name: string, near: string | undefined): string =>
    `there is no operation "${name}"${meant(near)}`,
  inputWrong: (problems: number): string =>
    `what was asked has ${problems} ${problems === 1 ? 'mistake' : 'mistakes'}`,
  faultWrong: (problems: number): string =>
    `the fault has ${problems} ${problems === 1 ? 'mistake' : 'mistakes'}; it was not planned`,
  faultMissing: (id: number): string => `there is no fault of number ${id}`,
  faultOfScenario: (id: number): string =>
    `fault ${id} is the scenario's: switch it off, or take it out of the file and reload`,
  faultsTooMany: 'too many faults are planned already; remove some',
  accountMissing: (name: string): string => `there is no account "${name}"`,
  messageMissing: (account: string, id: string): string =>
    `the mailbox of ${account} has no message ${id}, or no longer: list it again`,
  messageUnreadable: (id: string, reason: string): string => `message ${id} cannot be read: ${reason}`,
  streamsTooMany: 'too many streams are open already; close some',
  bodyWrong: 'the body is no JSON object; send one, as {}',
  bodyLarge: 'the JSON nests too deep or holds too many values; send less at once',
  clockFar: "the lab's time ends with the year 9999; stop the lab and start it again to go back to today",
  contentWrong: 'changes are asked for with POST and Content-Type: application/json',
  downloadMissing: (name: string): string => `there is no download "${name}"`,
  operationStreams: (name: string): string => `"${name}" is a stream: GET api/stream/${name}`,
  operationAnswers: (name: string): string => `"${name}" is no stream: POST api/${name}`,
  internalError: 'internal error in the console: the log of the lab tells it; please report it',
  consoleAbsent: 'the lab runs without its console (--no-console): start it again without that option',
}

/** Everything that the host says to a person; English is the type, Spanish must fit it. */
export type Words = typeof english

function meant(near: string | undefined): string {
  return near === undefined ? '' : ` (did you mean "${near}"?)`
}
