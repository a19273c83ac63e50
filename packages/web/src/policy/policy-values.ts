import type { ProblemError } from '@ramp/client'
import type { Policy, PolicyInput } from './policy-queries.ts'

/** The policy as the form holds it: an empty field is a rule that there is not. */
export interface RulesValues {
  readonly maximumLifetimeDays: number | string
  readonly expirationRequired: boolean
  readonly defaultLifetimeDays: number | string
  readonly tokensPerAccount: number | string
  readonly endUnusedAfterDays: number | string
  /** One on a line. */
  readonly allowedAddresses: string
}

export interface PolicyValues {
  readonly pat: RulesValues & { readonly creation: 'all' | 'roles' | 'nobody'; readonly roles: string[] }
  readonly service: RulesValues
  readonly reactivation: { readonly tokens: Policy['reactivation']['tokens']; readonly days: number | string }
  readonly passwordChange: { readonly tokens: Policy['passwordChange']['tokens'] }
}

export function toValues({ pat, service, reactivation, passwordChange }: Policy): PolicyValues {
  const { creation } = pat
  return {
    pat: {
      ...rulesToValues(pat),
      creation: typeof creation === 'string' ? creation : 'roles',
      roles: typeof creation === 'string' ? [] : creation.roles,
    },
    service: rulesToValues(service),
    reactivation,
    passwordChange,
  }
}

function rulesToValues(rules: Policy['service']): RulesValues {
  return {
    maximumLifetimeDays: rules.maximumLifetimeDays ?? '',
    expirationRequired: rules.expirationRequired,
    defaultLifetimeDays: rules.defaultLifetimeDays ?? '',
    tokensPerAccount: rules.tokensPerAccount ?? '',
    endUnusedAfterDays: rules.endUnusedAfterDays ?? '',
    allowedAddresses: (rules.allowedAddresses ?? []).join('\n'),
  }
}

export function toInput({ pat, service, reactivation, passwordChange }: PolicyValues): PolicyInput {
  const { creation, roles, ...rules } = pat
  return {
    pat: { ...rulesToInput(rules), creation: creation === 'roles' ? { roles } : creation },
    service: rulesToInput(service),
    reactivation: { tokens: reactivation.tokens, days: Number(reactivation.days) },
    passwordChange,
  }
}

function rulesToInput(rules: RulesValues): PolicyInput['service'] {
  const addresses = rules.allowedAddresses.split(/[\s,]+/).filter((text) => text !== '')
  return {
    maximumLifetimeDays: numberOrNull(rules.maximumLifetimeDays),
    expirationRequired: rules.expirationRequired,
    defaultLifetimeDays: numberOrNull(rules.defaultLifetimeDays),
    tokensPerAccount: numberOrNull(rules.tokensPerAccount),
    endUnusedAfterDays: numberOrNull(rules.endUnusedAfterDays),
    allowedAddresses: addresses.length > 0 ? addresses : null,
  }
}

const numberOrNull = (value: number | string) => (value === '' ? null : Number(value))

/** What the server refused, by the field of the form: `pat.allowedAddresses.1` is the second line of one. */
export function fieldErrorsOf({ fields }: ProblemError): Record<string, string> {
  const errors: Record<string, string> = {}
  for (const { field, message } of fields) {
    const name = field.replace(/^pat\.creation.*/, 'pat.roles').replace(/\.\d+$/, '')
    errors[name] ??= message
  }
  return errors
}

const LABELS: Readonly<Record<string, string>> = {
  maximumLifetimeDays: 'maximum lifetime',
  expirationRequired: 'expiration required',
  defaultLifetimeDays: 'preset',
  tokensPerAccount: 'tokens per account',
  endUnusedAfterDays: 'end unused tokens',
  allowedAddresses: 'allowed addresses',
  creation: 'who may create',
  tokens: 'what becomes of tokens',
  days: 'how long ago is recent',
}
const SECTIONS = {
  pat: 'personal access tokens',
  service: 'service tokens',
  reactivation: 'reactivation',
  passwordChange: 'password change',
} as const

/** In which rules two policies differ, in words. */
export function differences(one: PolicyInput, other: PolicyInput): string[] {
  return (Object.keys(SECTIONS) as (keyof typeof SECTIONS)[]).flatMap((section) => {
    const [first, second]: Record<string, unknown>[] = [one[section], other[section]]
    return Object.keys(LABELS)
      .filter((rule) => JSON.stringify(first?.[rule]) !== JSON.stringify(second?.[rule]))
      .map((rule) => `${SECTIONS[section]}: ${LABELS[rule]}`)
  })
}
