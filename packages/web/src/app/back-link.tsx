import { Anchor } from '@mantine/core'
import { IconChevronLeft } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ADMIN_PAGES } from './admin-pages.ts'

interface BackLinkProps {
  readonly to: (typeof ADMIN_PAGES)[keyof typeof ADMIN_PAGES]['to'] | '/_settings/tokens'
  readonly label: string
}

/** From one of a list back to the list. */
export function BackLink({ to, label }: BackLinkProps) {
  return (
    <Anchor component={Link} to={to} size="sm" display="inline-flex" mb="xs" style={{ alignItems: 'center', gap: 4 }}>
      <IconChevronLeft size={16} aria-hidden />
      {label}
    </Anchor>
  )
}
