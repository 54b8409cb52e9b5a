// What the launcher has zod take for the words of its sixty languages.
export { default as en } from 'zod/v4/locales/en.js'
export { default as es } from 'zod/v4/locales/es.js'
