import { NavLink, Stack, Text } from '@mantine/core'
import { IconBook2, IconExternalLink, IconKey, IconShieldLock } from '@tabler/icons-react'
import { Link, useLocation } from '@tanstack/react-router'

const PAGES = [
  { to: '/_settings/tokens', label: 'Personal Access Tokens', Icon: IconKey },
  { to: '/_settings/security', label: 'Security', Icon: IconShieldLock },
] as const

/** Only pages that exist; what is not built is not promised. */
export function Navigation({ onNavigate }: { readonly onNavigate: () => void }) {
  const { pathname } = useLocation()
  return (
    <Stack gap={4}>
      <Text size="xs" fw={600} c="dimmed" px="sm" mb={4}>
        Settings
      </Text>
      {PAGES.map(({ to, label, Icon }) => (
        <NavLink
          key={to}
          component={Link}
          to={to}
          label={label}
          leftSection={<Icon size={18} aria-hidden />}
          active={pathname === to}
          aria-current={pathname === to ? 'page' : undefined}
          onClick={onNavigate}
          style={{ borderRadius: 'var(--mantine-radius-md)' }}
        />
      ))}
      <Text size="xs" fw={600} c="dimmed" px="sm" mt="md" mb={4}>
        Help
      </Text>
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
