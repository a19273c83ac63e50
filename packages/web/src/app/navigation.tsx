import { NavLink, Stack, Text } from '@mantine/core'
import {
  IconBook2,
  IconExternalLink,
  IconHistory,
  IconId,
  IconKey,
  IconListSearch,
  IconRobot,
  IconRuler2,
  IconServer2,
  IconShieldLock,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react'
import { Link, useLocation } from '@tanstack/react-router'
import { ADMIN_PAGES } from './admin-pages.ts'

const SETTINGS = [
  { to: '/_settings/tokens', label: 'Personal Access Tokens', Icon: IconKey },
  { to: '/_settings/security', label: 'Security', Icon: IconShieldLock },
] as const

const ADMINISTRATION = [
  { ...ADMIN_PAGES.members, Icon: IconUsers },
  { ...ADMIN_PAGES.groups, Icon: IconUsersGroup },
  { ...ADMIN_PAGES.roles, Icon: IconId },
  { ...ADMIN_PAGES.serviceAccounts, Icon: IconRobot },
  { ...ADMIN_PAGES.tokens, Icon: IconListSearch },
  { ...ADMIN_PAGES.policy, Icon: IconRuler2 },
  { ...ADMIN_PAGES.nodes, Icon: IconServer2 },
  { ...ADMIN_PAGES.audit, Icon: IconHistory },
] as const

type Page = (typeof SETTINGS | typeof ADMINISTRATION)[number]

interface NavigationProps {
  readonly permissions: readonly string[]
  readonly onNavigate: () => void
}

/** Only pages that exist, and that may be opened; what is not built is not promised. */
export function Navigation({ permissions, onNavigate }: NavigationProps) {
  const administration = ADMINISTRATION.filter(({ permission }) => permissions.includes(permission))
  return (
    <Stack gap={4}>
      <Links heading="Settings" pages={SETTINGS} onNavigate={onNavigate} />
      {administration.length > 0 && <Links heading="Administration" pages={administration} onNavigate={onNavigate} />}
      <Heading>Help</Heading>
      <NavLink
        href="/docs"
        target="_blank"
        rel="noreferrer"
        label="API reference"
        leftSection={<IconBook2 size={18} aria-hidden />}
        rightSection={<IconExternalLink size={14} aria-label="opens in a new tab" />}
        style={{ borderRadius: 'var(--mantine-radius-md)' }}
      />
    </Stack>
  )
}

interface LinksProps {
  readonly heading: string
  readonly pages: readonly Page[]
  readonly onNavigate: () => void
}

function Links({ heading, pages, onNavigate }: LinksProps) {
  const { pathname } = useLocation()
  return (
    <>
      <Heading>{heading}</Heading>
      {pages.map(({ to, label, Icon }) => {
        const isHere = pathname === to || pathname.startsWith(`${to}/`)
        return (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={label}
            leftSection={<Icon size={18} aria-hidden />}
            active={isHere}
            aria-current={isHere ? 'page' : undefined}
            onClick={onNavigate}
            style={{ borderRadius: 'var(--mantine-radius-md)' }}
          />
        )
      })}
    </>
  )
}

function Heading({ children }: { readonly children: string }) {
  return (
    <Text size="xs" fw={600} c="dimmed" px="sm" mb={4} mt={children === 'Settings' ? 0 : 'md'}>
      {children}
    </Text>
  )
}
