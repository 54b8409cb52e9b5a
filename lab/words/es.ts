import type { Words } from './en.ts'

/** What the host says in Spanish. */
export const spanish: Words = {
  portInUse: (service, where, holder) =>
    `${service} no puede escuchar en ${where}: el puerto está ocupado${holder === undefined ? '' : ` por "${holder.command}" (proceso ${holder.pid})`}. ` +
    `Detén ese programa, indica otro puerto (services.${service}.ports en el escenario) o deja que el laboratorio elija puertos libres: --ports any`,
  portForbidden: (service, where, platform) =>
    `${service} no puede escuchar en ${where}: los puertos por debajo de 1024 requieren privilegios. Usa --ports fallback` +
    (platform === 'linux' ? ', o permítelos una vez: sudo sysctl net.ipv4.ip_unprivileged_port_start=0' : ''),
  portFailed: (service, where, reason) => `${service} no puede escuchar en ${where}: ${reason}`,
  addressUnknown: (service, host) =>
    `${service} no puede escuchar en ${host}: esta máquina no tiene esa dirección. Elige otra con --bind`,
  endpointWrong: (service, endpoint) =>
    `${service} no tiene ningún punto de acceso "${endpoint}" de ese tipo que escuche`,
  operationUnknown: (service, operation) => `${service} no está en marcha o no sabe nada de "${operation}"`,
  endpointTwice: (service, endpoint) => `${service} ya escucha en su punto de acceso "${endpoint}"`,
  connectRefused: (service, where) => `el cortafuegos del laboratorio no deja a ${service} llegar a ${where}`,
  serviceStopped: (service) => `${service} se ha detenido`,
  healthUnknown: (service, reason) => `${service} no sabe decir cómo está: ${reason}`,
  serviceFailed: (service, reason) => `${service} no pudo arrancar: ${reason}`,
  serviceUnknown: (name, near, known) =>
    `no existe el servicio "${name}"${meant(near)}; existen: ${known.join(', ') || 'ninguno'}`,
  serviceBroken: (name, path, reason) => `el servicio ${name} no se puede cargar desde ${path}: ${reason}`,
  instanceUnknown: (name, near, known) =>
    `el escenario no tiene el servicio "${name}"${meant(near)}; tiene: ${known.join(', ') || 'ninguno'}`,
  orderCircle: (names) => `cada uno de estos servicios quiere arrancar después del otro: ${names.join(', ')}`,
  labStopping: 'el laboratorio se está deteniendo',
  labRunning: (scenario, pid, ports, stop) =>
    `"${scenario}" ya está en marcha aquí${pid === undefined ? '' : ` (proceso ${pid}, "lab start")`}` +
    `${ports.length === 0 ? '' : `, en ${ports.join(', ')}`}. Detenlo con: \`${stop}\`. ` +
    'O conserva los dos: --ports any --state OTRA-CARPETA',
  labNotRunning: (scenario) =>
    scenario === undefined
      ? 'aquí no hay ningún laboratorio en marcha. Arranca uno con: `lab start`'
      : `"${scenario}" no está en marcha aquí. Arráncalo con: \`lab start -s ${scenario}\``,
  labsRunning: (names) => `hay varios laboratorios en marcha aquí: ${names.join(', ')}. Di cuál: -s NOMBRE`,
  labForbidden: (path) => `el laboratorio es de otro usuario: su socket de control ${path} no es tuyo`,
  labSilent:
    'el laboratorio no responde. Si acaba de arrancar, inténtalo de nuevo; `lab doctor` busca la causa',
  labStrange: (path) =>
    `no se entiende lo que responde en ${path}: puede ser un laboratorio de otra versión. Termínalo donde se arrancó (Ctrl-C) y arranca de nuevo`,
  stateUnwritable: (folder, reason) =>
    `el laboratorio no puede guardar su estado en ${folder}: ${reason}. Indica otra carpeta con --state`,
  folderForeign: (folder) =>
    `${folder} no es una carpeta tuya, y en ella estaría el socket de control del laboratorio. Indica una carpeta más corta con --state u otro TMPDIR`,
  stateUnreadable: (folder, reason) =>
    `no se puede leer el estado de los laboratorios en ${folder}: ${reason}. Indica otra carpeta con --state`,
  yamlWrong: (code, message) => yamlErrors[code] ?? `YAML incorrecto (${message})`,
  yamlTooLarge: 'el fichero tiene demasiados niveles o demasiado contenido para un escenario',
  keyUnknown: (key, near, known) =>
    `clave desconocida "${key}"${near === undefined ? (known.length === 0 ? '' : `; se conocen: ${known.join(', ')}`) : meant(near)}`,
  keyMissing: (key) => `falta "${key}"`,
  valueUnknown: (value, near, known) =>
    `"${value}" no es ninguno de: ${known.join(', ') || 'nada, aquí'}${meant(near)}`,
  variableUnknown: (name, near, known) =>
    `nada corresponde a \${${name}}${meant(near)}; se conocen: ${known.map((other) => `\${${other}}`).join(' ')}`,
  paramReserved: (name) => `\${${name}} ya lo da el laboratorio; ponle otro nombre al parámetro`,
  rangeEmpty: (min, max) => `"min" (${min}) es mayor que "max" (${max})`,
  fileMissing: (wanted, folders) => `no existe el fichero "${wanted}" en ${folders.join(' ni en ')}`,
  fileOutside: (wanted) =>
    `"${wanted}" está fuera de la carpeta del escenario; indica una ruta dentro de ella`,
  fileTooLong: (path, bytes) => `${path} ocupa más de ${bytes} bytes`,
  fileSpecial: (path) => `${path} no es un fichero; pon un fichero de texto en su lugar`,
  fileUnreadable: (path, reason) => `no se puede leer ${path}: ${reason}`,
  fileWrong: (path, problems) => `${path} tiene ${problems} ${problems === 1 ? 'error' : 'errores'}`,
  scenarioUnknown: (wanted, near, known) =>
    `no existe el escenario "${wanted}"${meant(near)}; incluidos: ${known.join(', ') || 'ninguno'}. También vale un fichero o una carpeta`,
  scenarioWrong: (problems, isRunning) =>
    `el escenario tiene ${problems} ${problems === 1 ? 'error' : 'errores'}${isRunning ? '; el laboratorio sigue como estaba' : ''}`,
  studentWrong: (student) =>
    `"${student}" no es un identificador de estudiante: letras, cifras, punto, guion y guion bajo, 64 como máximo`,
  extendsItself: 'los escenarios se extienden unos a otros sin fin',
  accountTwice: (name) => `la cuenta "${name}" aparece dos veces`,
  operationMissing: (name, near) => `no existe la operación "${name}"${meant(near)}`,
  inputWrong: (problems) => `lo que se ha pedido tiene ${problems} ${problems === 1 ? 'error' : 'errores'}`,
  faultWrong: (problems) =>
    `el fallo tiene ${problems} ${problems === 1 ? 'error' : 'errores'}; no se ha planificado`,
  faultMissing: (id) => `no existe ningún fallo con el número ${id}`,
  faultOfScenario: (id) => `el fallo ${id} es del escenario: desactívalo, o quítalo del fichero y recarga`,
  faultsTooMany: 'ya hay demasiados fallos planificados; elimina algunos',
  accountMissing: (name) => `no existe la cuenta "${name}"`,
  messageMissing: (account, id) =>
    `el buzón de ${account} no tiene el mensaje ${id}, o ya no: vuelve a listarlo`,
  messageUnreadable: (id, reason) => `no se puede leer el mensaje ${id}: ${reason}`,
  streamsTooMany: 'ya hay demasiados flujos abiertos; cierra algunos',
  bodyWrong: 'el cuerpo no es un objeto JSON; envía uno, como {}',
  bodyLarge: 'el JSON anida demasiado o lleva demasiados valores; envía menos de una vez',
  clockFar:
    'el tiempo del laboratorio acaba con el año 9999; para el laboratorio y arráncalo de nuevo para volver a hoy',
  contentWrong: 'los cambios se piden con POST y Content-Type: application/json',
  downloadMissing: (name) => `no existe la descarga "${name}"`,
  operationStreams: (name) => `"${name}" es un flujo: GET api/stream/${name}`,
  operationAnswers: (name) => `"${name}" no es un flujo: POST api/${name}`,
  internalError: 'error interno de la consola: lo cuenta el registro del laboratorio; por favor, comunícalo',
  consoleAbsent:
    'el laboratorio está en marcha sin su consola (--no-console): arráncalo de nuevo sin esa opción',
}

