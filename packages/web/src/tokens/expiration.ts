import { DAY_MS, formatUtcDate } from '../app/time.ts'

/** How long a new token is to be valid: the choices of the form, and the date that each one comes to. */

const PRESETS = [
  { value: '7', label: '7 days', days: 7 },
  { value: '30', label: '30 days', days: 30 },
  { value: '60', label: '60 days', days: 60 },
  { value: '90', label: '90 days', days: 90 },
  { value: 'year', label: '1 year', years: 1 },
] as const

export type ExpirationChoice = (typeof PRESETS)[number]['value'] | 'policy' | 'custom' | 'none'

/** What the policy says of lifetimes, in days. */
export interface LifetimeRules {
  readonly maximumLifetimeDays: number | null
  readonly expirationRequired: boolean
  readonly defaultLifetimeDays: number | null
}

export const NO_LIFETIME_RULES: LifetimeRules = {
  maximumLifetimeDays: null,
  expirationRequired: false,
  defaultLifetimeDays: null,
}

const USUAL_DAYS = 30

/** The days that are preselected: the policy's preset, or the usual ones as far as they are allowed. */
function preselectedDays({ defaultLifetimeDays, maximumLifetimeDays }: LifetimeRules): number {
  return defaultLifetimeDays ?? Math.min(USUAL_DAYS, maximumLifetimeDays ?? USUAL_DAYS)
}

const presetOf = (days: number) => PRESETS.find((preset) => 'days' in preset && preset.days === days)

/** What the form preselects; `policy` where no preset of the form is as long as the policy's. */
export function defaultExpiration(rules: LifetimeRules): ExpirationChoice {
  return presetOf(preselectedDays(rules))?.value ?? 'policy'
}

/** The last date that the policy allows; undefined: any. */
export function latestDate({ maximumLifetimeDays }: LifetimeRules, now: number): string | undefined {
  return maximumLifetimeDays === null ? undefined : isoDate(new Date(now + maximumLifetimeDays * DAY_MS))
}

interface ExpirationOption {
  readonly value: ExpirationChoice
  readonly label: string
  readonly disabled?: boolean
}

/** Longer ones than the policy allows are there, and say why they cannot be chosen. */
export function expirationOptions(now: number, rules: LifetimeRules = NO_LIFETIME_RULES): ExpirationOption[] {
  const latest = latestDate(rules, now)
  const presets = PRESETS.map(({ value, label }): ExpirationOption => {
    const date = expirationDate(value, '', now)
    if (date !== null && latest !== undefined && date > latest) {
      return { value, label: `${label} (longer than the policy allows)`, disabled: true }
    }
    return { value, label: date === null ? label : `${label} (${formatUtcDate(date)})` }
  })
  const days = preselectedDays(rules)
  const own: ExpirationOption[] =
    presetOf(days) === undefined
      ? [{ value: 'policy', label: `${days} days (${formatUtcDate(expirationDate('policy', '', now, rules) ?? '')})` }]
      : []
  const isRequired = rules.expirationRequired || latest !== undefined
  const endless: ExpirationOption[] = isRequired ? [] : [{ value: 'none', label: 'No expiration' }]
  return [...own, ...presets, { value: 'custom', label: 'Custom date…' }, ...endless]
}

/** The date (2026-08-28) that is sent; the token is valid until the end of that day in UTC. Null: no expiration. */
export function expirationDate(
  choice: ExpirationChoice,
  customDate: string,
  now: number,
  rules: LifetimeRules = NO_LIFETIME_RULES,
): string | null {
  if (choice === 'none') return null
  if (choice === 'custom') return customDate
  if (choice === 'policy') return isoDate(new Date(now + preselectedDays(rules) * DAY_MS))
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
export function customDateProblem(text: string, now: number, latest?: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(text))) return 'Choose a date.'
  if (latest !== undefined && text > latest) return `The policy allows ${formatUtcDate(latest)} at the latest.`
  return text < isoDate(new Date(now)) ? 'Choose a date that is not over yet.' : null
}
