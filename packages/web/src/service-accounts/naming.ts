/** How the form that names one speaks of it. */
export const SERVICE_ACCOUNT_NAMING = {
  noun: 'service account',
  nameHint: 'What it does, such as “nightly-report” or “deploy-from-ci”.',
  descriptionHint: 'Optional: what it is for, and where it runs.',
} as const