/** The YAML parser's mistakes, by its code. */
const yamlErrors: Readonly<Record<string, string>> = {
  ALIAS_PROPS: 'un alias no puede llevar propiedades',
  BAD_ALIAS: 'el alias no corresponde a ningún ancla',
  BAD_DIRECTIVE: 'directiva YAML incorrecta',
  BAD_DQ_ESCAPE: 'secuencia de escape incorrecta entre comillas dobles',
  BAD_INDENT: 'sangría incorrecta: las claves de un mismo nivel deben empezar en la misma columna',
  BAD_SCALAR_START: 'un valor no puede empezar con este carácter; ponlo entre comillas',
  BLOCK_AS_IMPLICIT_KEY: 'aquí no cabe un bloque anidado: ¿falta un salto de línea o unas comillas?',
  BLOCK_IN_FLOW: 'un bloque no puede estar dentro de { } o [ ]',
  DUPLICATE_KEY: 'la clave aparece dos veces en el mismo nivel',
  IMPOSSIBLE: 'YAML incorrecto',
  KEY_OVER_1024_CHARS: 'la clave es demasiado larga',
  MISSING_CHAR: 'falta un carácter: ¿unas comillas, una coma o un corchete sin cerrar?',
  MULTILINE_IMPLICIT_KEY: 'una clave debe caber en una línea: ¿faltan los dos puntos?',
  MULTIPLE_ANCHORS: 'un valor solo puede tener un ancla',
  MULTIPLE_DOCS: 'el fichero contiene más de un documento',
  MULTIPLE_TAGS: 'un valor solo puede tener una etiqueta',
  NON_STRING_KEY: 'la clave debe ser un texto',
  TAB_AS_INDENT: 'la sangría debe hacerse con espacios, no con tabuladores',
  TAG_RESOLVE_FAILED: 'etiqueta YAML desconocida',
  UNEXPECTED_TOKEN: 'esto no se espera aquí',
}

function meant(near: string | undefined): string {
  return near === undefined ? '' : ` (¿querías decir "${near}"?)`
}
