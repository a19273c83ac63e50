import { formatUtcDate } from '../app/time.ts'

/** How long a new token is to be valid: the choices of the form, and the date that each one comes to. */

const PRESETS = [
  { value: '7', label: '7 days', days: 7 },
  { value: '30', label: '30 days', days: 30 },
  { value: '60', label: '60 days', days: 60 },
  { value: '90', label: '90 days', days: 90 },
  { value: 'year', label: '1 year', years: 1 },
] as const

export type ExpirationChoice = (typeof PRESETS)[number]['value'] | 'custom' | 'none'

export const DEFAULT_EXPIRATION: ExpirationChoice = '30'

export function expirationOptions(now: number): { value: ExpirationChoice; label: string }[] {
  const presets = PRESETS.map(({ value, label }) => {
    const date = expirationDate(value, '', now)
    return { value, label: date === null ? label : `${label} (${formatUtcDate(date)})` }
  })
  return [...presets, { value: 'custom', label: 'Custom date…' }, { value: 'none', label: 'No expiration' }]
}

/** The date (2026-08-28) that is sent; the token is valid until the end of that day in UTC. Null: no expiration. */
export function expirationDate(choice: ExpirationChoice, customDate: string, now: number): string | null {
  if (choice === 'none') return null
  if (choice === 'custom') return customDate
  const preset = PRESETS.find(({ value }) => value === choice)
  const date = new Date(now)
  if (preset && 'years' in preset) date.setUTCFullYear(date.getUTCFullYear() + preset.years)
  else date.setUTCDate(date.getUTCDate() + (preset?.days ?? 0))
  return isoDate(date)
}

export function isoDate(date: Date): string {
  return date.toISOString().slice(0, 10)
}

/** What is wrong with a date somebody typed; null: nothing. */
export function customDateProblem(text: string, now: number): string | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(text))) return 'Choose a date.'
  return text < isoDate(new Date(now)) ? 'Choose a date that is not over yet.' : null
}
