/** The pages of the administration, and the permission that opens each. */
export const ADMIN_PAGES = {
  members: { to: '/_admin/ramp-tenant-members', label: 'Members', permission: 'members:read' },
  serviceAccounts: {
    to: '/_admin/service-accounts',
    label: 'Service accounts',
    permission: 'service-accounts:read',
  },
} as const
