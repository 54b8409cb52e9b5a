/** The names of the formats, apart from the code that writes them, which a command line needs later or never. */
export const formatNames = [
  'text',
  'json',
  'junit',
  'tap',
  'gradescope',
  'github',
  'github-annotations',
  'csv',
  'moodle',
  'html',
] as const

/** What `--format` takes. */
export type FormatName = (typeof formatNames)[number]
