/** The pages of the administration, and the permission that opens each. */
export const ADMIN_PAGES = {
  members: { to: '/_admin/ramp-tenant-members', label: 'Members', permission: 'members:read' },
  groups: { to: '/_admin/groups', label: 'Groups', permission: 'groups:read' },
  roles: { to: '/_admin/roles', label: 'Roles', permission: 'roles:read' },
  serviceAccounts: {
    to: '/_admin/service-accounts',
    label: 'Service accounts',
    permission: 'service-accounts:read',
  },
  tokens: { to: '/_admin/tokens', label: 'Inventory', permission: 'inventory:read' },
  policy: { to: '/_admin/policy', label: 'Policy', permission: 'policy:read' },
  nodes: { to: '/_admin/nodes', label: 'Nodes', permission: 'nodes:read' },
  audit: { to: '/_admin/audit', label: 'Audit', permission: 'audit:read' },
} as const
