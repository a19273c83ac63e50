/** What is measured is how fast the server is, and one address sends all of the load. */
export const NO_LIMITS = {
  RAMP_LIMIT_ADDRESS: 'none',
  RAMP_LIMIT_ACCOUNT: 'none',
  RAMP_LIMIT_TOKEN: 'none',
  RAMP_LIMIT_CONNECTIONS: 'none',
}
