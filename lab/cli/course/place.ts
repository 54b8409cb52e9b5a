import { resolve } from 'node:path'
import { openCourse, type Course } from '../../grading/course.ts'
import { readTemplate, type Template } from '../../grading/course-values.ts'
import { findScenario } from '../../scenario/layers.ts'
import type { Call } from '../command.ts'
import { scenarioFolders } from '../places.ts'

/** The folder of the course that the call means. */
export function courseFolder(call: Call): string {
  return resolve(call.io.folder, call.text('course') ?? 'course')
}

/** The course that the call means. */
export function courseOf(call: Call): Course {
  return openCourse(courseFolder(call))
}

/** The scenario of a word, and what of it differs between students. */
export function templateOf(
  call: Call,
  wanted: string,
): { readonly file: string; readonly template: Template } {
  const file = findScenario(wanted, scenarioFolders, call.io.folder)
  return { file, template: readTemplate(file, scenarioFolders) }
}
