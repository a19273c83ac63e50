import { Alert, Button, Code, Collapse, Group, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useId, useState } from 'react'
import { Section } from '../app/section.tsx'
import { RoleHolders } from './role-holders.tsx'
import type { Role } from './role-queries.ts'

interface RoleCardProps {
  readonly name: string
  /** Undefined: the catalogue no longer has it. */
  readonly entry: Role | undefined
  /** How often it is given directly; undefined: not known. */
  readonly counts: { readonly accounts: number; readonly groups: number } | undefined
  readonly maySeeHolders: boolean
}

export function RoleCard({ name, entry, counts, maySeeHolders }: RoleCardProps) {
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  return (
    <Section title={name} description={entry?.description}>
      {entry === undefined && (
        <Alert color="yellow" variant="light" icon={<IconAlertTriangle aria-hidden />} py="xs">
          No longer in the catalogue; gives nothing. It can be taken away from whoever still has it.
        </Alert>
      )}
      {entry && (
        <Group gap={6} role="group" aria-label={`Permissions of ${name}`}>
          {entry.permissions.map((permission) => (
            <Code key={permission}>{permission}</Code>
          ))}
          {entry.permissions.length === 0 && <Text size="sm">It allows nothing.</Text>}
        </Group>
      )}
      {maySeeHolders && (
        <>
          <Group gap="sm">
            <Button
              size="xs"
              variant="default"
              aria-expanded={isOpen}
              aria-controls={id}
              aria-label={`${isOpen ? 'Hide' : 'Show'} who has it: ${name}`}
              onClick={() => setOpen(!isOpen)}
            >
              {isOpen ? 'Hide who has it' : 'Show who has it'}
            </Button>
            {counts && (
              <Text size="sm" c="dimmed">
                {givenTo(counts)}
              </Text>
            )}
          </Group>
          <Collapse expanded={isOpen} id={id}>
            {isOpen && <RoleHolders role={name} />}
          </Collapse>
        </>
      )}
    </Section>
  )
}

function givenTo({ accounts, groups }: { readonly accounts: number; readonly groups: number }): string {
  if (accounts + groups === 0) return 'Given to nobody'
  const parts = [
    accounts > 0 && `${accounts} ${accounts === 1 ? 'account' : 'accounts'}`,
    groups > 0 && `${groups} ${groups === 1 ? 'group' : 'groups'}`,
  ]
  return `Given to ${parts.filter(Boolean).join(' and ')}`
}
