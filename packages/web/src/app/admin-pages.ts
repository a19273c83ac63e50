/** The pages of the administration, and the permission that opens each. */
export const ADMIN_PAGES = {
  serviceAccounts: {
    to: '/_admin/service-accounts',
    label: 'Service accounts',
    permission: 'service-accounts:read',
  },
} as const
