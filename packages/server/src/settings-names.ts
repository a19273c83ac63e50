import { closest } from 'fastest-levenshtein'

/** `RAMP_…` variables that other parts of RAMP read: the command line, `@ramp/verifier`'s examples, and the tests. */
export const READ_ELSEWHERE: readonly string[] = [
  'RAMP_URL',
  'RAMP_TOKEN',
  'RAMP_TOKEN_FILE',
  'RAMP_KEYRING',
  'RAMP_VERIFIER_TOKEN',
  'RAMP_VERIFIER_TOKEN_FILE',
  'RAMP_SIMULATION_SEED',
  'RAMP_TEST_SEED',
  'RAMP_TEST_BROWSER',
]

/**
 * Kubernetes adds such variables to each container for a Service whose name begins with `ramp`: nobody has set them.
 * `RAMP_PORT` itself, which it adds as well, is a setting; `enableServiceLinks: false` keeps it out.
 */
const SERVICE_LINK = /_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$|_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$/

/** The first variable that begins with `RAMP_` and that nothing of RAMP reads, with the name that it was meant to be. */
export function unknownVariable(
  environment: Readonly<Record<string, string | undefined>>,
  settings: readonly string[],
): { readonly name: string; readonly nearest: string } | undefined {
  const known = new Set([...settings, ...READ_ELSEWHERE])
  const name = Object.keys(environment)
    .filter((variable) => /^RAMP_/i.test(variable) && !known.has(variable) && !SERVICE_LINK.test(variable))
    .sort()[0]
  return name === undefined ? undefined : { name, nearest: closest(name.toUpperCase(), settings) }
}
