import { Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { announce } from '../app/announce.ts'
import { ConfirmDialog } from '../app/confirm-dialog.tsx'
import { Section } from '../app/section.tsx'
import { ReactivationChoice, type TokensAtReactivation, tokensField } from '../policy/reactivation-choice.tsx'
import { type Member, useChangeMember } from './member-queries.ts'

/** Shutting somebody out, or letting them in again. */
export function MemberStatusSection({ member }: { readonly member: Member }) {
  const [isAsking, setAsking] = useState(false)
  const [choice, setChoice] = useState<TokensAtReactivation>('policy')
  const change = useChangeMember(member.id)
  const isActive = member.status === 'active'
  const close = () => {
    change.reset()
    setAsking(false)
  }
  const confirm = () =>
    change.mutate(isActive ? { status: 'deactivated' } : { status: 'active', ...tokensField(choice) }, {
      onSuccess: ({ displayName, status }) => {
        announce(`${displayName} is ${status === 'active' ? 'active again' : 'deactivated'}.`)
        close()
      },
    })
  return (
    <Section
      title={isActive ? 'Deactivate' : 'Reactivate'}
      description={
        isActive
          ? 'Sessions end and personal access tokens stop, at once. Nothing is deleted.'
          : 'Signing in works again. Whether personal access tokens do, too, you choose.'
      }
    >
      <Group>
        <Button
          variant="default"
          {...(isActive && { c: 'var(--mantine-color-error)' })}
          onClick={() => setAsking(true)}
        >
          {isActive ? 'Deactivate member' : 'Reactivate member'}
        </Button>
      </Group>
      <ConfirmDialog
        isOpen={isAsking}
        title={isActive ? 'Deactivate member' : 'Reactivate member'}
        confirmLabel={isActive ? 'Deactivate' : 'Reactivate'}
        isDangerous={isActive}
        isPending={change.isPending}
        error={change.error}
        onConfirm={confirm}
        onClose={close}
      >
        <Text fw={600}>{member.displayName}</Text>
        <Text size="sm">
          {isActive
            ? `Every session ends, and ${member.activeTokens === 1 ? '1 active token stops' : `${member.activeTokens} active tokens stop`}: each is refused from its next call on, everywhere. Roles and tokens are kept; you can reactivate at any time.`
            : 'Signing in works again with the same password and roles.'}
        </Text>
        {!isActive && <ReactivationChoice value={choice} onChange={setChoice} />}
      </ConfirmDialog>
    </Section>
  )
}
