import { ProblemError } from '@ramp/client'

/** A sentence for the page, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof ProblemError ? error.message : 'Something went wrong on this page. Reload it and try again.'
}

/**
 * The refused fields by the name of the form's field, and what is left to say above the form. `permissions.3` belongs
 * to the field `permissions`; a field the form does not have goes into the message.
 */
export function formErrorsOf(error: unknown, fieldNames: readonly string[]) {
  const fields: Record<string, string> = {}
  const others: string[] = []
  for (const { field, message } of error instanceof ProblemError ? error.fields : []) {
    const name = field.split('.')[0] ?? field
    if (fieldNames.includes(name)) fields[name] ??= message
    else others.push(`${field}: ${message}`)
  }
  const isSaid = Object.keys(fields).length > 0 && others.length === 0
  return { fields, message: isSaid ? undefined : [messageOf(error), ...others].join(' ') }
}
